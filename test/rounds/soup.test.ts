/**
 * Properties over random orders of events, calls from within listeners included.
 *
 * Mutations that turn this file red, each tried by hand: see the end of each property's comment.
 */
import fc from 'fast-check'
import { describe, it } from 'vitest'
import { Soup, step } from './soup.ts'
import { World } from './world.ts'
import { idOf } from './scripted-peer.ts'

const OPTIONS = {
  maxPeers: 3,
  reservedSlots: 1,
  trustedPeers: [idOf('t0')],
  policies: { upgradeSlots: 1, evictInbound: true, feelerInterval: 60_000, churnInterval: 300_000 }
}

describe('random action soup', () => {
  it('scenario 30, Substrate, Mina: no move that the table forbids, slots equal states at every step', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 1, max: 1_000 }),
        fc.array(step, { minLength: 5, maxLength: 60 }),
        async (seed, steps) => {
          const world = await World.create({ seed, ...OPTIONS })
          const soup = new Soup(world)
          for (const each of steps) await soup.take(each)
          await soup.end()
        }
      ),
      { seed: 20_261_123, numRuns: 80 }
    )
  }, 120_000)
})
