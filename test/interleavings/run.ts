import { parseArgs } from 'node:util'
import { explore } from './explore.ts'
import { meetings } from './meetings.ts'

/**
 * Explores as long as one likes: `npm run interleave -- --runs 100000 --seed 7`. A failure prints how to run
 * it again, and its story.
 */
const { values } = parseArgs({
  options: {
    runs: { type: 'string', default: '10000' },
    seed: { type: 'string', default: String(Date.now() % 2 ** 31) }
  }
})

const seed = Number(values.seed)
console.log(`Seed ${seed}`)
const began = performance.now()
process.on('unhandledRejection', (error) => {
  throw error
})
try {
  await meetings({ runs: Math.ceil(Number(values.runs) / 10), seed })
  const runs = await explore({ runs: Number(values.runs), seed })
  console.log(
    `${runs} runs in ${Math.round((performance.now() - began) / 1_000)} s: every law held`
  )
} catch (error) {
  console.error((error as Error).message)
  process.exitCode = 1
}
