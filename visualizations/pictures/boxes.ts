import { lineOf, wrapped } from './text.ts'
import { wordsOf } from '../words.ts'
import type { ChartState } from '../chart.ts'
import type { DeadlineWords } from '../mermaid.ts'
import type { Box } from './drawing.ts'
import type { Line, TextStyle } from './text.ts'

/** How a state is written into its box: its name, what it means, how long it may last. */

/** Pixels that the meaning of a state may take before it is broken: with states inside, alone, inside another. */
const WIDTHS = { around: 92, alone: 150, inner: 90 } as const

export interface BoxStyle {
  readonly deadlines: DeadlineWords
  /** How a state is drawn: as those of the top level are, or as one inside. */
  readonly rank: keyof typeof WIDTHS
  /** Told by the state around already. */
  readonly isDeadlineTold: boolean
  readonly parent?: string | undefined
}

export function stateBox(state: ChartState, style: BoxStyle): Box {
  const { path, key, tags, description, deadline } = state
  const { deadlines, rank, isDeadlineTold, parent } = style
  const name: TextStyle = rank === 'inner' ? 'name' : 'title'
  const holdsSlot = tags.includes('slot') && !isDeadlineTold
  const until: Line[] =
    deadline === undefined || isDeadlineTold
      ? []
      : untilLines(deadlines[deadline] ?? deadline, WIDTHS[rank])
  return {
    id: path,
    kind: 'state',
    state: path,
    parent,
    lines: [
      lineOf(wordsOf(key), name, holdsSlot ? 'slot' : undefined),
      ...wrapped(description, 'about', WIDTHS[rank]),
      ...until
    ],
    description
  }
}

function untilLines(text: string, width: number): Line[] {
  return wrapped(text, 'about', width).map((words, at) => ({
    ...words,
    mark: at === 0 ? ('clock' as const) : ('none' as const)
  }))
}

/** The name of a state that is on another picture, or elsewhere on this one. */
export function ghostBox(path: string, id: string): Box {
  const words = path.split('.').map(wordsOf).join(': ')
  return { id, kind: 'ghost', state: path, lines: [lineOf(words, 'name')], description: '' }
}
