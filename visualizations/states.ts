import { code, markdownTable } from './tables.ts'
import type { Chart, ChartState } from './chart.ts'
import type { DeadlineWords } from './mermaid.ts'

/** Every state of a peer: what it means, whether it holds a slot, and how long it may last. */
export function peerStateTable(chart: Chart, deadlines: DeadlineWords): string {
  return markdownTable(
    ['state', 'what it means', 'slot', 'how long'],
    chart.states.map((state) => [
      code(state.path),
      state.description,
      ...(state.initial === undefined ? detailsOf(state, deadlines) : ['', ''])
    ])
  )
}

/** Every mode of the scheduler. */
export function schedulerModeTable(chart: Chart): string {
  return markdownTable(
    ['mode', 'what it means'],
    chart.states.map(({ path, description }) => [code(path), description])
  )
}

function detailsOf({ tags, deadline }: ChartState, deadlines: DeadlineWords): string[] {
  const slot = tags.includes('slot') ? 'yes' : ''
  return [slot, deadline === undefined ? '' : (deadlines[deadline] ?? deadline)]
}
