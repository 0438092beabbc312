/**
 * Short simulated worlds, many seeds: every class of faults, no law broken, every course the same again.
 *
 * Mutations that turn this file red, each tried by hand:
 * - connections.ts: who has lost the last connection that may carry a handshake stays authorized
 * - simulated-world.ts: a node's luck is `Math.random`
 * - the seeded faults, in faults.test.ts
 */
import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { describe, expect, it } from 'vitest'
import { FAULT_CLASSES } from '../../src/testing/world/fault-classes.ts'
import { simulate } from '../../src/testing/world/simulate.ts'
import type { Simulation } from '../../src/testing/world/simulate.ts'

const PROGRAM = join(import.meta.dirname, 'simulate.ts')
const SHORT = { nodes: 20, hours: 2, rate: 4 }

describe('a simulated world', () => {
  it.each([1, 2, 3, 4, 5, 6, 7, 8, 9, 10])(
    'seed %i: every law holds at every step, and everybody recovers',
    async (seed) => {
      const { violations, story, faults } = await simulate({ seed, ...SHORT })
      expect({ violations, story }).toEqual({ violations: [], story: [] })
      // those that are events, not a part of the population
      expect(Object.keys(faults)).toHaveLength(FAULT_CLASSES.length - 2)
    },
    120_000
  )

  it('with relays that not everybody allows, nobody stays authorized on one side', async () => {
    const faults = ['relays', 'half-open', 'losses', 'foreign-dials'] as const
    const { violations, story } = await simulate({ seed: 3, nodes: 40, rate: 25, faults })
    expect({ violations, story }).toEqual({ violations: [], story: [] })
  }, 60_000)

  it('one in which all is well is quiet', async () => {
    const { violations, faults } = await simulate({ nodes: 30, hours: 6, faults: 'none' })
    expect({ violations, faults }).toEqual({ violations: [], faults: {} })
  }, 60_000)

  it('the same seed is the same course, byte for byte, in another run and in another process', async () => {
    const init = { seed: 11, nodes: 12, hours: 1, rate: 4 }
    const [first, second] = [await simulate(init), await simulate(init)]
    const args = Object.entries(init).flatMap(([name, value]) => [`--${name}`, String(value)])
    const { stdout } = await promisify(execFile)(process.execPath, [PROGRAM, ...args])
    const third = JSON.parse(stdout) as Simulation
    expect([second.hash, third.hash]).toEqual([first.hash, first.hash])
    expect([second.events, third.events]).toEqual([first.events, first.events])
    const other = await simulate({ ...init, seed: 12 })
    expect(other.hash).not.toBe(first.hash)
  }, 120_000)
})
