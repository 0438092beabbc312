/**
 * One outbound peer a net group (Bitcoin Core): whoever owns a network of addresses has no more of our own
 * dials for it.
 *
 * Mutations that turn this file red, each tried by hand: every address tried whatever its group; a
 * candidate that is not passed over, or never considered again; peers that came by themselves counted; no
 * second look at the connection's own address.
 */
import { multiaddr } from '@multiformats/multiaddr'
import { expect, it } from 'vitest'
import { seconds, World } from '../rounds/world.ts'
import type { WorldInit } from '../rounds/world.ts'

/** Four slots for what is found. Peers a1 to a9 are in one group, the others each in its own. */
const GROUPED: WorldInit = {
  maxPeers: 12,
  random: () => 0,
  policies: { outboundPerGroup: 1 },
  addresses: Object.fromEntries(
    Array.from({ length: 9 }, (_, i) => [`a${i + 1}`, `/ip4/66.66.${i + 1}.1/tcp/4001`])
  )
}

it('of two candidates in one group one is dialed, and the other one when that has left', async () => {
  const world = await World.create(GROUPED)
  await world.rounds(
    { discovered: ['a1'], dials: ['a1'], slots: 1 },
    { discovered: ['a2', 'b1'], dials: ['b1'], slots: 2 },
    // looked up, and passed over from then on
    { advance: 1, dials: [], are: { a2: 'discovered.queued' }, slots: 2 },
    { advance: seconds(60), dials: [], slots: 2 }
  )
  expect(world.peers.explain(world.id('a2'))).toMatchObject({ dial: 'subnet-full' })
  expect(world.peers.status().queued.discovered).toBe(1)
  await world.rounds({ lost: ['a1'], dials: ['a2'], are: { a2: 'authorized' }, slots: 2 })
})

it('when one of a group has left those of another group go on waiting', async () => {
  const addresses = { ...GROUPED.addresses, c1: '/ip4/77.77.1.1/tcp/1', c2: '/ip4/77.77.2.1/tcp/1' }
  const world = await World.create({ ...GROUPED, addresses })
  await world.rounds(
    { discovered: ['a1'], dials: ['a1'] },
    { discovered: ['c1'], dials: ['c1'], slots: 2 },
    { discovered: ['a2', 'c2'], dials: [] },
    { advance: 1, dials: [], slots: 2 },
    { lost: ['a1'], dials: ['a2'], are: { a2: 'authorized', c2: 'discovered.queued' }, slots: 2 }
  )
  expect(world.peers.explain(world.id('c2'))).toMatchObject({ dial: 'subnet-full' })
})

it('so many as the option says', async () => {
  const world = await World.create({ ...GROUPED, policies: { outboundPerGroup: 2 } })
  await world.rounds({ discovered: ['a1', 'a2', 'a3'], dials: ['a1', 'a2'], slots: 2 })
  const plain = await World.create({ ...GROUPED, policies: {} })
  await plain.rounds({ discovered: ['a1', 'a2', 'a3'], dials: ['a1', 'a2', 'a3'], slots: 3 })
})

it('a dial counts from its beginning, and no more when it has failed', async () => {
  const world = await World.create({ ...GROUPED, routes: { a1: 'hanging' } })
  await world.rounds(
    { discovered: ['a1'], dials: ['a1'], slots: 1 },
    { discovered: ['a2'], dials: [], slots: 1 },
    { advance: 1, dials: [], are: { a2: 'discovered.queued' }, slots: 1 },
    { advance: seconds(10), dials: ['a2'], are: { a1: 'discovered.coolingDown: dial-failed' } }
  )
})

