import { keyOf, topOf } from '../chart.ts'
import { commonArrows } from '../mermaid.ts'
import { stateBox } from './boxes.ts'
import { eventLines, kindOf, strongest } from './labels.ts'
import { lifeNotes } from './life-notes.ts'
import { LIFE } from './titles.ts'
import type { Chart, ChartArrow, ChartState } from '../chart.ts'
import type { DeadlineWords } from '../mermaid.ts'
import type { EdgeKind } from '../palette.ts'
import type { Box, Drawing, Edge } from './drawing.ts'

/**
 * The life of a peer on one picture: the six words, what is inside them, and the usual ways from one to another.
 * What happens nearly everywhere, or seldom, is told below it. What this file does not know of, such as a new
 * transition, is drawn.
 */

/** The way from a name to a peer when nothing is in the way. It is drawn on the right, straight down. */
const PATH = [
  'discovered.idle peer.wanted discovered.queued',
  'discovered.queued slot.granted dialing',
  'dialing dial.succeeded connected.promoting',
  'connected.promoting handshake.opened handshaking.initiating',
  'handshaking handshake.accepted authorized'
]

/** Of what happens inside a state, only this is drawn, beside the path. The rest is on the state's own picture. */
const INSIDE = [
  'connected.unpromoted peer.wanted connected.queued',
  'connected.queued slot.granted connected.promoting'
]

/** From left to right, where that is not the order of the machine: the path is on the right. */
const ORDER = [
  'forgotten',
  'discovered',
  'dialing',
  'connected',
  'handshaking',
  'rejected',
  'authorized',
  'discovered.coolingDown',
  'discovered.idle',
  'discovered.queued',
  'handshaking.securing',
  'handshaking.responding',
  'handshaking.yielding',
  'handshaking.initiating',
  'rejected.disconnected',
  'rejected.connected'
]

/** Edges between neighbours at the same height. */
const LEVEL: Readonly<Record<string, string>> = {
  'discovered forgotten': 'start',
  'authorized rejected.connected': 'handshaking'
}

/** The one event from nearly everywhere that is drawn, from a box of its own: how a peer comes in. */
const ARRIVAL = 'slot.granted'

/** What happens seldom, by the words that tell of it below the picture. */
const SELDOM: Readonly<Record<string, (arrow: ChartArrow) => boolean>> = {
  'Nobody waits for it any more (peer unwanted): it is given up, unless something else wants it.':
    ({ event }) => event === 'peer.unwanted',
  'After a restart (peer restored) a no of before still holds.': ({ event }) =>
    event === 'peer.restored',
  'Both sides begin at once (handshake offered): one of the two streams yields.': ({ event }) =>
    event === 'handshake.offered',
  'A handshake inside the secure channel gives its verdict with the dial, or with a connection (channel refused).':
    (arrow) =>
      arrow.event === 'channel.refused' ||
      (arrow.from === 'dialing' && arrow.event.startsWith('handshake.')),
  'A connection that cannot carry the handshake is dialed anew; a handshake stream that cannot be opened is a refusal, too.':
    ({ from, to, event }) =>
      (from === 'connected.queued' && to === 'dialing') ||
      (from === 'connected.promoting' && /\.(refused|expired)$/.test(event))
}

export function lifeOf(chart: Chart, deadlines: DeadlineWords): Drawing {
  const arrivals = arrivalsOf(chart)
  return {
    name: 'peer',
    title: LIFE,
    boxes: [
      { id: 'start', kind: 'start', state: '', lines: [], description: '' },
      ...ordered(chart.states).flatMap((state) => [
        ...arrivals.filter(({ box }) => topOf(box.state) === state.path).map(({ box }) => box),
        boxOf(chart, state, deadlines)
      ])
    ],
    edges: [
      { from: 'start', to: firstLeaf(chart), kind: 'plain', lines: [], keys: [] },
      ...edgesOf(chart),
      ...arrivals.map(({ edge }) => edge)
    ],
    notes: lifeNotes(chart, [ARRIVAL], Object.keys(SELDOM))
  }
}

function firstLeaf({ states, initial }: Chart): string {
  return states.find(({ path }) => path === initial)?.initial ?? initial
}

function ordered(states: readonly ChartState[]): ChartState[] {
  return states.toSorted((a, b) => place(a) - place(b))
}

function place({ path }: ChartState): number {
  return ORDER.includes(path) ? ORDER.indexOf(path) : ORDER.length
}

