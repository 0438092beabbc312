/**
 * `npm run diagrams`: makes the pictures, tables and examples of README.md from the machines, the options and
 * the examples' files, the charts as SVG, and the Grafana dashboard from the metrics. A test fails when a file and what would
 * be made differ.
 */

import { existsSync } from 'node:fs'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { peerMachine, schedulerMachine } from '../machines/index.ts'
import { dashboardText } from './grafana/dashboard.ts'
import { madeAnew } from './page.ts'
import { pictureFiles } from './pictures/all.ts'

const ROOT = join(import.meta.dirname, '..')

const MADE: Record<string, (before: string) => string | Promise<string>> = {
  'README.md': madeAnew,
  'visualizations/grafana/peer-lifecycle.json': dashboardText
}

for (const [name, text] of await pictureFiles(peerMachine, schedulerMachine)) {
  MADE[`visualizations/diagrams/${name}`] = () => text
}

for (const [name, make] of Object.entries(MADE)) {
  const path = join(ROOT, name)
  const before = existsSync(path) ? await readFile(path, 'utf8') : ''
  const after = await make(before)
  if (after !== before) await writeFile(path, after)
  process.stdout.write(`${name} is ${after === before ? 'up to date' : 'made anew'}\n`)
}
