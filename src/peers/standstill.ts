import { dispositionOf } from '../../machines/index.ts'
import type { Disposition, DispositionTable, Reason, Side } from '../../machines/index.ts'

/** Why a peer is left alone at the moment, and what that means at the doors. */
export interface Standstill {
  readonly reason: Reason
  readonly by: Side
  /** When it ends, in the clock's milliseconds; Infinity if never. */
  readonly until: number
  readonly disposition: Disposition
  /** Has the peer hung up on us of late, as soon as we came? Then no part of this node goes there. */
  readonly hangsUp?: boolean
}

/** A "no" that stands, with what follows from it in this table. */
export const standstillOf = (
  table: DispositionTable | undefined,
  reason: Reason,
  by: Side,
  until: number
): Standstill => ({ reason, by, until, disposition: dispositionOf(reason, by, table) })

/** A peer that is being left: words are said, connections are closed. */
export interface Leaving {
  /** What it is told if it comes meanwhile. */
  readonly reason: Reason
  /** When that is over at the latest, in the clock's milliseconds. */
  readonly until: number
  /** Are its connections to be closed? */
  readonly closes: boolean
}

/**
 * What stands against a peer while it is being left, whatever would stand otherwise: nobody goes to it and
 * nobody lets it in, for what began now the farewell would end.
 */
export function standstillOfLeaving(
  table: DispositionTable | undefined,
  { reason, until, closes }: Leaving,
  standing: Standstill | undefined
): Standstill {
  const firm = standing?.disposition
  const isFirm = firm?.refusesInbound === true && (firm.connection === 'close' || !closes)
  if (standing !== undefined && isFirm) return standing
  const leaving = standstillOf(table, reason, 'local', until)
  const connection = closes ? 'close' : 'keep'
  const disposition = { ...leaving.disposition, connection, refusesInbound: true } as const
  return { ...leaving, disposition }
}
