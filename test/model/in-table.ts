import { PEER_TABLE } from '../machines/peer.table.ts'
import type { PeerEvent } from '../../machines/index.ts'

/** What the table that was written by hand says may come of the event in this leaf, in any situation. */
export function outcomesOf(leaf: string, type: PeerEvent['type']): string[] {
  const cell = PEER_TABLE[leaf]?.[type]
  return typeof cell === 'string' ? [cell] : Object.values(cell ?? {})
}

/** Does the table know of this edge? */
export function standsInTable(edge: string): boolean {
  const [, leaf = '', type, to] = /^(\S+) on (\S+)(?: \[\w+\])? -> (\S+)$/.exec(edge) ?? []
  const outcomes = outcomesOf(leaf, type as PeerEvent['type'])
  return outcomes.some((outcome) => outcome.split(':')[0] === to)
}
