import { topOf } from './chart.ts'
import { guardWords } from './words.ts'
import type { Chart, ChartArrow, ChartState } from './chart.ts'

/** How a deadline reads in a picture, by the name the machine gives it. */
export type DeadlineWords = Readonly<Record<string, string>>

/** An arrow as it is drawn: its label may stand for several guarded branches. */
type Drawn = Pick<ChartArrow, 'from' | 'to' | 'event'> & Partial<ChartArrow>

/** Events that lead to the same top-level state from so many others are told in a sentence, not drawn. */
const COMMON = 3

/** The verdicts of a handshake are drawn wherever they come from: they are what the picture is about. */
const VERDICTS = new Set(['handshake.accepted', 'handshake.refused'])

/** Labels longer than this have their guard on a line of its own; mermaid breaks them anywhere otherwise. */
const LABEL_WIDTH = 20

/** What happens in the same way in several states, so that a picture is clearer without it. */
export interface CommonArrow {
  readonly event: string
  readonly to: string
  readonly from: readonly string[]
}

/** The whole chart in one picture, for a machine without states inside states. */
export function drawFlat(chart: Chart, deadlines: DeadlineWords): string {
  return draw([
    ...chart.states.map((state) => drawState(state, deadlines)),
    `[*] --> ${idOf(chart.initial)}`,
    ...drawArrows(chart.arrows)
  ])
}

/** The chart from afar: the top-level states and what leads from one to another, but for the common. */
export function drawOverview(chart: Chart, deadlines: DeadlineWords): string {
  const common = commonArrows(chart)
  const isCommon = ({ event, to }: Drawn): boolean =>
    common.some((arrow) => arrow.event === event && arrow.to === to)
  const tops = chart.states.filter(({ parent, isFinal }) => parent === undefined && !isFinal)
  return draw([
    ...tops.map((state) => drawState(state, deadlines)),
    `[*] --> ${topOf(chart.initial)}`,
    ...drawArrows(lifted(chart).filter((arrow) => !isCommon(arrow)))
  ])
}

/** One top-level state from near: the states inside, and every arrow that begins in one of them. */
export function drawInside(chart: Chart, top: string, deadlines: DeadlineWords): string {
  const isWithin = (path: string): boolean => topOf(path) === top
  const inside = chart.states.filter(({ parent }) => parent === top)
  const arrows = chart.arrows.filter(({ from }) => isWithin(from) && from !== top)
  const within = arrows.filter(({ to }) => isWithin(to))
  const outward = arrows.filter(({ to }) => !isWithin(to))
  return draw([
    `state "${top}" as ${top} {`,
    ...inside.map((state) => `  ${drawState(state, deadlines)}`),
    ...drawArrows(within).map((line) => `  ${line}`),
    '}',
    ...[...new Set(outward.map(({ to }) => to))].map((to) => `state "${to}" as ${idOf(to)}`),
    ...drawArrows(outward)
  ])
}

/** The arrows that {@link drawOverview} leaves out: from almost everywhere, or to the end. */
export function commonArrows(chart: Chart): CommonArrow[] {
  const ends = new Set(chart.states.filter(({ isFinal }) => isFinal).map(({ path }) => path))
  const byMeaning = Map.groupBy(lifted(chart), ({ event, to }) => `${event} ${to}`)
  return [...byMeaning.values()].flatMap((arrows) => {
    const from = [...new Set(arrows.map((arrow) => arrow.from))]
    return arrows
      .slice(0, 1)
      .filter(({ event, to }) => {
        return (from.length >= COMMON && !VERDICTS.has(event)) || ends.has(to)
      })
      .map(({ event, to }) => ({ event, to, from }))
  })
}

/** The arrows that {@link drawInside} leaves out: they begin in the state around, so in all inside alike. */
export function arrowsFromAllInside(chart: Chart, top: string): CommonArrow[] {
  return chart.arrows
    .filter(({ from }) => from === top)
    .map(({ event, to }) => ({ event, to, from: [top] }))
}

/** The arrows between top-level states. A guard is told only if its event may lead to several of them. */
function lifted(chart: Chart): Drawn[] {
  const byCause = Map.groupBy(chart.arrows, ({ from, event }) => `${from} ${event}`)
  return [...byCause.values()].flatMap((branches) => {
    const isDecided = new Set(branches.map(({ to }) => topOf(to))).size > 1
    return branches
      .map(({ from, to, event, ...guard }) => ({
        from: topOf(from),
        to: topOf(to),
        event,
        ...(isDecided && guard)
      }))
      .filter(({ from, to }) => from !== to)
  })
}

function draw(lines: readonly string[]): string {
  return ['stateDiagram-v2', ...lines.map((line) => `  ${line}`)].join('\n')
}

function drawState({ path, key, deadline }: ChartState, deadlines: DeadlineWords): string {
  const until = deadline === undefined ? undefined : deadlines[deadline]
  return `state "${until === undefined ? key : `${key}<br/>(${until})`}" as ${idOf(path)}`
}

/** Arrows between the same two states are one, with a line for each event. */
function drawArrows(arrows: readonly Drawn[]): string[] {
  const byEnds = Map.groupBy(arrows, ({ from, to }) => `${idOf(from)} --> ${idOf(to)}`)
  return [...byEnds].map(
    ([ends, together]) => `${ends} : ${[...new Set(together.map(labelOf))].join('<br/>')}`
  )
}

function labelOf({ event, guard, isOtherwise = false }: Drawn): string {
  if (guard === undefined && !isOtherwise) return event
  const condition = guard === undefined ? '[otherwise]' : `[${guardWords(guard)}]`
  const isLong = event.length + condition.length >= LABEL_WIDTH
  return `${event}${isLong ? '<br/>' : ' '}${condition}`
}

function idOf(path: string): string {
  return path.replaceAll('.', '_')
}
