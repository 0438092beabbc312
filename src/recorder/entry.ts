import type { PeerContext, PeerEvent, SchedulerEvent, SchedulerMode } from '../../machines/index.ts'

/** Where a peer is when a recording begins. */
export interface RecordedPeer {
  readonly key: string
  /** The path of its state, such as `connected.queued`. */
  readonly path: string
  readonly context: PeerContext
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

/** One decision and its cause. Plain data that nobody changes. */
export type Entry = MoveEntry | ForgottenEntry | ModeEntry

/** What was kept of the past: how all was, and each decision since. */
export interface Recording {
  /** The number of the first entry. */
  readonly seq: number
  /** The scheduler's mode before the first entry. */
  readonly mode: SchedulerMode
  /** Every tracked peer, as it was before the first entry. */
  readonly peers: readonly RecordedPeer[]
  /** Decisions, the oldest first, numbered without a gap. */
  readonly entries: readonly Entry[]
}
