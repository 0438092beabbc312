import { DISPOSITIONS, NOTED_REASONS, tableOf, WIRE_REASONS } from '../../machines/index.ts'
import { FLAG, expect, isObject, oneOf } from '../option-checks.ts'
import { checkDispositions } from './disposition-rules.ts'
import type { Rule } from '../option-checks.ts'
import type {
  CoolDown,
  Disposition,
  DispositionTable,
  NotedReason,
  Reason,
  WireReason
} from '../../machines/index.ts'

/** What is to follow from a word instead. What is not named stays as it is. */
export interface DispositionInit {
  /** Does the connection stay, unpromoted, or is it closed and refused until the cool-down is over? */
  connection?: 'keep' | 'close' | undefined

  /**
   * How long the peer is left alone: milliseconds, the same every time; or what differs of `base`,
   * `factor`, `cap` and `jitter`.
   */
  coolDown?: number | Partial<CoolDown> | undefined

  /** Are the peer's own handshakes refused during the cool-down, too? */
  refusesInbound?: boolean | undefined

  /** Does an explicit `connect()` override the cool-down? */
  yields?: boolean | undefined

  /** Is the peer entered in the ban table? Only for what is proven: see `dispositions`. */
  bans?: boolean | undefined

  /** Is the peer no longer wanted as a candidate, unless it is static? */
  forgets?: boolean | undefined
}

/** What is to follow from a "no", by who said it and by its word. */
export interface DispositionsInit {
  /** What this node says, and what happens to it on the network. */
  local?: Readonly<Partial<Record<NotedReason, DispositionInit>>> | undefined

  /** What the peer says of us, in a REJECT or a GOODBYE. */
  remote?: Readonly<Partial<Record<WireReason, DispositionInit>>> | undefined
}

/**
 * The table with what the application wants otherwise.
 *
 * @throws InvalidOptionsError that names the word, what was expected and what was given
 */
export function readDispositions(init: unknown): DispositionTable {
  if (init === undefined) return DISPOSITIONS
  const { local, remote } = readFields('dispositions', init, SIDES)
  const table = tableOf(
    { ...DISPOSITIONS.local, ...readSide('local', local, NOTED_REASONS) },
    { ...wireRowsOf(DISPOSITIONS.remote), ...readSide('remote', remote, WIRE_REASONS) }
  )
  checkDispositions(table)
  return table
}

const SIDES = ['local', 'remote'] as const

const FLAGS = ['refusesInbound', 'yields', 'bans', 'forgets'] as const

const FIELDS = ['connection', 'coolDown', ...FLAGS] as const

const CONNECTION = oneOf('keep', 'close')

const NOT_NEGATIVE: Rule = {
  holds: (value) => typeof value === 'number' && value >= 0,
  expected: 'milliseconds from 0'
}

/** What the parts of a cool-down must be. */
const COOL_DOWN: Readonly<Record<keyof CoolDown, Rule>> = {
  base: NOT_NEGATIVE,
  factor: {
    holds: (value) => typeof value === 'number' && value >= 1 && value < Infinity,
    expected: 'a number from 1'
  },
  cap: NOT_NEGATIVE,
  jitter: {
    holds: (value) => typeof value === 'number' && value >= 0 && value <= 1,
    expected: 'a number from 0 to 1'
  }
}

function wireRowsOf(
  rows: Readonly<Record<Reason, Disposition>>
): Readonly<Record<WireReason, Disposition>> {
  const entries = WIRE_REASONS.map((reason) => [reason, rows[reason]])
  return Object.fromEntries(entries) as Record<WireReason, Disposition>
}

function readSide<Word extends Reason>(
  side: 'local' | 'remote',
  init: unknown,
  words: readonly Word[]
): Partial<Record<Word, Disposition>> {
  const rows = readFields(`dispositions.${side}`, init ?? {}, words)
  const entries = Object.entries(rows).map(([word, row]) => {
    const path = `dispositions.${side}.${word}`
    return [
      word,
      { ...DISPOSITIONS[side][word as Word], ...readRow(path, side, word as Word, row) }
    ]
  })
  return Object.fromEntries(entries) as Partial<Record<Word, Disposition>>
}

function readRow(
  path: string,
  side: 'local' | 'remote',
  word: Reason,
  init: unknown
): Partial<Disposition> {
  const row = readFields(path, init, FIELDS)
  const { coolDown, ...given } = row
  if ('connection' in given) {
    expect(
      CONNECTION.holds(given.connection),
      `${path}.connection`,
      CONNECTION.expected,
      given.connection
    )
  }
  for (const flag of FLAGS) {
    if (flag in given)
      expect(FLAG.holds(given[flag]), `${path}.${flag}`, FLAG.expected, given[flag])
  }
  if (coolDown === undefined) return given as Partial<Disposition>
  const standard = DISPOSITIONS[side][word].coolDown
  return { ...(given as Partial<Disposition>), coolDown: readCoolDown(path, standard, coolDown) }
}

function readCoolDown(path: string, standard: CoolDown, init: unknown): CoolDown {
  const option = `${path}.coolDown`
  if (!isObject(init)) {
    const expected = 'milliseconds from 0, or an object with base, factor, cap and jitter'
    expect(NOT_NEGATIVE.holds(init), option, expected, init)
    return Object.freeze({ base: init as number, factor: 1, cap: init as number, jitter: 0 })
  }
  const given = readFields(option, init, Object.keys(COOL_DOWN))
  for (const [name, value] of Object.entries(given)) {
    const { holds, expected } = COOL_DOWN[name as keyof CoolDown]
    expect(holds(value), `${option}.${name}`, expected, value)
  }
  const coolDown = { ...standard, ...given } as CoolDown
  const { base, cap } = coolDown
  expect(base <= cap, `${option}.cap`, `at least its base of ${base} ms`, cap)
  return Object.freeze(coolDown)
}

/** The fields that were given, of those there are. */
function readFields<Name extends string>(
  path: string,
  init: unknown,
  names: readonly Name[]
): Partial<Record<Name, unknown>> {
  expect(isObject(init) && !Array.isArray(init), path, 'an object', init)
  const given = Object.entries(init as object).filter(([, value]) => value !== undefined)
  for (const [name] of given) {
    const isKnown = (names as readonly string[]).includes(name)
    expect(isKnown, `a part of ${path}`, `one of ${names.join(', ')}`, name)
  }
  return Object.fromEntries(given) as Partial<Record<Name, unknown>>
}
