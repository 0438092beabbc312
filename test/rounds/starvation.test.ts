/**
 * Row E9: a flood of candidates of a lower class keeps no static peer from being dialed. It waits for the
 * dials in flight, and for the other static peers, of which each has its turn before any has two.
 *
 * Mutations that turn this file red, each tried by hand:
 * - dial-plan.ts: `nextDial` draws from all open classes, or from the least wanted one
 * - candidate-queue.ts: of the static peers the one that was drawn is dialed, not the first
 */
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { minutes, World } from './world.ts'
import type { Route } from '../../src/testing/simulation/network.ts'

const STATIC = ['s0', 's1', 's2']
const FLOOD = Array.from({ length: 40 }, (_, i) => `d${i}`)

/** Follows the static peers: how many dials, of whomever, end while one of them waits for its own. */
class Patience {
  /** The longest wait, and the longest in which the network was thought to be gone for a time. */
  longest = 0
  longestOffline = 0
  /** All the dials that were waited for. */
  total = 0
  /** Dials of others that began while a static peer waited. */
  passedOver = 0
  readonly #waits = new Map<string, { length: number; isOffline: boolean }>()

  constructor({ peers }: World, fixed: readonly string[]) {
    peers.addEventListener('peer:transition', ({ detail: { peer, from, to } }) => {
      const { mode, queued } = peers.status()
      const isOffline = mode === 'offline'
      const isOther = !fixed.includes(peer)
      if (isOther && to === 'dialing' && queued.static > 0 && !isOffline) this.passedOver++
      for (const each of fixed) {
        if (peers.explain(each).path !== 'discovered.queued') this.#waits.delete(each)
        else this.#wait(each, from === 'dialing' ? 1 : 0, isOffline)
      }
    })
  }

  #wait(peer: string, ended: number, isOffline: boolean): void {
    const wait = this.#waits.get(peer) ?? { length: 0, isOffline: false }
    this.#waits.set(peer, wait)
    wait.length += ended
    wait.isOffline ||= isOffline
    this.total += ended
    if (wait.isOffline) this.longestOffline = Math.max(this.longestOffline, wait.length)
    else this.longest = Math.max(this.longest, wait.length)
  }
}

const route = fc.constantFrom<Route>('open', 'refused', 'hanging')

const flood = fc.record({
  seed: fc.integer({ min: 1, max: 1_000 }),
  parallelDials: fc.integer({ min: 1, max: 8 }),
  fixed: fc.tuple(route, route, route),
  found: fc.array(route, { minLength: FLOOD.length, maxLength: FLOOD.length }),
  // a static peer comes, or goes, while the flood goes on
  turns: fc.array(fc.record({ of: fc.constantFrom(...STATIC), route }), { maxLength: 8 })
})

/** While offline each class is as likely to have the probe: 60 misses in a row of two are one in 10^18. */
const OFFLINE_BOUND = 60

it('row E9: no static peer waits for candidates that were found, however many there are', async () => {
  let waits = 0
  await fc.assert(
    fc.asyncProperty(flood, async ({ seed, parallelDials, fixed, found, turns }) => {
      const routes = Object.fromEntries([
        ...STATIC.map((name, i) => [name, fixed[i]]),
        ...FLOOD.map((name, i) => [name, found[i]])
      ]) as Record<string, Route>
      const slots = { maxPeers: 9, reservedSlots: STATIC.length }
      const world = await World.create({ seed, parallelDials, ...slots, routes })
      const patience = new Patience(
        world,
        STATIC.map((name) => world.id(name).toString())
      )
      await world.rounds({ discovered: FLOOD }, { fixed: STATIC }, { advance: minutes(10) })
      for (const { of, route: to } of turns) {
        const isThere = world.is(of) === 'authorized'
        await world.rounds({ routes: { [of]: to } }, isThere ? { lost: [of] } : {})
        await world.rounds({ discovered: FLOOD, advance: minutes(10) })
      }
      expect(patience.passedOver).toBe(0)
      expect(patience.longest).toBeLessThanOrEqual(parallelDials + STATIC.length)
      expect(patience.longestOffline).toBeLessThanOrEqual(OFFLINE_BOUND)
      waits += patience.total
    }),
    { seed: 9, numRuns: 12 }
  )
  // there was something to wait for
  expect(waits).toBeGreaterThan(25)
}, 120_000)
