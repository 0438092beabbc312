import type { Step } from './scene.ts'
import type { Marks, RefusalsOverTime } from './story.ts'

/** How often each edge was taken in the steps before a place, since a time; in those of one node, if one is named. */
export function edgesOf(
  steps: readonly Step[],
  before: number,
  since: number,
  node?: number
): Map<string, number> {
  const times = new Map<string, number>()
  for (let place = before - 1; place >= 0; place--) {
    const step = steps[place]
    if (step === undefined || step.at < since) break
    const { edge } = step
    if (edge !== undefined && (node ?? step.node) === step.node)
      times.set(edge, (times.get(edge) ?? 0) + 1)
  }
  return times
}

/** Refusals in the steps before a place, in equal parts of the time from the first step to `to`; of one node, if one is named. */
export function refusalsOf(
  steps: readonly Step[],
  before: number,
  to: number,
  parts: number,
  node?: number
): RefusalsOverTime {
  const span = spanOf(steps, to, parts)
  const reasons = new Map<string, number[]>()
  for (let place = 0; place < before; place++) {
    const step = steps[place] ?? NOTHING
    const { kind, at, reason, omitted = 0 } = step
    if (kind !== 'refusal' || reason === undefined || (node ?? step.node) !== step.node) continue
    const row = reasons.get(reason) ?? Array.from({ length: parts }, () => 0)
    reasons.set(reason, row)
    add(row, partOf(at, span, parts), 1 + omitted)
  }
  const ranked = [...reasons].toSorted(([, a], [, b]) => sum(b) - sum(a))
  return { ...span, reasons: new Map(ranked) }
}

/** Steps and refusals in equal parts of the time from the first step to `to`. */
export function marksOf(steps: readonly Step[], to: number, parts: number): Marks {
  const span = spanOf(steps, to, parts)
  const [all, refusals] = [0, 0].map((none) => Array.from({ length: parts }, () => none))
  for (const { kind, at, omitted = 0 } of steps) {
    const part = partOf(at, span, parts)
    add(all, part, 1)
    if (kind === 'refusal') add(refusals, part, 1 + omitted)
  }
  return { from: span.from, to: span.to, steps: all ?? [], refusals: refusals ?? [] }
}

const sum = (row: readonly number[]): number => row.reduce((a, b) => a + b, 0)

const NOTHING: Pick<Step, 'kind' | 'at' | 'reason' | 'omitted' | 'node'> = {
  kind: 'mode',
  at: 0,
  node: 0
}

type Span = Pick<RefusalsOverTime, 'from' | 'to' | 'width'>

function spanOf(steps: readonly Step[], to: number, parts: number): Span {
  const from = Math.min(to, steps[0]?.at ?? to)
  return { from, to, width: (to - from) / parts }
}

function partOf(at: number, { from, width }: Span, parts: number): number {
  if (width === 0) return 0
  return Math.min(parts - 1, Math.max(0, Math.floor((at - from) / width)))
}

function add(row: number[] | undefined, part: number, by: number): void {
  if (row !== undefined) row[part] = (row[part] ?? 0) + by
}
