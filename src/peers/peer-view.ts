import type { Clock } from '../clock.ts'
import type { PeerPath, PeerState, TrackedPeer } from './tracked-peer.ts'
import type { Direction, Priority, Reason, Side } from '../../machines/index.ts'
import type { PeerId } from '@libp2p/interface'

/** What is known of a peer at a moment: a copy, which does not change. */
export interface PeerView<Hello = unknown> {
  readonly peerId: PeerId
  readonly state: PeerState
  /** The state with its detail, such as `connected.queued`. */
  readonly path: PeerPath
  /** Epoch milliseconds since when it is in that path. */
  readonly since: number
  /** Open connections, whoever opened them. */
  readonly connections: number
  /** How much it is wanted; absent if nobody wants it. */
  readonly priority?: Priority
  /** Whose wish its slot is; absent without a slot. */
  readonly direction?: Direction
  /** What `verify` made of its payload; absent if it is not authorized. */
  readonly hello?: Hello
  /** The last "no", while it has effect. */
  readonly reason?: Reason
  readonly by?: Side
  readonly detail?: string
  /** Epoch milliseconds at which the cool-down ends; Infinity if never. */
  readonly retryAt?: number
}

export function viewOf<Hello>(peer: TrackedPeer, clock: Clock): PeerView<Hello> {
  const { reason, by, detail, until, priority, direction } = peer.context
  return {
    peerId: peer.peerId,
    state: peer.state,
    path: peer.path,
    since: epochOf(peer.since, clock),
    connections: peer.connections.length,
    ...(priority !== undefined && { priority }),
    ...(peer.holdsSlot && direction !== undefined && { direction }),
    ...(peer.path === 'authorized' && { hello: peer.hello as Hello }),
    ...(reason !== undefined && { reason, retryAt: epochOf(until, clock) }),
    ...(by !== undefined && { by }),
    ...(detail !== undefined && { detail })
  }
}

/** A time of the clock as epoch milliseconds. */
export function epochOf(time: number, clock: Clock): number {
  return Math.round(clock.epoch() + (time - clock.now()))
}
