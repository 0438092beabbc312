import type { PeerLifecycleStatus } from './interface.ts'
import type { PeerState } from './peers/tracked-peer.ts'
import type { Rooms } from './rooms.ts'

/** The whole node at a glance, as it is now. */
export function statusOf({
  peers,
  scheduler,
  gate,
  sight
}: Pick<Rooms<unknown>, 'peers' | 'scheduler' | 'gate' | 'sight'>): PeerLifecycleStatus {
  const count: Record<PeerState, number> = {
    discovered: 0,
    dialing: 0,
    connected: 0,
    handshaking: 0,
    authorized: 0,
    rejected: 0
  }
  for (const { state } of peers.values()) count[state]++
  return {
    mode: scheduler.mode,
    maxPeers: scheduler.maxPeers,
    slots: scheduler.slots,
    queued: scheduler.queued,
    peers: count,
    tracked: peers.size,
    banned: peers.banned,
    refusals: sight.refusals.totals(),
    gate: { ...gate.counts },
    ignored: { ...peers.ignored }
  }
}
