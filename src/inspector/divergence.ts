import { shown } from '../recorder/fields.ts'

/** Where a replay came to something else than what is written. Plain data. */
export interface Divergence {
  /** The line, counted from 1. */
  readonly line: number
  /** What was compared: a state, a slot, a part of what the chart remembers, ... */
  readonly what: string
  /** What is written there; nothing if it is undefined. */
  readonly recorded: string | undefined
  /** What the machines come to; nothing if it is undefined. */
  readonly replayed: string | undefined
}

export type Difference = Omit<Divergence, 'line'>

/** The difference between the two, if they differ. */
export function unlike(what: string, recorded: unknown, replayed: unknown): Difference | undefined {
  if (Object.is(recorded, replayed)) return undefined
  const [is, was] = [replayed, recorded].map((it) => (it === undefined ? undefined : shown(it)))
  return { what, recorded: was, replayed: is }
}
