import type { Priority } from './dial-plan.ts'
import type { Direction } from './peer-events.ts'
import type { Reason, Side } from './reasons.ts'

/** What the chart of a peer remembers. */
export interface PeerContext {
  readonly peer: string
  /** The session that holds, or last held, a slot; 0 before the first. */
  readonly session: number
  readonly direction: Direction | undefined
  /** How much the peer is wanted now; a `connect()` raises it for one attempt. */
  readonly priority: Priority | undefined
  /** How much it is wanted when nobody waits for it. */
  readonly lasting: Priority | undefined
  /** Failures in a row; saturates. */
  readonly failures: number
  /** When it was authorized last. */
  readonly authorizedAt: number
  /** The last "no", while it has effect. */
  readonly reason: Reason | undefined
  readonly by: Side | undefined
  readonly detail: string | undefined
  /** End of the cool-down, in the clock's milliseconds; 0 outside one. */
  readonly until: number
  /** Failures that the last "no" added: 1, or 0 if it was excused. */
  readonly counted: number
}

export interface PeerInput {
  readonly peer: string
}

/**
 * `slot`: holds one. `waiting`: a deadline is armed. `queued`: a candidate. `pending`: a verdict is to be
 * expected. `linked`: has a connection. `linking`: one is being made, and others change nothing.
 */
export type PeerTag = 'slot' | 'waiting' | 'queued' | 'pending' | 'linked' | 'linking'

/** No "no" has effect. */
export const NO_REFUSAL = {
  reason: undefined,
  by: undefined,
  detail: undefined,
  until: 0,
  counted: 0
} as const
