import { DISPOSITIONS, NOTED_REASONS, WIRE_REASONS } from '../../machines/index.ts'
import { readDispositions } from '../options/disposition-options.ts'
import type { CoolDown, Disposition, DispositionTable, Reason } from '../../machines/index.ts'

/** Rows by who said a word, and the word, in the form of the option `dispositions`. */
type Overrides = Readonly<Partial<Record<'local' | 'remote', Readonly<Record<string, object>>>>>

/** What the application has put into the table, as a line holds it; undefined if it is the standard one. */
export function plainDispositions(table: DispositionTable): Overrides | undefined {
  if (table === DISPOSITIONS) return undefined
  const local = changedRows('local', NOTED_REASONS, table)
  const remote = changedRows('remote', WIRE_REASONS, table)
  return { local, remote }
}

/**
 * The table that a line tells of.
 *
 * @throws InvalidOptionsError that names the row, what was expected and what came
 */
export function tableOfPlain(plain: unknown): DispositionTable {
  return readDispositions(plain === undefined ? undefined : withInfinities(plain))
}

function changedRows(
  side: 'local' | 'remote',
  words: readonly Reason[],
  table: DispositionTable
): Record<string, object> {
  const changed = words.filter((word) => !isSame(table[side][word], DISPOSITIONS[side][word]))
  return Object.fromEntries(changed.map((word) => [word, plainRow(table[side][word])]))
}

function plainRow({
  connection,
  coolDown,
  refusesInbound,
  yields,
  bans,
  forgets
}: Disposition): object {
  const lengths = Object.entries(coolDown).map(([name, value]) => [
    name,
    value === Infinity ? 'Infinity' : value
  ])
  const plain = Object.fromEntries(lengths) as object
  return { connection, coolDown: plain, refusesInbound, yields, bans, forgets }
}

function isSame(a: Disposition, b: Disposition): boolean {
  const { coolDown: lengthOfA, ...rowOfA } = a
  const { coolDown: lengthOfB, ...rowOfB } = b
  return hasSame(rowOfA, rowOfB) && hasSame<CoolDown>(lengthOfA, lengthOfB)
}

const hasSame = <T extends object>(a: T, b: T): boolean =>
  Object.entries(a).every(([name, value]) => value === b[name as keyof T])

/** JSON has no Infinity: it is a word there, and nothing else in these rows is that word. */
function withInfinities(value: unknown): unknown {
  if (value === 'Infinity') return Infinity
  if (typeof value !== 'object' || value === null) return value
  const fields = Object.entries(value).map(([name, inner]) => [name, withInfinities(inner)])
  return Object.fromEntries(fields) as unknown
}
