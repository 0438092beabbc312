/**
 * Row A8: with every policy of eviction switched on, and attackers in whatever order, a peer is only ever
 * evicted if it came by itself; trusted peers, and those that we dialed, never are.
 *
 * A mutation that turns this file red, tried by hand: held-peer.ts, `isEvictable` of any kind. That the
 * book's own `isEvictable` (slots.ts) says no as well is proven by its tests: here the first comes before.
 */
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { idOf } from '../../src/testing/simulation/scripted-peer.ts'
import { minutes, seconds, World } from './world.ts'
import type { Route } from '../../src/testing/simulation/network.ts'
import type { Slot } from '../../machines/index.ts'

const INBOUND = Array.from({ length: 12 }, (_, i) => `i${i}`)
const OUTBOUND = ['d0', 'd1', 'd2', 'r0', 'r1', 'r2', 's0', 's1']
const TRUSTED = ['t0', 't1']
const NAMES = [...INBOUND, ...OUTBOUND, ...TRUSTED]

const name = fc.constantFrom(...NAMES)
const step = fc.oneof(
  { weight: 5, arbitrary: fc.record({ greet: fc.constantFrom(...INBOUND, ...TRUSTED) }) },
  { weight: 4, arbitrary: fc.record({ want: fc.constantFrom(...OUTBOUND) }) },
  { weight: 2, arbitrary: fc.record({ leave: name }) },
  { weight: 2, arbitrary: fc.record({ trust: fc.constantFrom(...INBOUND.slice(0, 3)) }) },
  { weight: 1, arbitrary: fc.record({ route: fc.constantFrom<Route>('open', 'hanging'), name }) },
  { weight: 3, arbitrary: fc.record({ pause: fc.constantFrom(1, seconds(10), minutes(6)) }) }
)

type Step = typeof step extends fc.Arbitrary<infer T> ? T : never

async function take(world: World, next: Step): Promise<void> {
  if ('greet' in next) await world.play({ greeting: [next.greet] })
  if ('leave' in next) await world.play({ lost: [next.leave] })
  if ('route' in next) await world.play({ routes: { [next.name]: next.route } })
  if ('pause' in next) await world.play({ advance: next.pause })
  if ('trust' in next) world.trust(next.trust)
  if (!('want' in next)) return
  const how = { d: 'discovered', r: 'requested', s: 'fixed' }[next.want[0] ?? ''] ?? 'requested'
  await world.play({ [how]: [next.want] })
}

it('trusted peers and those that we dialed are never evicted, whatever happens in whatever order', async () => {
  const evicted: Record<string, number> = {}
  await fc.assert(
    fc.asyncProperty(
      fc.integer({ min: 1, max: 1_000 }),
      fc.array(step, { minLength: 20, maxLength: 60 }),
      async (seed, steps) => {
        const policies = { upgradeSlots: 2, evictInbound: true }
        const trustedPeers = TRUSTED.map((each) => idOf(each))
        const world = await World.create({ seed, maxPeers: 6, trustedPeers, policies })
        const kinds = new Map<string, Slot['kind']>()
        world.peers.addEventListener('peer:transition', ({ detail }) => {
          const { peer, from, by, reason } = detail
          const isEvicted = reason === 'evicted' && by === 'local'
          if (from === 'authorized' && isEvicted) {
            const kind = kinds.get(peer) ?? 'none'
            evicted[kind] = (evicted[kind] ?? 0) + 1
          }
          for (const slot of world.peers.status().slots) kinds.set(slot.peer, slot.kind)
        })
        for (const next of steps) await take(world, next)
        expect(Object.keys(evicted).filter((kind) => kind !== 'inbound')).toEqual([])
        expect(world.broken).toEqual([])
      }
    ),
    { seed: 8, numRuns: 40 }
  )
  // there was somebody to evict
  expect(evicted['inbound']).toBeGreaterThan(20)
}, 120_000)
