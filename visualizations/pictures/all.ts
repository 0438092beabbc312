import { chartOf } from '../chart.ts'
import { DEADLINES } from '../deadlines.ts'
import { drawFlat, drawOverview } from '../mermaid.ts'
import { THEMES } from '../palette.ts'
import { layOut } from './layout.ts'
import { lifeOf } from './life.ts'
import { flatOf, nearOf } from './near.ts'
import { svgOf } from './svg.ts'
import { MODES } from './titles.ts'
import type { AnyStateMachine } from 'xstate'
import type { Drawing } from './drawing.ts'

/** Every picture of the two charts, before anything has a place. */
export function drawingsOf(peer: AnyStateMachine, scheduler: AnyStateMachine): Drawing[] {
  const chart = chartOf(peer)
  const tops = chart.states.filter(({ parent, isFinal }) => parent === undefined && !isFinal)
  return [
    lifeOf(chart, DEADLINES),
    ...tops.map(({ path }) => nearOf(chart, path, DEADLINES)),
    flatOf(chartOf(scheduler), 'scheduler', MODES, DEADLINES)
  ]
}

/** The files of all pictures by name: each as SVG by day and by night, and the two charts as mermaid's text. */
export async function pictureFiles(
  peer: AnyStateMachine,
  scheduler: AnyStateMachine
): Promise<ReadonlyMap<string, string>> {
  const files = new Map<string, string>()
  for (const drawing of drawingsOf(peer, scheduler)) {
    const placed = await layOut(drawing)
    for (const theme of THEMES) files.set(`${drawing.name}.${theme}.svg`, svgOf(placed, theme))
  }
  files.set('peer.mmd', `${drawOverview(chartOf(peer), DEADLINES)}\n`)
  files.set('scheduler.mmd', `${drawFlat(chartOf(scheduler), DEADLINES)}\n`)
  return files
}
