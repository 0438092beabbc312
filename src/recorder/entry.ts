import type { Opener } from '../openers.ts'
import type { PeerRefusal } from '../refusals.ts'
import type { PeerContext, PeerEvent, SchedulerEvent, SchedulerMode } from '../../machines/index.ts'

/** A connection, as far as it is recorded. */
export interface RecordedConnection {
  readonly id: string
  readonly opener: Opener
  /** Does a relay carry it, for a limited time or amount? */
  readonly limited: boolean
  /** Where the peer is; undefined if it was not written. */
  readonly address: string | undefined
}

/** Where a peer is when a recording begins. Times are the clock's. */
export interface RecordedPeer {
  readonly key: string
  /** The path of its state, such as `connected.queued`. */
  readonly path: string
  readonly context: PeerContext
  /** Since when it is there. */
  readonly since: number
  /** Since when it has its slot; undefined without one. */
  readonly held: number | undefined
  /** Its open connections, the oldest first. */
  readonly connections: readonly RecordedConnection[]
}

/** An event that moved a peer, or made its chart remember something. */
export interface MoveEntry {
  readonly type: 'move'
  readonly seq: number
  readonly at: number
  readonly peer: string
  readonly event: PeerEvent
  readonly from: string
  readonly to: string
  readonly before: PeerContext
  readonly after: PeerContext
}

/** Why a peer is tracked no more. */
export type Farewell = 'stopped' | 'forgotten' | 'internal'

/** A peer is tracked no more: whoever comes by this name from now on is a new one. */
interface ForgottenEntry {
  readonly type: 'forgotten'
  readonly seq: number
  readonly at: number
  readonly peer: string
  readonly from: string
  /** `internal` if its chart failed. */
  readonly reason: Farewell
}

/** The scheduler's mode has changed. */
interface ModeEntry {
  readonly type: 'mode'
  readonly seq: number
  readonly at: number
  readonly event: SchedulerEvent['type']
  readonly from: SchedulerMode
  readonly to: SchedulerMode
}

/** A connection of a tracked peer has opened or closed. */
interface ConnectionEntry {
  readonly type: 'connection'
  readonly seq: number
  readonly at: number
  readonly peer: string
  readonly what: 'opened' | 'closed'
  readonly connection: RecordedConnection
}

/** What is recorded of a "no". */
export type RecordedRefusal = Pick<
  PeerRefusal,
  'peer' | 'door' | 'direction' | 'reason' | 'by' | 'detail'
>

/** A "no" was said, by us or to us. */
export interface RefusalEntry extends RecordedRefusal {
  readonly type: 'refusal'
  readonly seq: number
  readonly at: number
  /** Refusals that were left out before this one, because there were too many. */
  readonly omitted: number
}

/** One decision and its cause, or what led to one. Plain data that nobody changes. */
export type Entry = MoveEntry | ForgottenEntry | ModeEntry | ConnectionEntry | RefusalEntry

/** What was kept of the past: how all was, and each decision since. */
export interface Recording {
  /** The number of the first entry. */
  readonly seq: number
  /** The scheduler's mode before the first entry. */
  readonly mode: SchedulerMode
  /** Every tracked peer, as it was before the first entry. */
  readonly peers: readonly RecordedPeer[]
  /** What happened, the oldest first, numbered without a gap. */
  readonly entries: readonly Entry[]
}
