import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { markdownTable } from './tables.ts'
import type { WorldResult } from '../test/world/results.ts'

const RESULTS = join(import.meta.dirname, '..', 'test', 'world', 'results.json')

/** What simulated worlds came to, as `npm run simulate:table` has kept it: a row for each seed. */
export async function worldTable(): Promise<string> {
  const results = JSON.parse(await readFile(RESULTS, 'utf8')) as WorldResult[]
  const head = ['nodes', 'seed', 'simulated', 'faults', 'events', 'violations', 'events per second']
  const rows = results.map((result) => [
    result.nodes.toLocaleString('en'),
    String(result.seed),
    `${(result.simulatedMs / 3_600_000).toFixed(2)} h`,
    result.faults.toLocaleString('en'),
    result.events.toLocaleString('en'),
    String(result.violations),
    Math.round(result.events / Math.max(1, result.cpuSeconds)).toLocaleString('en')
  ])
  return markdownTable(head, rows)
}
