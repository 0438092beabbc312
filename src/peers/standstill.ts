import { dispositionOf } from '../../machines/index.ts'
import type { Disposition, DispositionTable, Reason, Side } from '../../machines/index.ts'

/** Why a peer is left alone at the moment, and what that means at the doors. */
export interface Standstill {
  readonly reason: Reason
  readonly by: Side
  /** When it ends, in the clock's milliseconds; Infinity if never. */
  readonly until: number
  readonly disposition: Disposition
}

/** A "no" that stands, with what follows from it in this table. */
export const standstillOf = (
  table: DispositionTable | undefined,
  reason: Reason,
  by: Side,
  until: number
): Standstill => ({ reason, by, until, disposition: dispositionOf(reason, by, table) })