it('peers that came by themselves, or were asked for, take nothing from their group', async () => {
  const world = await World.create(GROUPED)
  await world.rounds(
    { greeting: ['a1', 'a2'], requested: ['a3'], fixed: ['a4'], slots: 4 },
    { discovered: ['a5'], dials: ['a5'], slots: 5 },
    { discovered: ['a6'], dials: [], slots: 5 },
    { advance: 1 },
    // and what is asked for is dialed all the same
    { requested: ['a6'], dials: ['a6'], slots: 6 }
  )
})

it('a peer with addresses in several groups is dialed where there is room', async () => {
  const world = await World.create(GROUPED)
  await world.rounds({ discovered: ['a1'], dials: ['a1'], slots: 1 })
  const store = world.node.peerStore.component
  const elsewhere = ['/ip4/66.66.9.9/tcp/1', '/ip4/77.7.7.7/tcp/1'].map((each) => multiaddr(each))
  await store.merge(world.id('b1'), { multiaddrs: elsewhere })
  await world.rounds({ are: { b1: 'discovered.coolingDown: dial-failed' } })
  const dialed = world.node.dialer.journal.filter(({ peer }) => peer === world.id('b1').toString())
  // nobody is there; what matters is that only one of the two was tried
  expect(dialed).toHaveLength(1)
})

it('a connection that is there counts for the group that it leads to', async () => {
  const world = await World.create(GROUPED)
  await world.rounds(
    { discovered: ['a1'], slots: 1 },
    { arriving: ['a2'], slots: 1 },
    // that it came is no discovery
    { discovered: ['a2'], are: { a2: 'connected.unpromoted' } },
    // known where it is, without a look
    { discovered: ['a2'], dials: [], are: { a2: 'connected.queued' }, slots: 1 },
    { lost: ['a1'], are: { a2: 'authorized' }, slots: 1 }
  )
})

it('a peer that turns out to be where enough are leaves again', async () => {
  const world = await World.create({ ...GROUPED, latency: 100, routes: { b1: 'hanging' } })
  await world.rounds(
    { discovered: ['a1'] },
    { advance: seconds(2), are: { a1: 'authorized' }, slots: 1 },
    // dialed in a group of its own, it comes to us from another one meanwhile
    { discovered: ['b1'] },
    { advance: seconds(1), are: { b1: 'dialing' }, slots: 2 },
    {
      meanwhile: async () => {
        await world.network.advance(0)
        void world.peer('b1').connect(world.node, multiaddr('/ip4/66.66.8.8/tcp/4001'))
      }
    },
    { advance: seconds(2), are: { b1: 'rejected.connected: evicted' }, slots: 1 }
  )
})

it('a peer that turns out to be elsewhere makes room in the group that it was dialed in', async () => {
  const world = await World.create({ ...GROUPED, routes: { a1: 'hanging' } })
  await world.rounds(
    { discovered: ['a1'], dials: ['a1'] },
    { discovered: ['a2'], dials: [] },
    { advance: 1, are: { a1: 'dialing', a2: 'discovered.queued' } },
    {
      meanwhile: () => world.peer('a1').connect(world.node, multiaddr('/ip4/77.7.7.7/tcp/4001')),
      dials: ['a2'],
      are: { a1: 'authorized', a2: 'authorized' }
    }
  )
})

it('where a candidate was is forgotten with it', async () => {
  const world = await World.create({ ...GROUPED, maxTracked: 12, dialing: { sourceShare: 1 } })
  const { component: store } = world.node.peerStore
  await world.rounds(
    { discovered: ['a1', 'a2'], dials: ['a1'] },
    { advance: 1, are: { a2: 'discovered.queued' } },
    // others that nobody wants push it out
    { arriving: Array.from({ length: 11 }, (_, i) => `x${i}`) },
    { are: { a2: 'unknown' } },
    { lost: ['x0', 'x1'] }
  )
  await store.patch(world.id('a2'), { multiaddrs: [multiaddr('/ip4/77.7.7.7/tcp/1')] })
  // nobody is there any more, but it was looked for
  await world.rounds({ discovered: ['a2'], dials: ['a2'] })
})
