import type { PeerEvent } from '../../machines/index.ts'

/**
 * What must come of every event in every state of a peer: written by hand from the laws and the
 * wire protocol, not from the chart.
 *
 * An outcome is `ignored` (nothing changes, nothing is done), or where the peer is afterwards
 * (`stays`, or a leaf), and after a colon the effects that are named, in their order. Where it
 * depends, a cell has a line for each case: `overdue, urgently` is the situation `overdue` and the
 * form `urgently` of the event, and the line that says most decides.
 */
export type Outcome = string

export type Cell = Outcome | Readonly<Record<string, Outcome>>

export type Row = Readonly<Record<PeerEvent['type'], Cell>>

/** The line of a cell that decides this case; undefined if none does, or two say equally much. */
export function decide(
  cell: Cell | undefined,
  situation: string,
  form: string
): { line: string; outcome: Outcome } | undefined {
  if (cell === undefined) return undefined
  if (typeof cell === 'string') return { line: '', outcome: cell }
  const names = new Set([situation, ...form.split(', ')])
  const fitting = Object.entries(cell)
    .map(([line, outcome]) => ({ line, outcome, parts: line.split(', ') }))
    .filter(({ parts }) =>
      parts.every((part) => part.split(' or ').some((name) => names.has(name)))
    )
    .toSorted((a, b) => b.parts.length - a.parts.length)
  const [first, second] = fitting
  return first?.parts.length === second?.parts.length ? undefined : first
}
