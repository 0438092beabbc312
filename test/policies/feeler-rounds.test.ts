/**
 * Feelers (Bitcoin Core): a candidate is dialed without a slot, only to see whether it is there.
 *
 * Mutations that turn this file red, each tried by hand: a feeler to whoever answered before, or while
 * there are slots; a peer that is not left again, or is although it has a slot, somebody uses its
 * connection or the DHT keeps it; a failure that is not charged; a deadline that ends another dial.
 */
import { expect, it } from 'vitest'
import { settled } from '../../src/testing/settled.ts'
import { minutes, seconds, World } from '../rounds/world.ts'
import type { WorldInit } from '../rounds/world.ts'

/** One slot for what is found; with luck of a half a feeler after 83 seconds, and each 83 from then on. */
const FEELING: WorldInit = {
  maxPeers: 3,
  random: () => 0.5,
  policies: { feelerInterval: minutes(2) }
}
const NEXT = seconds(84)
const FULL = { discovered: ['d1'], dials: ['d1'], slots: 1 }

/** What is written of d2: that it is good. */
async function isRemembered(world: World): Promise<void> {
  for await (const { key, value } of world.node.datastore.query({})) {
    if (!key.toString().endsWith(`/peers/${world.id('d2').toString()}`)) continue
    expect(JSON.parse(new TextDecoder().decode(value))).toHaveProperty('goodAt')
    return
  }
  throw new Error('Nothing is remembered of d2')
}

it('a candidate is dialed, found to be there, and left again after five seconds', async () => {
  const world = await World.create(FEELING)
  await world.rounds(
    FULL,
    { discovered: ['d2'], dials: [], are: { d2: 'discovered.queued' } },
    { advance: NEXT, dials: ['d2'], are: { d2: 'connected.queued' }, hear: { d2: [] }, slots: 1 },
    { advance: seconds(4), are: { d2: 'connected.queued' } },
    { advance: seconds(1), are: { d2: 'discovered.queued' }, hear: { d2: [] }, slots: 1 },
    // known to be there: remembered, and not asked again
    { advance: minutes(60), dials: [], meanwhile: isRemembered },
    // and dialed for good when there is a slot
    { lost: ['d1'], dials: ['d2'], are: { d2: 'authorized' } }
  )
})

it('a candidate that is not there is backed off from, as after any dial', async () => {
  const world = await World.create({ ...FEELING, routes: { d2: 'refused', d3: 'hanging' } })
  await world.rounds(
    FULL,
    { discovered: ['d2'], dials: [] },
    {
      advance: NEXT,
      dials: ['d2'],
      are: { d2: 'discovered.coolingDown: dial-failed', d1: 'authorized' },
      slots: 1
    },
    // back in the queue after 2.5 s, and another five after the second failure
    { advance: seconds(3), are: { d2: 'discovered.queued' } },
    { advance: seconds(80), dials: ['d2'], are: { d2: 'discovered.coolingDown: dial-failed' } },
    { advance: seconds(4), are: { d2: 'discovered.coolingDown: dial-failed' } },
    { advance: seconds(1), are: { d2: 'discovered.queued' } },
    { banned: ['d2'], discovered: ['d3'], are: { d3: 'discovered.queued' } },
    { advance: seconds(78), dials: ['d3'], are: { d3: 'discovered.queued' } },
    // the dial's own deadline
    { advance: seconds(10), are: { d3: 'discovered.coolingDown: dial-failed' }, slots: 1 }
  )
  expect(world.peers.explain(world.id('d3'))).toMatchObject({ detail: 'timed out' })
})

it('nobody is felt for who will be dialed for a slot', async () => {
  const policies = { feelerInterval: seconds(1) }
  const limits = { maxPeers: 6, parallelDials: 1 }
  const world = await World.create({ ...FEELING, ...limits, policies, routes: { d1: 'hanging' } })
  await world.rounds(
    { discovered: ['d1'], dials: ['d1'] },
    // there is a slot for it, though not a dial at the moment
    { discovered: ['d2'], dials: [] },
    { advance: seconds(9), dials: [], are: { d2: 'discovered.queued' } },
    { advance: seconds(1), dials: ['d2'], are: { d2: 'authorized' } }
  )
})

