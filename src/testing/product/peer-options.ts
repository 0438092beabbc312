import type { Exploration } from './counterexample.ts'
import type { HappeningsInit } from './happenings.ts'
import type { DispositionTable } from '../../../machines/index.ts'

/** How large the world of an exploration is, and by what rules. */
export interface ExplorePeersOptions extends HappeningsInit {
  /**
   * Peers, 1 to 8.
   *
   * @default 4
   */
  readonly peers?: number
  /**
   * Ordinary slots, `maxPeers`.
   *
   * @default 2
   */
  readonly slots?: number
  /**
   * The share of the slots that discovered candidates may fill, 0 to 1; inbound peers get at most the rest.
   *
   * @default 0.5
   */
  readonly outboundShare?: number
  /**
   * Slots beside them that only static peers take.
   *
   * @default 0
   */
  readonly reservedSlots?: number
  /**
   * Dials that may be in flight at once.
   *
   * @default as many as there are slots
   */
  readonly parallelDials?: number
  /**
   * Failures in a row that are told apart: with 2 none, one, and too many for another attempt.
   *
   * @default 0
   */
  readonly failures?: number
  /**
   * May the network seem gone, and come back?
   *
   * @default false
   */
  readonly outages?: boolean
  /**
   * May the node be about to stop?
   *
   * @default false
   */
  readonly stopping?: boolean
  /**
   * What follows from a "no".
   *
   * @default the table without overrides
   */
  readonly dispositions?: DispositionTable
  /**
   * States after which the exploration gives up.
   *
   * @default 5,000,000
   */
  readonly maxStates?: number
}

/** What was seen, and how large the tables are that it was put together from. */
export interface PeerExploration extends Exploration {
  /** States of the chart of one peer. */
  readonly chartStates: number
  /** Different things that the node holds of one peer: its chart, slot, connection, deadline, gate. */
  readonly peerStates: number
  /** States of the chart by their names that some peer was in, when all was quiet; sorted. */
  readonly paths: readonly string[]
}
