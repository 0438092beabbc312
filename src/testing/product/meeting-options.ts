import type { PeerLifecycleInit } from '../../index.ts'
import type { Name } from './laned-wire.ts'

/** What may happen in a meeting, and how often. */
export interface MeetingInit {
  /**
   * Who calls `connect()` for the other, once each and at any moment.
   *
   * @default both
   */
  readonly wants?: readonly Name[]
  /**
   * Connections that are open from the beginning, by turns of Ann's and Bob's; with none each has to dial.
   *
   * @default 2
   */
  readonly connections?: number
  /**
   * Connections that other parts of the nodes open at any moment, whoever it is.
   *
   * @default 0
   */
  readonly foreign?: number
  /**
   * Connections that are lost, each at any moment.
   *
   * @default 0
   */
  readonly cuts?: number
  /**
   * Calls of `disconnect()`, of either side.
   *
   * @default 0
   */
  readonly goodbyes?: number
  /**
   * Updates, of either side.
   *
   * @default 0
   */
  readonly updates?: number
  /**
   * Streams of a gated protocol that either side tries to open.
   *
   * @default 0
   */
  readonly streams?: number
  /**
   * How often the next deadline may be over although something is still on its way.
   *
   * @default 0
   */
  readonly haste?: number
  /** Options of Ann's service, and of Bob's, beyond those of the simulation. */
  readonly ann?: Partial<PeerLifecycleInit<string>>
  readonly bob?: Partial<PeerLifecycleInit<string>>
}