it('one that the node has a use for stays', async () => {
  const world = await World.create(FEELING)
  const { component: store } = world.node.peerStore
  await world.rounds(FULL, { discovered: ['d2'] })
  await store.merge(world.id('d2'), { tags: { 'keep-alive-kad-dht': { value: 1 } } })
  await world.rounds(
    { advance: NEXT, dials: ['d2'], are: { d2: 'connected.queued' } },
    { advance: minutes(1), are: { d2: 'connected.queued' } }
  )
})

it('one on whose connection a stream is open stays', async () => {
  const world = await World.create({ ...FEELING, openProtocols: ['/dht'] })
  await world.rounds(
    FULL,
    { discovered: ['d2'] },
    { advance: NEXT, dials: ['d2'], are: { d2: 'connected.queued' } }
  )
  const connection = world.node.connections.find(({ remotePeer }) =>
    remotePeer.equals(world.id('d2'))
  )
  Object.assign(connection!, { streams: [{ status: 'open', close: async () => {} }] })
  await world.rounds({ advance: minutes(1), are: { d2: 'connected.queued' } })
})

it('one that gets a slot meanwhile keeps it', async () => {
  const world = await World.create({ ...FEELING, latency: 100 })
  await world.rounds(
    { discovered: ['d1'] },
    { advance: seconds(1), discovered: ['d2'] },
    { advance: NEXT, are: { d2: 'connected.queued' } },
    { lost: ['d1'] },
    { advance: seconds(1), are: { d2: 'authorized' }, slots: 1 },
    { advance: minutes(1), are: { d2: 'authorized' } }
  )
})

it('a dial for a slot overtakes a feeler, whose deadline then means nothing', async () => {
  // a feeler after five seconds, and almost ten for each dial
  const policies = { feelerInterval: seconds(7.2) }
  const world = await World.create({
    ...FEELING,
    policies,
    latency: seconds(4.7),
    routes: { d1: 'hanging' }
  })
  await world.rounds(
    { discovered: ['d1'], dials: ['d1'] },
    { discovered: ['d2'], dials: [] },
    { advance: seconds(6), dials: ['d2'], are: { d1: 'dialing', d2: 'discovered.queued' } },
    // d1 has had its ten seconds, and d2 its turn
    { advance: seconds(5), dials: ['d2'], are: { d2: 'dialing' }, slots: 1 },
    // ten seconds after the feeler, five after the dial
    { advance: seconds(5), are: { d2: 'dialing' } },
    { advance: seconds(3.9), are: { d2: 'connected.promoting' }, slots: 1 }
  )
})

it('who answered is forgotten with it', async () => {
  const world = await World.create({ ...FEELING, maxTracked: 3 })
  await world.rounds(
    FULL,
    { discovered: ['d2'] },
    { advance: NEXT, dials: ['d2'] },
    { advance: NEXT, dials: [], are: { d2: 'discovered.queued' } },
    { arriving: ['x0', 'x1'], are: { d2: 'unknown' } },
    { lost: ['x0', 'x1'], discovered: ['d2'], are: { d2: 'discovered.queued' } },
    { advance: NEXT, dials: ['d2'] }
  )
})

it('is off unless it is switched on, and leaves nothing behind', async () => {
  const plain = await World.create({ ...FEELING, policies: {} })
  await plain.rounds(FULL, { discovered: ['d2'] }, { advance: minutes(60), dials: [] })

  const world = await World.create({ ...FEELING, routes: { d2: 'hanging' } })
  await world.rounds(FULL, { discovered: ['d2'] }, { advance: NEXT, dials: ['d2'] })
  const stopping = world.node.stop()
  // less than the dial's deadline
  await world.network.advance(seconds(2))
  await stopping
  await settled()
  expect(world.clock.pending).toBe(0)
})
