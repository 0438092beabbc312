import {
  BACK_OFF_FLOOR,
  DISPOSITIONS,
  longest,
  NOTED_REASONS,
  shortest,
  WIRE_REASONS
} from '../../machines/index.ts'
import { InvalidOptionsError } from '../errors.ts'
import type { Disposition, DispositionTable, Reason, WireReason } from '../../machines/index.ts'

/** What no override may undo: the rules of the table, checked on the table that comes out. */

/** One row of the table, with its place in it. */
interface Row extends Disposition {
  readonly side: 'local' | 'remote'
  readonly word: Reason
}

/** Words that no connection is left to, or none was there: none can be closed. */
const WITHOUT_CONNECTION: ReadonlySet<Reason> = new Set([
  'dial-failed',
  'no-address',
  'connection-closed',
  'filtered'
])

/** Words in which an application or a full node takes leave: it may come again as soon as it likes. */
const PARTINGS: ReadonlySet<Reason> = new Set([
  'too-many-peers',
  'shutting-down',
  'requested',
  'idle',
  'evicted',
  'busy'
])

/**
 * May this word, said here, be made to ban? Only what we saw ourselves, of a peer whose key we know, and
 * what nobody else can have caused: never a timeout, a failed dial, a lost connection or trouble of ours.
 */
const isProvable = (word: Reason): boolean =>
  (WIRE_REASONS as readonly Reason[]).includes(word) &&
  word !== 'banned' &&
  DISPOSITIONS.local[word].fault === 'peer'

const isBan = ({ side, word, bans }: Row): boolean =>
  bans || (side === 'local' && word === 'banned')

/** @throws InvalidOptionsError that names the word and the rule */
export function checkDispositions({ local, remote }: DispositionTable): void {
  const rows: Row[] = [
    ...NOTED_REASONS.map((word) => ({ ...local[word], side: 'local' as const, word })),
    ...WIRE_REASONS.map((word: WireReason) => ({ ...remote[word], side: 'remote' as const, word }))
  ]
  for (const row of rows) checkRow(row)
  const lesser = rows.filter((row) => !isBan(row))
  const worst = lesser.reduce((a, b) => (longest(b.coolDown) > longest(a.coolDown) ? b : a))
  for (const ban of rows.filter(isBan)) {
    const isLonger = shortest(ban.coolDown) > longest(worst.coolDown)
    const lengths = `${shortest(ban.coolDown)} and ${longest(worst.coolDown)}`
    const other = `${nameOf(worst)}.coolDown`
    demand(isLonger, `${nameOf(ban)}.coolDown, a ban, to be longer than ${other}, got ${lengths}`)
  }
}

function checkRow(row: Row): void {
  const { side, word, connection, coolDown, bans, refusesInbound, yields } = row
  const name = nameOf(row)
  if (bans) {
    const provable = WIRE_REASONS.filter(isProvable).join(', ')
    const isProven = side === 'local' && isProvable(word)
    demand(isProven, `${name}.bans to be false: only what is proven here bans (${provable})`)
    const isFirm = connection === 'close' && refusesInbound && !yields
    demand(isFirm, `${name}, which bans, to close, to refuse inbound and not to yield`)
  }
  const isClosable = !WITHOUT_CONNECTION.has(word) || connection === 'keep'
  demand(isClosable, `${name}.connection to be 'keep': there is none that could be closed`)
  const mayBeNone = side === 'local' && PARTINGS.has(word)
  const isRest = coolDown.base >= BACK_OFF_FLOOR || mayBeNone
  demand(
    isRest,
    `${name}.coolDown of at least ${BACK_OFF_FLOOR} ms, so that nothing loops hot, got ${coolDown.base}`
  )
}

const nameOf = ({ side, word }: Row): string => `dispositions.${side}.${word}`

function demand(holds: boolean, rule: string): void {
  if (!holds) throw new InvalidOptionsError(`Expected ${rule}`)
}
