import { standingOf } from './doors.ts'
import type { Readings } from './metrics/meter.ts'
import type { PeerLifecycleOptions } from './options.ts'
import type { Rooms } from './rooms.ts'

type Read = Pick<Rooms<unknown>, 'peers' | 'scheduler' | 'gate' | 'sight'>

/** What the metrics read, and where: a number for each value of a metric's label. */
export function readingsOf(
  { peers, scheduler, gate, sight }: Read,
  { maxTracked, maxBans, maxHeldStreams, reservedSlots, policies }: PeerLifecycleOptions
): Readings {
  const refusalsBy = (what: 'reason' | 'door' | 'by') => () => {
    const streams = gate.counts.refusedInbound + gate.counts.refusedOutbound
    const counts: Record<string, number> = what === 'door' ? { stream: streams } : {}
    for (const { count, ...no } of sight.refusals.totals()) {
      counts[no[what]] = (counts[no[what]] ?? 0) + count
    }
    return counts
  }
  return {
    peers: () => counted(peers.values(), ({ state }) => state),
    slots: () => counted(scheduler.slots, ({ kind }) => kind),
    slotLimits: () => ({
      ordinary: scheduler.maxPeers,
      discovered: scheduler.discoveredLimit,
      inbound: scheduler.inboundLimit,
      reserved: reservedSlots,
      upgrade: policies.upgradeSlots,
      trusted: scheduler.capacity - scheduler.maxPeers - reservedSlots - policies.upgradeSlots
    }),
    queue: () => scheduler.queued,
    mode: () => ({ [scheduler.mode]: 1 }),
    connections: () => {
      const counts = { authorized: 0, pending: 0, unpromoted: 0 }
      for (const { path, connections } of peers.values()) {
        const standing = standingOf(path)
        counts[standing === 'closed' ? 'unpromoted' : standing] += connections.length
      }
      return counts
    },
    entries: () => ({
      peers: peers.size,
      bans: peers.banned,
      'banned-ips': peers.bans.ips,
      'held-streams': gate.counts.held
    }),
    limits: () => ({
      peers: maxTracked,
      bans: maxBans,
      'banned-ips': maxBans,
      'held-streams': maxHeldStreams
    }),
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

function counted<T>(of: Iterable<T>, by: (one: T) => string): Record<string, number> {
  const counts: Record<string, number> = {}
  for (const one of of) {
    const key = by(one)
    counts[key] = (counts[key] ?? 0) + 1
  }
  return counts
}
