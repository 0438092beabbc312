import { expect, test } from 'vitest'
import { verdictOf } from './report.ts'
import { fuzzWatched } from './watched.ts'
import type { FuzzReport } from './fuzz.ts'

const fuzzToy = (target: string, inputs: number, patience?: number): Promise<FuzzReport> =>
  fuzzWatched(
    { module: new URL('toys.ts', import.meta.url).href, target, seed: 1, corpus: [], inputs },
    patience
  )

test('what no luck would find, the way there is climbed', async () => {
  // four given bytes are one of four billion inputs
  const { finding } = await fuzzToy('doors', 200_000)
  expect(finding).toMatchObject({
    kind: 'crash',
    message: expect.stringContaining('behind four doors')
  })
  expect([...(finding?.input ?? [])]).toEqual([1, 22, 133, 244])
})

test('an input that is slow every time is a finding', async () => {
  const { finding } = await fuzzToy('slow', 20_000)
  expect(finding).toMatchObject({ kind: 'hang', input: Uint8Array.of(7) })
})

test('and so is one that never ends', async () => {
  const { finding } = await fuzzToy('endless', 20_000, 3_000)
  expect(finding).toMatchObject({ kind: 'hang' })
  expect(finding?.input[0]).toBe(7)
})

test('what every input leaves behind is growth, and nothing is not', async () => {
  const [growing, idle] = await Promise.all([fuzzToy('growing', 40_000), fuzzToy('idle', 40_000)])
  expect(verdictOf(growing)).toEqual([expect.stringMatching(/^growing: growth, \d+/)])
  expect(verdictOf(idle)).toEqual([])
})
