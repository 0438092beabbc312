import { SLOT_KINDS } from '../machines/index.ts'
import { standingOf } from './doors.ts'
import { epochOf } from './peers/peer-view.ts'
import type { PeerLifecycleStatus, SlotLimit } from './interface.ts'
import type { PeerLifecycleOptions } from './options.ts'
import type { Peers } from './peers/peers.ts'
import type { PeerState } from './peers/tracked-peer.ts'
import type { RoomOptions } from './room-ports.ts'
import type { Rooms } from './rooms.ts'
import type { DialScheduler } from './scheduler/dial-scheduler.ts'
import type { Slot, SlotKind } from '../machines/index.ts'

/** The whole node at a glance, as it is now. */
export function statusOf(
  { peers, scheduler, gate, connections, reception, sight, remembrance }: Rooms<unknown>,
  options: RoomOptions<unknown>
): PeerLifecycleStatus {
  const { offlineSince, slots } = scheduler
  return {
    mode: scheduler.mode,
    ...(offlineSince !== undefined && { offlineSince: epochOf(offlineSince, options.clock) }),
    maxPeers: scheduler.maxPeers,
    slots,
    slotsByKind: slotsByKind(slots),
    limits: {
      slots: slotLimits(scheduler, options),
      tracked: options.maxTracked,
      bans: options.maxBans,
      heldStreams: options.maxHeldStreams,
      handshakes: options.admission.handshakes,
      inboundHandshakes: options.admission.inboundHandshakes,
      parallelDials: options.parallelDials,
      dialsPerSecond: options.dialing.dialsPerSecond
    },
    queued: scheduler.queued,
    peers: peersByState(peers),
    tracked: peers.size,
    connections: connectionsByStanding(peers),
    closed: { ...connections.counts },
    banned: peers.banned,
    bannedIps: peers.bans.ips,
    refusals: sight.refusals.totals(),
    gate: { ...gate.counts },
    admission: { ...reception.admission.counts },
    memory: remembrance.status,
    ignored: { ...peers.ignored }
  }
}

export function peersByState(peers: Peers): Record<PeerState, number> {
  const counts: Record<PeerState, number> = {
    discovered: 0,
    dialing: 0,
    connected: 0,
    handshaking: 0,
    authorized: 0,
    rejected: 0
  }
  for (const { state } of peers.values()) counts[state]++
  return counts
}

export function slotsByKind(slots: readonly Slot[]): Record<SlotKind, number> {
  const counts = Object.fromEntries(SLOT_KINDS.map((kind) => [kind, 0])) as Record<SlotKind, number>
  for (const { kind } of slots) counts[kind]++
  return counts
}

/** Slots that can be held at most, as long as nobody else becomes trusted. */
export function slotLimits(
  { maxPeers, discoveredLimit, inboundLimit, capacity }: DialScheduler,
  { reservedSlots, policies: { upgradeSlots } }: PeerLifecycleOptions
): Record<SlotLimit, number> {
  return {
    ordinary: maxPeers,
    discovered: discoveredLimit,
    inbound: inboundLimit,
    reserved: reservedSlots,
    upgrade: upgradeSlots,
    trusted: capacity - maxPeers - reservedSlots - upgradeSlots
  }
}

/** Open connections by what their peer may do. */
export function connectionsByStanding(peers: Peers): PeerLifecycleStatus['connections'] {
  const counts = { authorized: 0, pending: 0, unpromoted: 0 }
  for (const { path, connections } of peers.values()) {
    const standing = standingOf(path)
    counts[standing === 'closed' ? 'unpromoted' : standing] += connections.length
  }
  return counts
}
