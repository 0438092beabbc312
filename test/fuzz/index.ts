/**
 * `npm run fuzz`: feeds everything that reads what others have written with fresh inputs, and says what it
 * found. `--inputs` is how many, all targets together (1,000,000 by default); `--target` is one of them;
 * `--seed` is where luck begins; with `--keep` what was found on the way becomes the corpus.
 */
import { availableParallelism } from 'node:os'
import { parseArgs } from 'node:util'
import { keepFinding, keepInputs, keptInputs } from './corpus.ts'
import { describeReport, verdictOf } from './report.ts'
import { TARGETS } from './targets/index.ts'
import { fuzzWatched } from './watched.ts'
import type { FuzzReport } from './fuzz.ts'
import type { Target } from './target.ts'

const { values } = parseArgs({
  options: {
    inputs: { type: 'string', default: '1000000' },
    seed: { type: 'string', default: String(Date.now() % 1_000_000) },
    target: { type: 'string' },
    keep: { type: 'boolean', default: false }
  }
})
const seed = Number(values.seed)
const chosen = TARGETS.filter(({ name }) => name === (values.target ?? name))
const shares = chosen.reduce((sum, { share }) => sum + share, 0)
console.log(`seed ${seed}, ${chosen.length} targets`)

const waiting = chosen.toSorted((a, b) => b.share - a.share)
const reports: FuzzReport[] = []

async function workThrough(): Promise<void> {
  for (let target = waiting.shift(); target !== undefined; target = waiting.shift()) {
    const report = await feed(target, Math.round((Number(values.inputs) * target.share) / shares))
    reports.push(report)
    console.log(describeReport(report))
    if (report.finding !== undefined) {
      console.log(`kept in ${keepFinding(target.name, report.finding.input)}`)
    } else if (values.keep) keepInputs(target.name, report.corpus)
  }
}

const feed = ({ name }: Target, inputs: number): Promise<FuzzReport> =>
  fuzzWatched({
    module: new URL(`targets/${name}.ts`, import.meta.url).href,
    target: name,
    seed,
    corpus: keptInputs(name).map(({ input }) => input),
    inputs
  })

const began = performance.now()
await Promise.all(Array.from({ length: Math.min(2, availableParallelism()) }, workThrough))
const inputs = reports.reduce((sum, report) => sum + report.inputs, 0)
const seconds = (performance.now() - began) / 1_000
const kept = reports.reduce((sum, { corpus }) => sum + corpus.length, 0)
console.log(
  `${inputs} inputs in ${seconds.toFixed(0)} s, ${Math.round(inputs / seconds)} a second, corpus of ${kept}`
)
const faults = reports.flatMap(verdictOf)
for (const fault of faults) console.log(fault)
process.exit(faults.length === 0 ? 0 : 1)
