import type { Priority } from './dial-plan.ts'
import type { Reason, Side } from './reasons.ts'

/** Which way a slot was taken: by our scheduler's wish or by the remote's. */
export type Direction = 'inbound' | 'outbound'

/** When something happened (milliseconds of the injected clock) and the luck drawn for its back-off. */
interface Moment {
  readonly at: number
  readonly luck: number
}

/** The session an answer belongs to. An answer of another session than the current one is stale. */
interface OfSession {
  readonly session: number
}

/** A "no", with everything that decides what follows from it. */
interface Refusal extends Moment {
  readonly reason: Reason
  readonly by: Side
  /** Seconds the remote asked for before another attempt; 0 if it did not. */
  readonly retryAfter: number
  /** What exactly was wrong; cut and escaped, for people. */
  readonly detail?: string | undefined
}

/** An attempt that came to nothing. */
interface Failure extends Moment {
  /**
   * True if the trouble is our own, such as a network that is gone, or a machine that slept: it does not
   * count as a failure.
   */
  readonly isExcused: boolean
}

interface FailedAttempt extends OfSession, Failure {}

/** Everything that can happen to a peer. Plain data only. */
export type PeerEvent =
  /** Somebody wants the peer: a discovery source, `enqueue()` (lasting) or `connect()` (one attempt). */
  | { type: 'peer.wanted'; priority: Priority; lasting: boolean; urgent: boolean }
  /** The last `connect()` for the peer was aborted. */
  | { type: 'peer.unwanted' }
  /** `disconnect()`, or the node is stopping: say goodbye. */
  | ({ type: 'peer.dismissed'; reason: Reason } & Moment)
  | { type: 'peer.banned'; until: number; at: number }
  | { type: 'peer.unbanned' }
  /** The application's own handshake would let the peer in now: a list that kept it out has changed. */
  | { type: 'peer.pardoned' }
  /** A new address of the peer was learned. */
  | { type: 'peer.readdressed' }
  /**
   * What was known of the peer before this node was restarted: a "no" that holds until `until`, in the
   * clock's milliseconds, after so many failures in a row.
   */
  | { type: 'peer.restored'; reason: Reason; by: Side; until: number; failures: number }
  /** Our network is back: what failed for want of it may be tried at once. */
  | { type: 'network.returned' }
  /** The tracked peer makes room for another one. */
  | { type: 'peer.forgotten' }
  /** There is a connection, whoever opened it. Said again after a dial that ended otherwise. */
  | { type: 'connection.opened' }
  /** The last connection closed. */
  | ({ type: 'connection.closed' } & Moment)
  /**
   * The scheduler gives a slot. `usable`: there is a connection that can carry the handshake. An inbound
   * slot without one is for a handshake in the secure channel of a connection that is still being made.
   */
  | ({ type: 'slot.granted'; direction: Direction; usable: boolean } & OfSession)
  /** A connection that can carry the handshake is there: the dial's own, or one that came meanwhile. */
  | ({ type: 'dial.succeeded' } & OfSession)
  | ({ type: 'dial.failed'; reason: Reason; detail?: string | undefined } & FailedAttempt)
  | ({ type: 'dial.expired' } & FailedAttempt)
  /** A dial without a slot, only to see whether the peer is there, came to nothing. */
  | ({ type: 'feeler.failed'; reason: Reason; detail?: string | undefined } & Failure)
  /** Our handshake stream is open. */
  | ({ type: 'handshake.opened' } & OfSession)
  /** The peer opened a handshake stream while we hold a slot for it. `wins`: its peer id is the smaller. */
  | ({ type: 'handshake.offered'; wins: boolean } & OfSession)
  /** The peer closed our stream without a frame: it is the initiator, we shall respond. */
  | ({ type: 'handshake.yielded' } & OfSession)
  | ({ type: 'handshake.accepted'; at: number } & OfSession)
  | ({ type: 'handshake.refused' } & OfSession & Refusal)
  | ({ type: 'handshake.expired' } & FailedAttempt)
  /** A no in the secure channel of a connection that was to be no more than one: no slot was held. */
  | ({ type: 'channel.refused' } & Refusal)
  | ({ type: 'goodbye.received' } & Refusal)
  /** An UPDATE was refused, by us or by the peer. */
  | ({ type: 'update.refused' } & Refusal)
  /** The cool-down that ends at `until` is over. */
  | { type: 'coolDown.over'; until: number }

/** The name of every event, for tests that must decide each of them in each state. */
export const PEER_EVENTS = [
  'peer.wanted',
  'peer.unwanted',
  'peer.dismissed',
  'peer.banned',
  'peer.unbanned',
  'peer.pardoned',
  'peer.readdressed',
  'peer.restored',
  'network.returned',
  'peer.forgotten',
  'connection.opened',
  'connection.closed',
  'slot.granted',
  'dial.succeeded',
  'dial.failed',
  'dial.expired',
  'feeler.failed',
  'handshake.opened',
  'handshake.offered',
  'handshake.yielded',
  'handshake.accepted',
  'handshake.refused',
  'handshake.expired',
  'channel.refused',
  'goodbye.received',
  'update.refused',
  'coolDown.over'
] as const satisfies readonly PeerEvent['type'][]
