/** What is rare: full tables, the last slot, a peer that comes or goes at the very moment that it matters. */
import { describe, expect, it } from 'vitest'
import { settled } from '../../src/testing/settled.ts'
import { idOf } from '../../src/testing/simulation/scripted-peer.ts'
import { chain } from '../../src/testing/simulation/simulated-node.ts'
import { minutes, seconds, World } from './world.ts'
import type { Connection } from '@libp2p/interface'

const connectionWith = (world: World, name: string): Connection =>
  world.node.connections.find(({ remotePeer }) => remotePeer.equals(world.id(name)))!

describe('a full table of peers', () => {
  it('of whom each has a slot: nobody else is tracked', async () => {
    const world = await World.create({ maxPeers: 3, maxTracked: 3, outboundShare: 0.9 })
    await world.rounds(
      { requested: ['p1'], discovered: ['d1', 'd2'], dials: ['p1', 'd1', 'd2'], slots: 3 },
      { discovered: ['d3'], dials: [] }
    )
    expect(world.peers.getPeer(world.id('d3'))).toBeUndefined()
  })

  it('a newcomer replaces whoever could not be reached', async () => {
    const world = await World.create({
      maxPeers: 3,
      maxTracked: 3,
      outboundShare: 0.9,
      routes: { d1: 'refused' }
    })
    await world.rounds(
      { requested: ['p1'], discovered: ['d1'], dials: ['p1', 'd1'] },
      { greeting: ['i1'], are: { d1: 'discovered.coolingDown: dial-failed', i1: 'authorized' } },
      { discovered: ['d2'], dials: ['d2'], are: { d2: 'authorized' } }
    )
    expect(world.peers.getPeer(world.id('d1'))).toBeUndefined()
  })

  it('a candidate that is felt for is replaced as any other: the feeler ends with it', async () => {
    const world = await World.create({
      maxPeers: 3,
      maxTracked: 3,
      random: () => 0.5,
      policies: { feelerInterval: minutes(2) },
      routes: { d2: 'hanging' }
    })
    await world.rounds(
      { discovered: ['d1'], dials: ['d1'] },
      { discovered: ['d2'] },
      { advance: seconds(84), dials: ['d2'], are: { d2: 'discovered.queued' } },
      { greeting: ['i1'] },
      { greeting: ['i2'], are: { i1: 'authorized', i2: 'authorized' } }
    )
    expect(world.peers.getPeer(world.id('d2'))).toBeUndefined()
    // its deadline is gone, and so is its dial: the next one is sent in its time
    await world.rounds(
      { lost: ['i2'], routes: { d3: 'hanging' } },
      { discovered: ['d3'] },
      { advance: seconds(84), dials: ['d3'] }
    )
  })
})

describe('the last slot', () => {
  it('is taken by the dial that finds the network again: the scheduler is full, not filling', async () => {
    const world = await World.create({ maxPeers: 1, outboundShare: 1 })
    await world.rounds(
      { network: 'down', discovered: ['d1', 'd2', 'd3', 'd4'] },
      { advance: minutes(10), slots: 0 }
    )
    expect(world.peers.status().mode).toBe('offline')
    await world.rounds({ network: 'up' }, { advance: seconds(30), slots: 1 })
    expect(world.peers.status().mode).toBe('full')
  })
})

