/**
 * Says how many statements the tests reached, and fails if that is too few, if a line is not reached and
 * nobody has said why (test/project/uncovered.json), or if what is said of a line is no longer so.
 */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { explanationsIn, judged, reportsIn } from './uncovered.ts'

const ROOT = join(import.meta.dirname, '..', '..')
const REPORT = join(ROOT, 'node_modules', '.cache', 'coverage', 'coverage-final.json')

/** Per cent of the statements. */
const ENOUGH = 95

const linesOf = (file: string): string[] => readFileSync(join(ROOT, file), 'utf8').split('\n')
const { statements, covered, unknown, stale } = judged(
  await reportsIn(REPORT, ROOT),
  await explanationsIn(ROOT),
  linesOf
)
const share = (100 * covered) / statements

console.log(`${covered} of ${statements} statements, ${share.toFixed(2)} %`)
for (const name of unknown) console.log(`not reached, not explained: ${name}`)
for (const name of stale) console.log(`explained, but reached or gone: ${name}`)
if (share < ENOUGH || unknown.length + stale.length > 0) process.exitCode = 1
