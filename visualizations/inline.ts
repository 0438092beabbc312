import { chartOf, keyOf } from './chart.ts'
import { DEADLINES } from './deadlines.ts'
import { layOut } from './pictures/layout.ts'
import { lifeOf } from './pictures/life.ts'
import { liveOf } from './pictures/live.ts'
import { svgOf } from './pictures/svg.ts'
import type { AnyStateMachine } from 'xstate'
import type { ChartState } from './chart.ts'
import type { Theme } from './palette.ts'

/** The picture of a peer's life for a page that shows it live, with room for numbers, and what is on it. */
export interface InlinePicture {
  /** To be put into the page as it is. By `data-state` and `data-edge` its parts are found. */
  readonly svg: Readonly<Record<Theme, string>>
  readonly states: readonly ChartState[]
  /**
   * For each transition, `<from> <event> <to>`, the value of `data-edge` of the line that stands for it; undefined if it is
   * told below the picture, and not drawn.
   */
  readonly edges: Readonly<Record<string, string | undefined>>
}

export async function inlinePeer(machine: AnyStateMachine): Promise<InlinePicture> {
  const chart = chartOf(machine)
  const drawing = liveOf(lifeOf(chart, DEADLINES))
  const placed = await layOut(drawing)
  const edges = chart.arrows.map((arrow) => {
    const key = keyOf(arrow)
    return [key, drawing.edges.find(({ keys }) => keys.includes(key))?.keys.join(' | ')] as const
  })
  return {
    svg: { light: svgOf(placed, 'light'), dark: svgOf(placed, 'dark') },
    states: chart.states,
    edges: Object.fromEntries(edges)
  }
}
