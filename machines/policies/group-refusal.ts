import type { LocatedPeer } from './held-peer.ts'
import type { Reason } from '../reasons.ts'

/**
 * The word for why a discovered candidate of this net group gets no slot: so many discovered peers of the
 * group have one. Whoever owns a network of addresses gets no more of our own dials for it (Bitcoin Core,
 * `outbound_ipv46_peer_netgroups` in `ThreadOpenConnections`, src/net.cpp, with one a group).
 *
 * @param group - Undefined for an address that is in none, which is never refused
 */
export function groupRefusal(
  group: string | undefined,
  held: readonly Pick<LocatedPeer, 'kind' | 'group'>[],
  limit: number
): Reason | undefined {
  if (group === undefined) return undefined
  const taken = held.filter((peer) => peer.kind === 'discovered' && peer.group === group)
  return taken.length >= limit ? 'subnet-full' : undefined
}
