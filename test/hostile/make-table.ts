/** Plays every row at this library and by hand, and writes down how it went: `npm run hostile:table`. */
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { lifecycleSubject } from '../../src/testing/hostile/lifecycle-subject.ts'
import { HOSTILE_SCRIPTS } from '../../src/testing/hostile/scripts.ts'
import { BY_HAND } from './by-hand-subject.ts'
import { resultOf } from './results.ts'
import { SIGNED_SUBJECT } from './subjects.ts'
import type { RowResult } from './results.ts'

const FILE = join(import.meta.dirname, '..', '..', 'examples', 'by-hand', 'results.json')

// what is waited for is in the hands of timers that do not keep a process alive
const alive = setInterval(() => {}, 60_000)
const ours = lifecycleSubject(SIGNED_SUBJECT)
const rows: RowResult[] = []
for (const script of HOSTILE_SCRIPTS) {
  const { row, title, must, bound } = script
  const result = {
    row,
    title,
    must,
    bound,
    ours: await resultOf(script, { subject: ours, times: 1, patience: 8_000 }),
    byHand: await resultOf(script, { subject: BY_HAND, times: 3, patience: 2_000 })
  }
  rows.push(result)
  console.log(row, result.ours, result.byHand)
}
clearInterval(alive)
await writeFile(FILE, `${JSON.stringify(rows, undefined, 2)}\n`)
process.exit(0)
