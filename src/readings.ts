import { connectionsByStanding, peersByState, slotLimits, slotsByKind } from './status.ts'
import type { Readings } from './metrics/meter.ts'
import type { PeerLifecycleOptions } from './options.ts'
import type { Rooms } from './rooms.ts'

type Read = Pick<
  Rooms<unknown>,
  'peers' | 'scheduler' | 'gate' | 'reception' | 'sight' | 'remembrance'
>

/** What the metrics read, and where: a number for each value of a metric's label. */
export function readingsOf(
  { peers, scheduler, gate, reception, sight, remembrance }: Read,
  options: PeerLifecycleOptions
): Readings {
  const refusalsBy = (what: 'reason' | 'door' | 'by') => () => {
    const { refusedInbound, refusedOutbound } = gate.counts
    const counts: Record<string, number> =
      what === 'door' ? { stream: refusedInbound + refusedOutbound } : {}
    for (const { count, ...no } of sight.refusals.totals()) {
      counts[no[what]] = (counts[no[what]] ?? 0) + count
    }
    return counts
  }
  return {
    peers: () => peersByState(peers),
    slots: () => slotsByKind(scheduler.slots),
    slotLimits: () => slotLimits(scheduler, options),
    queue: () => scheduler.queued,
    mode: () => ({ [scheduler.mode]: 1 }),
    connections: () => connectionsByStanding(peers),
    underWay: () => {
      const { handshakes, inboundHandshakes } = reception.admission.counts
      return { inbound: inboundHandshakes, outbound: handshakes - inboundHandshakes }
    },
    entries: () => ({
      peers: peers.size,
      bans: peers.banned,
      'banned-ips': peers.bans.ips,
      'held-streams': gate.counts.held
    }),
    limits: () => ({
      peers: options.maxTracked,
      bans: options.maxBans,
      'banned-ips': options.maxBans,
      'held-streams': options.maxHeldStreams
    }),
    health: () => ({ memory: remembrance.status.isFailing ? 0 : 1 }),
    refusals: refusalsBy('reason'),
    doors: refusalsBy('door'),
    sides: refusalsBy('by'),
    streams: () => ({
      'refused-inbound': gate.counts.refusedInbound,
      'refused-outbound': gate.counts.refusedOutbound,
      delivered: gate.counts.delivered,
      dropped: gate.counts.heldDropped,
      revoked: gate.counts.revoked
    })
  }
}
