import { COUNTERS, GAUGES, HISTOGRAMS } from '../src/metrics/catalogue.ts'
import { code, markdownTable } from './tables.ts'
import type { Group, Histogram } from '../src/metrics/catalogue.ts'

/** More values than this are named by what they are. */
const FEW = 8

const MANY: Readonly<Record<string, string>> = {
  reason: 'every [reason](#reasons)',
  event: "every event of a peer's chart"
}

/** Every metric: its name, its kind, its label with the values that it can have, and what it says. */
export function metricTable(): string {
  return markdownTable(
    ['metric', 'kind', 'label', 'what it says'],
    [
      ...Object.values(GAUGES).map((group) => rowOf(group, 'gauge')),
      ...Object.values(COUNTERS).map((group) => rowOf(group, 'counter')),
      ...Object.values(HISTOGRAMS).map(({ name, help }: Histogram) => [
        code(name),
        'histogram',
        '',
        help
      ])
    ]
  )
}

function rowOf({ name, label, values, help }: Group, kind: string): string[] {
  const named = values.length > FEW ? (MANY[label] ?? '') : values.map(code).join(', ')
  return [code(name), kind, `${code(label)}: ${named}`, help]
}
