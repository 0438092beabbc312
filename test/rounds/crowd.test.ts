/**
 * Rows A1 to A4: hundreds of hostile peers that each take what they can get, and honest ones among them.
 *
 * Mutations that turn this file red, each tried by hand:
 * - slots.ts: the inbound share unchecked: "one dial"
 * - candidates.ts: `cameByItself` false for everybody: "one dial", of peers that all behave
 */
import { describe, expect, it } from 'vitest'
import { multiaddr } from '@multiformats/multiaddr'
import { APP, PROTOCOL } from '../../src/testing/simulation/simulated-node.ts'
import { seconds, World } from './world.ts'
import type { Script } from '../../src/testing/simulation/scripted-peer.ts'
import type { Connection } from '@libp2p/interface'

const HOSTILE = Array.from({ length: 500 }, (_, i) => `h${i}`)

/** What each of them does when it is let in, or not. */
const MANNERS: readonly Script[] = ['silent', 'honest', 'garbage', 'half', 'wrong chain', 'honest']

const scripts = Object.fromEntries(
  HOSTILE.map((name, i) => [name, MANNERS[i % MANNERS.length] ?? 'silent'])
)

/** As many streams as it can open, of the application and of the handshake, with nothing on them. */
async function flood(connection: Connection | undefined): Promise<void> {
  const streams = [APP, PROTOCOL].flatMap((protocol) => Array.from({ length: 20 }, () => protocol))
  await Promise.all(streams.map(async (each) => connection?.newStream(each).catch(() => {})))
}

/** Everybody comes at the same time, floods, and comes again whenever it can. */
async function storm(world: World, from: (index: number) => string | undefined): Promise<void> {
  await Promise.all(
    HOSTILE.map(async (name, i) => {
      const peer = world.peer(name)
      const address = from(i)
      await peer.greet(world.node, address === undefined ? undefined : multiaddr(address))
      if (i % 5 === 0) await flood(peer.connections[0])
    })
  )
}

const LOCAL = (index: number): string => `/ip4/192.168.0.${index % 250}/tcp/${index}`

describe('500 hostile inbound peers', () => {
  it.each([
    ['an IP network each', 'requested', () => undefined],
    ['an IP network each', 'discovered', () => undefined],
    ['an IP network each', 'fixed', () => undefined],
    ['one IP address', 'requested', () => '/ip4/66.0.0.1/tcp/1'],
    ['one local network', 'discovered', LOCAL]
  ] as const)(
    'row A1: they are from %s; an honest peer that is %s is authorized within one dial',
    async (_, how, from) => {
      const world = await World.create({ scripts })
      await storm(world, from)
      await world.rounds({ [how]: ['r1'], dials: ['r1'], are: { r1: 'authorized' } })
      // nor do they get it out again
      for (let i = 0; i < 2; i++) {
        await storm(world, from)
        await world.rounds({ advance: seconds(10), are: { r1: 'authorized' } })
      }
      const dials = world.node.dialer.journal.map(({ peer }) => peer)
      expect(dials.filter((peer) => peer === world.id('r1').toString())).toHaveLength(1)
      expect(world.node.trespasses).toEqual([])
      const { slots } = world.peers.status()
      expect(slots.filter(({ kind }) => kind === 'inbound').length).toBeLessThanOrEqual(34)
    },
    60_000
  )
})

it('row A1: whoever comes by himself is no candidate, and gets none of the slots for those', async () => {
  const world = await World.create()
  await world.rounds({ greeting: HOSTILE.slice(0, 60), slots: 34 })
  const kinds = new Set(world.peers.status().slots.map(({ kind }) => kind))
  expect([...kinds]).toEqual(['inbound'])
  await world.rounds(
    { advance: seconds(60), dials: [], slots: 34 },
    { discovered: ['r1'], dials: ['r1'], are: { r1: 'authorized' } },
    // found by others, it is one all the same, though not when it was only now written down
    { arriving: ['r2'], are: { r2: 'connected.unpromoted' } },
    { discovered: ['r2'], dials: [], are: { r2: 'connected.unpromoted' } },
    { discovered: ['r2'], dials: [], are: { r2: 'authorized' } }
  )
})

describe('1,000 silent inbound peers', () => {
  const silent = Array.from({ length: 1_000 }, (_, i) => `h${i}`)

  it('row A2: ten queued peers all finish while they hold what they can', async () => {
    const world = await World.create({
      scripts: Object.fromEntries(silent.map((name) => [name, 'silent' as const]))
    })
    await Promise.all(silent.map(async (name) => world.peer(name).greet(world.node)))
    const queued = Array.from({ length: 10 }, (_, i) => `r${i}`)
    const are = Object.fromEntries(queued.map((name) => [name, 'authorized']))
    await world.rounds({ requested: queued, dials: queued, are, slots: 44 })
    // their time is up
    await world.rounds({ advance: seconds(6), are })
    expect(world.peers.status().peers.authorized).toBe(10)
  }, 60_000)

  it('row A4: connections on which nothing is said take no slot', async () => {
    const world = await World.create({ outboundShare: 0 })
    await Promise.all(silent.map(async (name) => world.peer(name).connect(world.node)))
    await world.rounds({ advance: seconds(60), slots: 0, dials: [] })
    const { peers, tracked } = world.peers.status()
    expect([peers.handshaking, peers.authorized]).toEqual([0, 0])
    expect(tracked).toBeLessThanOrEqual(1_000)
    await world.rounds({ requested: ['r1'], dials: ['r1'], are: { r1: 'authorized' } })
  }, 60_000)
})