function boxOf(chart: Chart, state: ChartState, deadlines: DeadlineWords): Box {
  const { path, parent, initial, isFinal, key, description } = state
  if (isFinal) {
    const lines = [{ runs: [{ text: key, style: 'about' as const }] }]
    return { id: path, kind: 'end', state: path, lines, description }
  }
  const around = chart.states.find((other) => other.path === parent)
  return stateBox(state, {
    deadlines,
    rank: around !== undefined ? 'inner' : initial !== undefined ? 'around' : 'alone',
    isDeadlineTold: around?.deadline !== undefined,
    parent
  })
}

/** Several transitions that mean the same, with the ends that the line for them has. */
interface Meaning {
  readonly from: string
  readonly to: string
  readonly kind: EdgeKind
  readonly arrows: readonly ChartArrow[]
}

function edgesOf(chart: Chart): Edge[] {
  const meanings = [...Map.groupBy(usual(chart), meaningOf).values()].map(liftedOf)
  const byEnds = Map.groupBy(joined(meanings), ({ from, to }) => `${from} ${to}`)
  return [...byEnds].map(([ends, together]) => {
    const { from = '', to = '' } = together[0] ?? {}
    const isInside = topOf(from) === topOf(to)
    const lines = together.flatMap(({ arrows, kind }) => eventLines(arrows, kind, isInside))
    const leaves = isPath(together[0]?.arrows[0]) ? pathIn(from) : undefined
    const keys = [...new Set(together.flatMap(({ arrows }) => arrows.map(keyOf)))]
    const kind = strongest(together.map((meaning) => meaning.kind))
    return { from, to, kind, lines, keys, leaves, levelBelow: LEVEL[ends] }
  })
}

/** Lines that begin in the same box and lead into the same state are one, which ends at the state around. */
function joined(meanings: readonly Meaning[]): Meaning[] {
  const together = Map.groupBy(meanings, ({ from, to, kind }) =>
    kind === 'path' || topOf(from) === topOf(to) ? `${from} ${to}` : `${from} ${topOf(to)} around`
  )
  return [...together.values()].flatMap((group) =>
    new Set(group.map(({ to }) => to)).size === 1
      ? group
      : group.map((meaning) => ({ ...meaning, to: topOf(meaning.to) }))
  )
}

/** What is drawn: not what is seldom, nor what happens nearly everywhere, nor inside a state but for the path. */
function usual(chart: Chart): ChartArrow[] {
  const common = commonArrows(chart)
  const ends = chart.states.filter(({ isFinal }) => isFinal).map(({ path }) => path)
  return chart.arrows.filter((arrow) => {
    const { event, from, to } = arrow
    if (isPath(arrow) || INSIDE.includes(keyOf(arrow))) return true
    if (ends.includes(to)) return from === topOf(chart.initial)
    if (topOf(from) === topOf(to) || Object.values(SELDOM).some((isOne) => isOne(arrow)))
      return false
    return !common.some((one) => one.event === event && one.to === topOf(to))
  })
}

function isPath(arrow: ChartArrow | undefined): boolean {
  return arrow !== undefined && PATH.includes(keyOf(arrow))
}

/** The state inside that the path comes through. */
function pathIn(top: string): string | undefined {
  return PATH.map((key) => key.split(' ').at(-1) ?? '').find((to) => to.startsWith(`${top}.`))
}

function meaningOf(arrow: ChartArrow): string {
  const key = keyOf(arrow)
  const isAsItIs = isPath(arrow) || INSIDE.includes(key)
  return isAsItIs ? key : `${topOf(arrow.from)} ${arrow.event} ${topOf(arrow.to)}`
}

/** An end of a line is the one state inside that it is about, or the state around if there are several. */
function liftedOf(arrows: readonly ChartArrow[]): Meaning {
  const [first] = arrows
  return {
    from: endOf(arrows.map(({ from }) => from)),
    to: endOf(arrows.map(({ to }) => to)),
    kind: first === undefined ? 'plain' : isPath(first) ? 'path' : kindOf(first),
    arrows
  }
}

function endOf(paths: readonly string[]): string {
  const [path = ''] = paths
  return new Set(paths).size === 1 ? path : topOf(path)
}

/** A box for what leads into one state from many others, and the line from there. */
function arrivalsOf(chart: Chart): { readonly box: Box; readonly edge: Edge }[] {
  const common = commonArrows(chart).filter(({ event }) => event === ARRIVAL)
  const arrows = chart.arrows.filter(({ event, to }) =>
    common.some((one) => one.event === event && one.to === topOf(to))
  )
  return [...Map.groupBy(arrows, ({ to }) => to)].map(([to, together]) => {
    const id = `arrival in ${to}`
    const lines = eventLines(together, 'plain')
    const keys = [...new Set(together.map(keyOf))]
    return {
      box: { id, kind: 'arrival', state: to, lines, description: '' },
      edge: { from: id, to, kind: 'plain', lines: [], keys }
    }
  })
}
