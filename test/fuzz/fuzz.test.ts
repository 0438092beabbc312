import { describe, expect, it, test } from 'vitest'
import { keptInputs } from './corpus.ts'
import { HANG, timed } from './finding.ts'
import { describeReport, verdictOf } from './report.ts'
import { TARGETS } from './targets/index.ts'
import { fuzzWatched } from './watched.ts'
import type { Target } from './target.ts'

/** Milliseconds of fresh inputs for each target. */
const TIME = 2_000

const SEED = Date.now() % 1_000_000

/** The least of some times: what a busy machine adds to one of them it does not add to all. */
async function leastTime(target: Target, input: Uint8Array): Promise<number> {
  let least = Infinity
  for (let again = 0; again < 5 && least > HANG; again++) {
    least = Math.min(least, await timed(target, input))
  }
  return least
}

describe('every input that was ever kept passes, in time', () => {
  it.each(TARGETS)('$name', async (target) => {
    const kept = keptInputs(target.name)
    expect(kept.length).toBeGreaterThan(0)
    for (const { name, input } of kept) {
      expect(await leastTime(target, input), name).toBeLessThanOrEqual(HANG)
    }
  })
})

describe(`fresh inputs find nothing, seed ${SEED}`, () => {
  it.each(TARGETS)('$name', async ({ name }) => {
    const report = await fuzzWatched({
      module: new URL(`targets/${name}.ts`, import.meta.url).href,
      target: name,
      seed: SEED,
      corpus: keptInputs(name).map(({ input }) => input),
      inputs: Infinity,
      time: TIME
    })
    console.info(describeReport(report))
    expect(verdictOf(report)).toEqual([])
    expect(report.inputs).toBeGreaterThan(0)
  })
})

test('a million inputs are a million', () => {
  expect(TARGETS.reduce((sum, { share }) => sum + share, 0)).toBe(1_000_000)
})
