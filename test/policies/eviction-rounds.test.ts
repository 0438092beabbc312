/**
 * Eviction of inbound peers (Bitcoin Core): a newcomer takes the place of another one although the inbound
 * share is full.
 *
 * Mutations that turn this file red, each tried by hand: eviction although it is off; a newcomer let in
 * before the victim is out; an evicted peer let in again at once; the freed place given to a candidate;
 * the victim of a dial evicted for somebody else.
 */
import { multiaddr } from '@multiformats/multiaddr'
import { expect, it } from 'vitest'
import { settled } from '../../src/testing/settled.ts'
import { seconds, World } from '../rounds/world.ts'
import type { WorldInit } from '../rounds/world.ts'

const EVICTING: WorldInit = { maxPeers: 12, outboundShare: 0, policies: { evictInbound: true } }

const named = (prefix: string, count: number): string[] =>
  Array.from({ length: count }, (_, i) => `${prefix}${i}`)

/** Peers of one network come and shake hands, one after another. */
async function comeFrom(world: World, network: string, names: readonly string[]): Promise<void> {
  for (const [index, name] of names.entries()) {
    await world.network.advance(seconds(1))
    const address = multiaddr(`/ip4/${network}.${index}.1/tcp/4001`)
    void world.peer(name).greet(world.node, address)
    await settled()
  }
}

const authorized = (world: World): string[] =>
  world.peers.getPeers({ state: 'authorized' }).map(({ peerId }) => peerId.toString())

const count = (world: World, names: readonly string[]): number =>
  names.filter((name) => world.is(name) === 'authorized').length

it('is off: a newcomer hears too-many-peers', async () => {
  const world = await World.create({ ...EVICTING, policies: {} })
  await world.rounds(
    { greeting: named('h', 12), slots: 12 },
    { greeting: ['n'], hear: { n: ['reject: too-many-peers'] }, slots: 12 }
  )
})

it('honest peers keep their slots against fifty peers of one network', async () => {
  const world = await World.create(EVICTING)
  const honest = named('h', 8)
  const attackers = named('a', 50)
  await world.rounds({ greeting: honest, slots: 8 })
  await comeFrom(world, '66.66', attackers)
  await world.rounds({ slots: 12 })
  // the attackers evict one another: their network is the largest group
  expect(count(world, honest)).toBe(8)
  expect(count(world, attackers)).toBe(4)
})

it('a newcomer from another network finds room among peers of one', async () => {
  const world = await World.create(EVICTING)
  await comeFrom(world, '66.66', named('a', 12))
  await world.rounds({ slots: 12 }, { greeting: ['h0', 'h1', 'h2'], slots: 12 })
  expect(count(world, ['h0', 'h1', 'h2'])).toBe(3)
})

it('whoever is evicted hears so, and is not let in for five minutes', async () => {
  const world = await World.create(EVICTING)
  await comeFrom(world, '66.66', named('a', 12))
  await world.rounds({
    greeting: ['h0'],
    hear: { a11: ['goodbye: evicted'] },
    are: { h0: 'authorized', a11: 'rejected.connected: evicted' },
    slots: 12
  })
  await world.rounds(
    { advance: seconds(299), greeting: ['a11'], hear: { a11: ['reject: evicted'] }, slots: 12 },
    { advance: seconds(1), greeting: ['a11'], are: { a11: 'authorized' }, slots: 12 }
  )
})

it('one whose handshake is under way leaves before one that is authorized', async () => {
  const world = await World.create({ ...EVICTING, scripts: { a11: 'silent' } })
  await comeFrom(world, '66.66', named('a', 12))
  await world.rounds({
    greeting: ['h0'],
    hear: { a11: ['reject: evicted'] },
    are: { h0: 'authorized', a10: 'authorized' },
    slots: 12
  })
})

it('never a peer that we dialed, or that is trusted or asked for', async () => {
  const world = await World.create({ ...EVICTING, maxPeers: 6 })
  await world.rounds({ fixed: ['s0'], requested: ['r0'], slots: 2 })
  await comeFrom(world, '66.66', named('a', 4))
  await world.rounds({ requested: named('a', 4), dials: [], slots: 6 })
  await world.rounds({ greeting: ['n'], hear: { n: ['reject: too-many-peers'] }, slots: 6 })
  expect(count(world, ['s0', 'r0', ...named('a', 4)])).toBe(6)
})

it('one that somebody waits for with connect() while it comes by itself is asked for, too', async () => {
  const world = await World.create({ ...EVICTING, latency: 100 })
  await comeFrom(world, '66.66', named('a', 11))
  void world.peer('r0').greet(world.node, multiaddr('/ip4/66.66.99.1/tcp/4001'))
  while (world.is('r0') !== 'handshaking.responding') await world.network.advance(50)
  const connecting = world.peers.connect(world.at('r0'))
  await world.network.advance(seconds(1))
  await expect(connecting).resolves.toMatchObject({ direction: 'inbound' })
  await comeFrom(world, '77.77', named('b', 6))
  await world.network.advance(seconds(1))
  expect(world.is('r0')).toBe('authorized')
  expect(count(world, named('a', 11))).toBeLessThan(11)
})

it('the freed place is the newcomer’s, though a candidate waits for one', async () => {
  const world = await World.create({ ...EVICTING, policies: { evictInbound: true } })
  await comeFrom(world, '66.66', named('a', 12))
  await world.rounds({ requested: ['r0'], dials: [], slots: 12 })
  await world.rounds({ greeting: ['h0'], are: { h0: 'authorized', r0: 'discovered.queued' } })
  await world.rounds({ dials: [], slots: 12 })
})

it('who leaves for the sake of a dial makes no room for anybody else', async () => {
  const policies = { evictInbound: true, upgradeSlots: 1 }
  const world = await World.create({ ...EVICTING, policies, routes: { s0: 'hanging' } })
  await comeFrom(world, '66.66', named('a', 12))
  // a11 is promised to s0
  await world.rounds({ fixed: ['s0'], dials: ['s0'], slots: 13 })
  await world.rounds({ greeting: ['h0'], are: { h0: 'authorized', a11: 'authorized' }, slots: 13 })
  expect(world.is('a10')).toBe('rejected.connected: evicted')
})

it('a peer that is useful, or quick, stays', async () => {
  const world = await World.create(EVICTING)
  await comeFrom(world, '66.66', named('a', 12))
  expect(world.peers.noteUseful(world.id('a11'))).toBe(true)
  expect(world.peers.noteUseful(world.id('stranger'))).toBe(false)
  const [connection] = world.node.connections.filter((each) =>
    each.remotePeer.equals(world.id('a10'))
  )
  Object.assign(connection!, { rtt: 3 })
  await world.rounds({ greeting: ['h0'], are: { a11: 'authorized', a10: 'authorized' } })
  expect(world.is('a9')).toBe('rejected.connected: evicted')
  expect(authorized(world)).toHaveLength(12)
})
