import { keyOf, topOf } from '../chart.ts'
import { eventWords, guardWords, wordsOf } from '../words.ts'
import { wrapped } from './text.ts'
import type { ChartArrow } from '../chart.ts'
import type { EdgeKind } from '../palette.ts'
import type { Line, Mark } from './text.ts'

/** What is written on a line: a line of text for each event, with its guard, and with its effects where there is room. */

const MARKS: Readonly<Record<EdgeKind, Mark | undefined>> = {
  path: undefined,
  plain: undefined,
  deadline: 'clock',
  refusal: 'cross'
}

/** The stronger kind, where a line stands for transitions of several. */
const STRENGTH: readonly EdgeKind[] = ['path', 'refusal', 'deadline', 'plain']

/** Pixels of effects before they are broken. */
const EFFECTS_WIDTH = 150

/** A deadline that is over, a "no" or a failure, or none of these. */
export function kindOf({ event, from, to }: ChartArrow): EdgeKind {
  if (/\.(expired|over|due)$/.test(event)) return 'deadline'
  const isNo = topOf(to) === 'rejected' && topOf(from) !== 'rejected'
  if (isNo || /\.(failed|lost)$/.test(event)) return 'refusal'
  return 'plain'
}

export function strongest(kinds: readonly EdgeKind[]): EdgeKind {
  return STRENGTH.find((kind) => kinds.includes(kind)) ?? 'plain'
}

/** The label of one event: all branches lead to the same box. */
export function eventLines(
  arrows: readonly ChartArrow[],
  kind: EdgeKind,
  isNarrow = false
): Line[] {
  const [first] = arrows
  if (first === undefined) return []
  const keys = [...new Set(arrows.map(keyOf))]
  const event = { text: eventWords(first.event), style: 'event' } as const
  const guard = guardOf(arrows)
  const mark = MARKS[kind]
  if (guard === undefined) return [{ runs: [event], mark, keys }]
  if (!isNarrow) return [{ runs: [event, { text: ` ${guard}`, style: 'guard' }], mark, keys }]
  return [
    { runs: [event], mark, keys },
    { runs: [{ text: guard, style: 'guard' }], keys }
  ]
}

/** The guard, if all branches have the same one. */
function guardOf(arrows: readonly ChartArrow[]): string | undefined {
  const guards = [...new Set(arrows.map(({ guard }) => guard))]
  const [guard] = guards
  if (guards.length !== 1 || guard === undefined) return undefined
  const words = withoutCurrent(guardWords(guard))
  return words === '' ? undefined : `[${words}]`
}

/** What is done on the way: by every branch first, then what only some do, each after its guard. */
export function effectLines(arrows: readonly ChartArrow[]): Line[] {
  const [first, ...rest] = arrows
  if (first === undefined) return []
  const shared = first.effects.filter((effect) =>
    rest.every(({ effects }) => effects.includes(effect))
  )
  const told = [
    shared.map(wordsOf).join(', '),
    ...arrows.map(({ condition, effects }) => {
      const own = effects.filter((effect) => !shared.includes(effect)).map(wordsOf)
      const words = withoutCurrent(guardWords(condition ?? ''))
      const when = words === '' ? 'otherwise' : `if it ${words}`
      return own.length === 0 ? '' : `${when}: ${own.join(', ')}`
    })
  ]
  const keys = [...new Set(arrows.map(keyOf))]
  return told
    .filter((text) => text !== '')
    .flatMap((text) => wrapped(`/ ${text}`, 'effect', EFFECTS_WIDTH))
    .map((line) => ({ ...line, keys }))
}

/** That an answer of an earlier session changes nothing goes without saying. */
function withoutCurrent(words: string): string {
  return words.replace(/^current( and )?/, '')
}
