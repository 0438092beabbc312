import { keyOf } from '../chart.ts'
import { arrowsFromAllInside } from '../mermaid.ts'
import { listed } from '../tables.ts'
import { eventWords, guardWords, wordsOf } from '../words.ts'
import { ghostBox, stateBox } from './boxes.ts'
import { effectLines, eventLines, kindOf, strongest } from './labels.ts'
import { lineOf, wrapped } from './text.ts'
import { nearTitle } from './titles.ts'
import type { Chart, ChartArrow, ChartState } from '../chart.ts'
import type { DeadlineWords } from '../mermaid.ts'
import type { Box, Drawing, Edge } from './drawing.ts'
import type { Line } from './text.ts'

/** Pixels of a sentence below the picture before it is broken. */
const NOTE_WIDTH = 720

/** Pixels of effects in a box before they are broken. */
const EFFECTS_WIDTH = 150

/** One top-level state from near: what is inside, every way that begins there, and what is done on the way. */
export function nearOf(chart: Chart, top: string, deadlines: DeadlineWords): Drawing {
  const inside = chart.states.filter(({ path, parent }) => path === top || parent === top)
  const own = inside.length > 1 ? inside.filter(({ path }) => path !== top) : inside
  const begun = chart.arrows.filter(({ from }) => own.some(({ path }) => path === from))
  const isOutward = (arrow: ChartArrow): boolean => endOf(arrow, own) !== arrow.to
  const common = own.length === 1 ? [] : alike(begun.filter(isOutward), 2)
  const arrows = begun.filter((arrow) => !common.includes(arrow))
  const initial = chart.states.find(({ path }) => path === top)?.initial
  return {
    name: `peer-${top}`,
    title: nearTitle(top),
    boxes: [
      ...(initial === undefined ? [] : [startBox]),
      ...own.map((state) => nearBox(state, deadlines)),
      ...ghostsOf(arrows, own)
    ],
    edges: [
      ...(initial === undefined ? [] : [startEdge(initial)]),
      ...mergedEdges(arrows, (arrow) => endOf(arrow, own))
    ],
    notes: notesOf([
      ...toldOfAll(chart, top, own),
      ...[...Map.groupBy(common, sameEnd).values()].map(toldOfSome)
    ]),
    ...(own.length === 1 && { direction: 'RIGHT' as const })
  }
}

/** A chart without states inside states, whole. */
export function flatOf(
  chart: Chart,
  name: string,
  title: string,
  deadlines: DeadlineWords
): Drawing {
  const common = alike(chart.arrows, 4)
  const arrows = chart.arrows.filter((arrow) => !common.includes(arrow))
  return {
    name,
    title,
    boxes: [startBox, ...chart.states.map((state) => nearBox(state, deadlines))],
    edges: [startEdge(chart.initial), ...mergedEdges(arrows, ({ to }) => to)],
    notes: notesOf([...Map.groupBy(common, sameEnd).values()].map(toldOfSome))
  }
}

/** What leads to the same state from so many others is told, not drawn. */
function alike(arrows: readonly ChartArrow[], many: number): ChartArrow[] {
  const groups = [...Map.groupBy(arrows, sameEnd).values()]
  return groups.filter((group) => new Set(group.map(({ from }) => from)).size >= many).flat()
}

function sameEnd({ event, to, guard = '' }: ChartArrow): string {
  return `${event} ${to} ${guard}`
}

const startBox: Box = { id: 'start', kind: 'start', state: '', lines: [], description: '' }

function startEdge(to: string): Edge {
  return { from: 'start', to, kind: 'plain', lines: [], keys: [] }
}

function nearBox(state: ChartState, deadlines: DeadlineWords): Box {
  const box = stateBox(state, { deadlines, rank: 'alone', isDeadlineTold: false })
  const effects = comings(state).flatMap((told) => wrapped(told, 'effect', EFFECTS_WIDTH))
  return { ...box, lines: [...box.lines, ...effects] }
}

/** What is done whenever a peer comes into a state, and whenever it leaves. */
function comings({ entry, exit }: ChartState): string[] {
  return [...coming('in', entry), ...coming('out', exit)]
}

function coming(when: string, effects: readonly string[]): string[] {
  return effects.length === 0 ? [] : [`${when} / ${effects.map(wordsOf).join(', ')}`]
}

/** Other states are ghosts, one for each state that a way begins in, so that the ways stay short. */
function ghostsOf(arrows: readonly ChartArrow[], own: readonly ChartState[]): Box[] {
  const outward = arrows.filter((arrow) => endOf(arrow, own) !== arrow.to)
  const ids = new Map(outward.map((arrow) => [endOf(arrow, own), arrow.to]))
  return [...ids].map(([id, to]) => ghostBox(to, id))
}

function endOf({ from, to }: ChartArrow, own: readonly ChartState[]): string {
  return own.some(({ path }) => path === to) ? to : `${to} from ${from}`
}

function mergedEdges(arrows: readonly ChartArrow[], end: (arrow: ChartArrow) => string): Edge[] {
  const byEnds = Map.groupBy(arrows, (arrow) => `${arrow.from} > ${end(arrow)}`)
  return [...byEnds.values()].flatMap((together) => {
    const [first] = together
    if (first === undefined) return []
    const byEvent = [...Map.groupBy(together, ({ event }) => event).values()]
    return [
      {
        from: first.from,
        to: end(first),
        kind: strongest(together.map(kindOf)),
        lines: byEvent.flatMap(linesOf),
        keys: [...new Set(together.map(keyOf))]
      }
    ]
  })
}

function linesOf(arrows: readonly ChartArrow[]): Line[] {
  const [first] = arrows
  if (first === undefined) return []
  return [...eventLines(arrows, kindOf(first)), ...effectLines(arrows)]
}

/** What happens in all states inside alike, in sentences. */
function toldOfAll(chart: Chart, top: string, own: readonly ChartState[]): string[] {
  if (own.some(({ path }) => path === top)) return []
  const told = Map.groupBy(arrowsFromAllInside(chart, top), ({ to }) => to)
  const around = chart.states.filter(({ path }) => path === top).flatMap(comings)
  const leading = [...told].map(([to, together]) => {
    const events = [...new Set(together.map(({ event }) => eventWords(event)))]
    return `${listed(events)} from each of them to ${placeOf(to)}`
  })
  return [...leading, ...around.map((effects) => `${placeOf(top)}, whichever of them: ${effects}`)]
}

function toldOfSome(arrows: readonly ChartArrow[]): string {
  const [first] = arrows
  if (first === undefined) return ''
  const guard = first.guard === undefined ? '' : ` [${guardWords(first.guard)}]`
  const from = [...new Set(arrows.map((arrow) => placeOf(arrow.from)))]
  return `${eventWords(first.event)}${guard} from ${listed(from)} to ${placeOf(first.to)}`
}

function placeOf(path: string): string {
  return path.split('.').map(wordsOf).join(': ')
}

function notesOf(sentences: readonly string[]): Line[][] {
  if (sentences.length === 0) return []
  const lines = sentences.flatMap((sentence) => wrapped(sentence, 'about', NOTE_WIDTH))
  return [[lineOf('Not drawn', 'heading'), ...lines]]
}
