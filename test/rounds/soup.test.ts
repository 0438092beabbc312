/**
 * Properties over random orders of events, calls from within listeners, outages and restarts included. After
 * every step: slots equal states, pool by pool; every move is one that the table allows; no stream reached the
 * application of a peer that was not authorized; whoever is banned holds no slot. In the end, nothing is left.
 *
 * Mutations that turn this file red, each tried by hand:
 * - slots.ts: a slot that is given back stays in the book
 * - doors.ts: every tracked peer has the standing of an authorized one
 * - peer-session.ts: a session that ends keeps its slot
 */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { idOf } from '../../src/testing/simulation/scripted-peer.ts'
import { Soup, step } from './soup.ts'
import { World } from './world.ts'

const OPTIONS = {
  maxPeers: 3,
  reservedSlots: 1,
  trustedPeers: [idOf('t0')],
  policies: {
    upgradeSlots: 1,
    evictInbound: true,
    feelerInterval: 600_000,
    churnInterval: 900_000
  },
  // the bans of other nodes: there are none
  memory: { refreshInterval: Infinity }
}

describe('random action soup', () => {
  it('scenario 30, Substrate, Mina: no move that the table forbids, slots equal states at every step', async () => {
    const moves = new Set<string>()
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 1, max: 1_000 }),
        fc.array(step, { minLength: 80, maxLength: 120, size: 'max' }),
        async (seed, steps) => {
          const world = await World.create({ seed, ...OPTIONS })
          const soup = new Soup(world, moves)
          for (const each of steps) await soup.take(each)
          await soup.end()
        }
      ),
      { seed: 20_261_123, numRuns: 20, endOnFailure: true }
    )
    // most of what can happen has
    expect(moves.size).toBeGreaterThan(60)
  }, 120_000)
})
