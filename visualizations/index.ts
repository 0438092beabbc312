/**
 * `npm run diagrams`: makes the pictures, tables and examples of README.md from the machines, the options and
 * the examples' files, and the Grafana dashboard from the metrics. A test fails when a file and what would
 * be made differ.
 */

import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { dashboardText } from './grafana/dashboard.ts'
import { madeAnew } from './page.ts'

const ROOT = join(import.meta.dirname, '..')

const MADE: Readonly<Record<string, (before: string) => string | Promise<string>>> = {
  'README.md': madeAnew,
  'visualizations/grafana/peer-lifecycle.json': dashboardText
}

for (const [name, make] of Object.entries(MADE)) {
  const path = join(ROOT, name)
  const before = await readFile(path, 'utf8')
  const after = await make(before)
  if (after !== before) await writeFile(path, after)
  process.stdout.write(`${name} is ${after === before ? 'up to date' : 'made anew'}\n`)
}
