import type { LocatedPeer } from './held-peer.ts'

/**
 * The net groups in which so many discovered peers have a slot that no other one gets any: whoever owns a
 * network of addresses has no more of our own dials for it (Bitcoin Core, `outbound_ipv46_peer_netgroups`
 * in `ThreadOpenConnections`, src/net.cpp, with one a group). Peers that came by themselves, or that the
 * application asked for, do not count.
 */
export function fullGroups(
  held: readonly Pick<LocatedPeer, 'kind' | 'group'>[],
  limit: number
): ReadonlySet<string> {
  const taken = new Map<string, number>()
  for (const { kind, group } of held) {
    if (kind === 'discovered' && group !== undefined) taken.set(group, (taken.get(group) ?? 0) + 1)
  }
  return new Set([...taken].filter(([, count]) => count >= limit).map(([group]) => group))
}