describe('a connection', () => {
  it('that was there before the service started counts', async () => {
    const world = await World.create({ maxPeers: 3 })
    const stopped = world.node.stop()
    await world.network.advance(seconds(2))
    await stopped
    // libp2p listens while the service still reads what it remembers
    Object.defineProperty(world.node, 'isFull', { value: false })
    await world.peer('i1').connect(world.node)
    await world.network.advance(0)
    await world.node.startAnew()
    await settled()
    expect(world.is('i1')).toBe('connected.unpromoted')
    await world.rounds({ greeting: ['i1'], are: { i1: 'authorized' } })
  })

  it('that is closing already carries no goodbye', async () => {
    const world = await World.create({ maxPeers: 3 })
    await world.rounds({ discovered: ['d1'], are: { d1: 'authorized' } })
    Object.assign(connectionWith(world, 'd1'), { status: 'closing' })
    await world.peers.disconnect(world.id('d1'))
    await world.rounds({ are: { d1: 'rejected.connected: requested' }, hear: { d1: [] }, slots: 0 })
  })

  it('of an authorized peer is let in from an address that is banned', async () => {
    const outcasts = ['o1', 'o2', 'o3', 'o4', 'o5']
    const names = ['i1', 'i3', ...outcasts]
    const addresses = names.map((name, i) => [name, `/ip4/30.0.0.1/tcp/${i + 1}`] as const)
    const world = await World.create({ maxPeers: 12, addresses: Object.fromEntries(addresses) })
    await world.rounds(
      { greeting: ['i1'] },
      { arriving: outcasts },
      { banned: outcasts, are: { i1: 'authorized' }, slots: 1 }
    )
    await world.peer('i1').connect(world.node)
    await world.peer('i3').connect(world.node)
    await settled()
    const open = world.node.connections.map(({ remotePeer }) => remotePeer.toString())
    expect(open).toEqual([world.id('i1').toString(), world.id('i1').toString()])
  })
})

describe('a handshake', () => {
  it('without the proof that was asked for: it has failed to prove itself, not to be in time', async () => {
    const words = chain()
    const handshake = {
      hello: () => words.hello(),
      verify: (payload: Uint8Array) => words.verify(payload),
      verifyProof: () => {}
    }
    const world = await World.create({ maxPeers: 3, handshake, scripts: { d1: 'half' } })
    await world.rounds(
      { discovered: ['d1'], dials: ['d1'], are: { d1: 'handshaking.initiating' } },
      { advance: seconds(5), hear: { d1: ['reject: authentication-failed'] }, slots: 0 }
    )
    expect(world.peers.explain(world.id('d1'))).toMatchObject({
      reason: 'authentication-failed',
      by: 'local',
      detail: 'no proof'
    })
  })
})

describe('a relayed peer', () => {
  it('is one among those of whom somebody is evicted for a newcomer', async () => {
    const self = idOf('self')
    const crowd = Array.from({ length: 11 }, (_, i) => `i${i + 2}`)
    const addresses = crowd.map((name, i) => [name, `/ip4/66.66.${i}.1/tcp/1`] as const)
    const world = await World.create({
      maxPeers: 18,
      allowRelayed: true,
      policies: { evictInbound: true },
      addresses: Object.fromEntries(addresses)
    })
    world.network.route(self, 'relayed')
    await world.rounds({ greeting: ['i1'], are: { i1: 'authorized' } })
    world.network.route(self, 'open')
    for (const name of crowd) await world.rounds({ advance: seconds(10), greeting: [name] })
    await world.rounds({ slots: 12 })
    // the youngest of the largest net group leaves
    await world.rounds({
      advance: minutes(1),
      greeting: ['i0'],
      are: { i0: 'authorized', i1: 'authorized', i12: 'rejected.connected: evicted' },
      slots: 12
    })
  })
})

describe('what was remembered of a good peer', () => {
  it('is of use as far as it can be read', async () => {
    const world = await World.create({ maxPeers: 6 })
    await world.rounds({ discovered: ['d1'], are: { d1: 'authorized' } }, { advance: seconds(6) })
    const { datastore } = world.node
    for await (const { key, value } of datastore.query({})) {
      const record = JSON.parse(new TextDecoder().decode(value)) as { addresses?: string[] }
      if (record.addresses === undefined) continue
      record.addresses = ['/of-another-time/1', ...record.addresses]
      await datastore.put(key, new TextEncoder().encode(JSON.stringify(record)))
    }
    world.node.components.peerStore.all = async () => []
    await world.restart()
    await world.rounds({ advance: seconds(1), are: { d1: 'authorized' } })
  })
})

describe('a static peer', () => {
  it('of whom only the id is known is looked for', async () => {
    const world = await World.create({ maxPeers: 3, staticPeers: [idOf('s1')] })
    await world.rounds({ are: { s1: 'discovered.coolingDown: no-address' } })
    const { peerStore } = world.node.components
    await peerStore.merge(world.id('s1'), { multiaddrs: [world.peer('s1').address] })
    await world.rounds({ are: { s1: 'authorized' } })
  })
})
