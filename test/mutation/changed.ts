import { changedLines, numberOfCommit } from './changes.ts'
import { mutate } from './mutate.ts'
import { isGoodSample, report } from './report.ts'
import { sampleOfAll, sampleOfChanges } from './sample.ts'

/**
 * `npm run check:mutation`: mutates what the last commit and the work since then have changed, or else some
 * lines of the scope, other ones for every commit. Takes half a minute at most; `npm run mutate` does the
 * whole. Fails if too many of the mutants live without a reason.
 */
const turn = numberOfCommit()
const changes = sampleOfChanges(changedLines(), turn)
const { group, ranges } = changes ?? sampleOfAll(turn)
const files = ranges.map(({ file, from, to }) => `${file}:${from}-${to}`)
console.log(`mutating ${files.join(', ')}`)

const began = performance.now()
const mutants = await mutate(group, { files })
console.log(`${Math.round((performance.now() - began) / 1_000)} s`)
report(group, mutants)
process.exitCode = isGoodSample(group, mutants, changes !== undefined) ? 0 : 1
