import { commonArrows } from '../mermaid.ts'
import { eventWords } from '../words.ts'
import { listed } from '../tables.ts'
import { lineOf, wrapped } from './text.ts'
import type { Chart } from '../chart.ts'
import type { Line } from './text.ts'

/** What is told below the picture of a peer's life: what happens nearly everywhere or seldom, and what the signs mean. */

const WIDTH = 262

const GUARDS = [
  '[usable]: a connection that can carry the handshake is there already; nothing is dialed.',
  '[inbound], [in channel]: the peer began, on a stream or in the secure channel of a new connection.',
  '[may override]: connect() was called, and the cool-down is one that yields to it.'
]

/** `drawn`: the events that are on the picture all the same; `seldom`: sentences. */
export function lifeNotes(
  chart: Chart,
  drawn: readonly string[],
  seldom: readonly string[]
): Line[][] {
  return [
    [lineOf('From nearly everywhere', 'heading'), ...everywhere(chart, drawn)],
    [lineOf('Seldom, and not drawn', 'heading'), ...seldom.flatMap(paragraph)],
    [
      lineOf('Signs', 'heading'),
      lineOf('the way to an authorized peer', 'about', 'path'),
      lineOf('another way', 'about', 'plain'),
      lineOf('a deadline, or its end', 'about', 'deadline'),
      lineOf('a no, or a failure', 'about', 'refusal'),
      lineOf('from any state without a slot', 'about', 'arrival'),
      lineOf('holds one of the slots', 'about', 'slot'),
      ...GUARDS.flatMap(paragraph)
    ]
  ]
}

function paragraph(text: string): Line[] {
  return wrapped(text, 'about', WIDTH).map((words, at) => ({
    ...words,
    mark: at === 0 ? ('bullet' as const) : ('indent' as const)
  }))
}

function everywhere(chart: Chart, drawn: readonly string[]): Line[] {
  const common = commonArrows(chart).filter(({ event }) => !drawn.includes(event))
  const told = Map.groupBy(common, ({ from, to }) => `${listed(from)} ${to}`)
  return [...told.values()].flatMap((together) => {
    const { from = [], to = '' } = together[0] ?? {}
    const events = listed(together.map(({ event }) => eventWords(event)))
    return [
      ...wrapped(events, 'event', WIDTH),
      ...wrapped(`from ${listed(from)} to ${to}`, 'about', WIDTH)
    ]
  })
}
