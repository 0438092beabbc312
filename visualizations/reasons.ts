import { codeOf, dispositionOf, LOCAL_REASONS, WIRE_REASONS } from '../machines/index.ts'
import { REASON_MEANINGS } from './reason-meanings.ts'
import { code, markdownTable } from './tables.ts'
import type { Reason, Side } from '../machines/index.ts'

const MINUTE = 60_000

/** Units from the longest to the shortest; a time is told in the longest that it is a multiple of. */
const UNITS = [
  [60 * MINUTE, 'h'],
  [MINUTE, 'min'],
  [1_000, 's']
] as const

/** The words that can be said to a peer: what follows if we say one, and if the peer does. */
export function wireReasonTable(): string {
  return markdownTable(
    ['code', 'reason', 'meaning', 'said here', 'said by the peer'],
    WIRE_REASONS.map((reason) => [
      `${codeOf(reason)}`,
      code(reason),
      REASON_MEANINGS[reason],
      consequence(reason, 'local'),
      consequence(reason, 'remote')
    ])
  )
}

/** The words that never leave this node. */
export function localReasonTable(): string {
  return markdownTable(
    ['reason', 'meaning', 'what follows'],
    LOCAL_REASONS.map((reason) => [
      code(reason),
      REASON_MEANINGS[reason],
      consequence(reason, 'network')
    ])
  )
}

/** What the table of dispositions says, in a few words. */
function consequence(reason: Reason, by: Side): string {
  const { bans, connection, coolDown, refusesInbound, yields } = dispositionOf(reason, by)
  if (bans && typeof coolDown === 'number') return `banned ${duration(coolDown)}`
  if (coolDown === 0) return connection === 'keep' ? '' : 'closed'
  const link = connection === 'close' ? 'closed, ' : ''
  const override = yields ? String.raw` \*` : ''
  if (coolDown === 'back-off') return `${link}back-off${override}`
  const verb = refusesInbound ? 'shut out' : 'left alone'
  return `${link}${verb} ${duration(coolDown)}${override}`
}

function duration(milliseconds: number): string {
  const [length, unit] = UNITS.find(([size]) => milliseconds % size === 0) ?? [1, 'ms']
  return `${milliseconds / length} ${unit}`
}
