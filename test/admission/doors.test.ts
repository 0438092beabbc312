/**
 * Limits by address at the doors of the whole service, in a simulated network with forged addresses, and
 * rows A3, A5 to A7, A10 and A11 of what a hostile network does.
 *
 * Mutations that turn this file red, each tried by hand: streams, or secure channels, past admission; the
 * connection's own address where the application knows better; an address that is banned let in; strangers
 * who leave kept before candidates.
 */
import { multiaddr } from '@multiformats/multiaddr'
import { encodeMessage } from '../../src/handshake/messages.ts'
import { ManualClock } from '../../src/testing/manual-clock.ts'
import { describe, expect, it } from 'vitest'
import { addressOf, authorize, ourNode, stockNode } from '../network/nodes.ts'
import { HELLO, rawPeer } from '../network/raw-peer.ts'
import { TextHandshake } from '../../src/testing/text-handshake.ts'
import { eventually, failure, fence } from '../network/waiting.ts'
import { idOf } from '../../src/testing/simulation/scripted-peer.ts'
import { minutes, seconds, World } from '../rounds/world.ts'
import type { OurNode } from '../network/nodes.ts'
import type { Origin } from '../../src/options/admission-options.ts'
import type { Multiaddr } from '@multiformats/multiaddr'

const HOME = '/ip4/203.0.113.7/tcp/4001'
const names = (count: number): string[] => Array.from({ length: count }, (_, i) => `h${i}`)

/** They come one after another, each from where it is said to be, and say hello. */
async function come(
  world: World,
  peers: string[],
  from: (index: number) => string
): Promise<Record<string, number>> {
  await Promise.all(
    peers.map(async (name, i) => world.peer(name).greet(world.node, multiaddr(from(i))))
  )
  await world.play({})
  const words: Record<string, number> = {}
  for (const name of peers) {
    const word = world.is(name)
    words[word] = (words[word] ?? 0) + 1
  }
  return words
}

const refusals = (world: World): Record<string, number> => {
  const counts: Record<string, number> = {}
  for (const { door, direction, reason, count } of world.peers.status().refusals) {
    if (direction === 'inbound') counts[`${door}: ${reason}`] = count
  }
  return counts
}

describe('peers of one address', () => {
  it('row A6: 100 handshakes at once of one IPv4 address: four get a slot', async () => {
    const world = await World.create()
    const words = await come(world, names(100), () => HOME)
    expect(words['authorized']).toBe(4)
    expect(world.peers.status().slots).toHaveLength(4)
    expect(refusals(world)).toEqual({ 'handshake: busy': 96 })
    // nor do others, when these four are in; twelve attempts are left
    const others = names(100).map((name) => `late-${name}`)
    expect(await come(world, others, () => HOME)).toEqual({ 'connected.unpromoted': 100 })
    expect(refusals(world)).toEqual({ 'handshake: busy': 96 + 88, 'handshake: subnet-full': 12 })
    const heard = others.flatMap((name) => world.peer(name).heard)
    expect(heard.filter((word) => word === 'reject: busy')).toHaveLength(88)
    expect(heard.filter((word) => word === 'reject: too-many-peers')).toHaveLength(12)
  })

  it.each([
    ['an IPv4 /24', 8, (i: number) => `/ip4/203.0.113.${i}/tcp/4001`],
    ['an IPv6 /56', 4, (i: number) => `/ip6/2a00:1450:4001:${(i & 255).toString(16)}::1/tcp/4001`],
    ['an IPv6 /48', 16, (i: number) => `/ip6/2a00:1450:4001:${(i << 8).toString(16)}::1/tcp/4001`],
    ['IPv4 in IPv6', 4, () => '/ip6/::ffff:203.0.113.7/tcp/4001']
  ])('row A6: %s: %i get a slot', async (_, limit, from) => {
    const world = await World.create()
    const words = await come(world, names(60), from)
    expect(words['authorized']).toBe(limit)
  })

  it.each([
    [false, 34],
    [true, 4]
  ])(
    'row A6: a local network, with limitPrivate %s: %i get a slot',
    async (limitPrivate, count) => {
      const world = await World.create({ admission: { limitPrivate } })
      const words = await come(world, names(60), () => '/ip4/192.168.1.9/tcp/4001')
      expect(words['authorized']).toBe(count)
    }
  )

  it('trusted and static peers are let in from there all the same', async () => {
    const world = await World.create({ trustedPeers: [idOf('t')] })
    await come(world, names(40), () => HOME)
    await world.rounds({ routes: { s: 'refused' }, fixed: ['s'] })
    expect(await come(world, ['t', 's', 'x'], () => HOME)).toMatchObject({ authorized: 2 })
    expect(world.is('x')).not.toBe('authorized')
  })

  it('row F4: an address whose peers were banned is refused, those that matter and those here are not', async () => {
    const world = await World.create({
      trustedPeers: [idOf('t')],
      admission: { peersPerIpv4: 9, handshakesPerIp: 99 }
    })
    expect(await come(world, names(6), () => HOME)).toEqual({ authorized: 6 })
    for (const name of names(5)) world.peers.ban(world.id(name))
    await world.play({ advance: seconds(2) })
    expect(world.peers.status().bannedIps).toBe(1)
    expect(world.is('h5')).toBe('authorized')
    expect(await come(world, ['new', 't'], () => HOME)).toMatchObject({ authorized: 1 })
    expect(world.is('t')).toBe('authorized')
    expect(refusals(world)).toMatchObject({ 'connection: banned': 1 })
  })
})

/** All that comes over our proxy comes from one address. */
const proxied = ({ remoteAddr }: Origin): Multiaddr | undefined =>
  remoteAddr.toString().includes('127.0.0.1') ? multiaddr(HOME) : undefined

it('our own dials wait while as many handshakes are under way as may be, and go on as soon as one is over', async () => {
  const world = await World.create({
    outboundShare: 0,
    admission: { handshakes: 3, inboundHandshakes: 2 },
    scripts: { i1: 'silent', i2: 'silent', i3: 'silent' }
  })
  await world.rounds(
    { greeting: ['i1', 'i2', 'i3'], hear: { i3: ['reject: busy'] }, slots: 2 },
    // one place is left to us: a black hole has it until its dial is given up
    { routes: { r1: 'hanging' }, requested: ['r1'], dials: ['r1'], slots: 3 },
    { requested: ['r2', 'r3'], dials: [], slots: 3, are: { r2: 'discovered.queued' } },
    // the handshakes of the silent ones are over
    { advance: seconds(5), dials: ['r2', 'r3'], are: { r2: 'authorized', r3: 'authorized' } }
  )
  expect(world.peers.status().admission).toMatchObject({ handshakes: 1, inboundHandshakes: 0 })
})

describe('addressOf', () => {
  it('knows better than the connection', async () => {
    const world = await World.create({ admission: { addressOf: proxied } })
    const behind = await come(world, names(20), () => '/ip4/127.0.0.1/tcp/4001')
    expect(behind['authorized']).toBe(4)
    expect(await come(world, ['x'], () => '/ip4/198.41.0.4/tcp/4001')).toEqual({ authorized: 1 })
  })

  it('that throws is a fault, and the connection’s own address counts', async () => {
    const error = new Error('no idea')
    const addressThrows = (): never => {
      throw error
    }
    const world = await World.create({ admission: { addressOf: addressThrows } })
    const faults: unknown[] = []
    world.peers.addEventListener('peer:fault', ({ detail }) => faults.push(detail))
    const words = await come(world, names(20), () => HOME)
    expect(words['authorized']).toBe(4)
    expect(faults).toContainEqual({ source: 'addressOf', error })
  })

  it('counts in secure channels as on streams', async () => {
    const admission = { addressOf: () => multiaddr(HOME) }
    const ours = await ourNode({ admission, maxPeers: 30 }, { security: 'secured' })
    const others: OurNode[] = []
    for (let i = 0; i < 6; i++) others.push(await ourNode({}, { security: 'secured' }))
    for (const other of others.slice(0, 4)) await authorize(other, ours)
    for (const other of others.slice(4)) {
      const { reason } = await failure(other.services.peers.connect(addressOf(ours)))
      expect(reason).toBe('too-many-peers')
    }
    const full = ours.services.peers
      .status()
      .refusals.find(({ reason }) => reason === 'subnet-full')
    expect(full).toMatchObject({ door: 'channel', direction: 'inbound', count: 2 })
    // strangers that got no slot are not tracked, let alone connected
    expect(ours.services.peers.status().tracked).toBe(4)
  })
})

it('row A7: strangers who come and go leave a candidate in its place', async () => {
  const world = await World.create({ maxPeers: 1, outboundShare: 1, maxTracked: 20 })
  await world.rounds({ discovered: ['d1'], dials: ['d1'], slots: 1 }, { discovered: ['d2'] })
  for (let round = 0; round < 10; round++) {
    const strangers = Array.from({ length: 15 }, (_, i) => `x${round}-${i}`)
    await world.rounds({ greeting: strangers }, { lost: strangers, advance: minutes(1) })
  }
  expect(world.peers.status().tracked).toBeLessThanOrEqual(20)
  await world.rounds({ are: { d2: 'discovered.queued' } }, { lost: ['d1'], dials: ['d2'] })
})

describe('libp2p’s own limits', () => {
  it('row A10: authorized peers are not pruned for the sake of strangers', async () => {
    const ours = await ourNode(
      { maxPeers: 2 },
      { connectionManager: { maxConnections: 12, inboundConnectionThreshold: Infinity } }
    )
    const friends = [await ourNode(), await ourNode()]
    for (const friend of friends) await authorize(ours, friend)
    // of our own dials libp2p allows more than it keeps
    for (let i = 0; i < 14; i++) await ours.dial(addressOf(await stockNode())).catch(() => {})
    await eventually(() => expect(ours.getConnections().length).toBeLessThanOrEqual(12))
    expect(friends.map(({ peerId }) => ours.services.peers.isAuthorized(peerId))).toEqual([
      true,
      true
    ])
  })

  it('row A10: are not low enough for our slots to fit in, the reserved ones included', async () => {
    const connectionManager = { maxConnections: 20 }
    const fits = { maxPeers: 8, reservedSlots: 1, trustedPeers: [idOf('t')] }
    await ourNode(fits, { connectionManager })
    const wide = { ...fits, policies: { upgradeSlots: 1 } }
    await expect(ourNode(wide, { connectionManager })).rejects.toThrow('and maxConnections 20')
  })

  it('row A11: whoever set libp2p’s allow list is warned, once, and nobody else', async () => {
    const lines: string[] = []
    const print = (...args: unknown[]): void => void lines.push(args.join(' '))
    const forComponent = (name: string): unknown => {
      const log = Object.assign(() => {}, { enabled: true, trace: () => {} })
      const error = (...args: unknown[]): void => print(name, ...args)
      return Object.assign(log, { error, newScope: (scope: string) => forComponent(scope) })
    }
    const logger = { forComponent } as never
    await ourNode({}, { logger })
    expect(lines).toEqual([])
    await ourNode({}, { logger, connectionManager: { allow: ['/ip4/192.168.1.9'] } })
    expect(lines).toEqual([expect.stringContaining('connectionManager.allow is set')])
  })
})

describe('slow handshakes', () => {
  it.each([
    ['A3: one byte a second', 'drip'],
    ['A5: never reads', 'deaf']
  ])('row %s: the slot is back at the deadline, and not later', async (_, manner) => {
    const clock = new ManualClock()
    const ours = await ourNode({ clock, handshake: new TextHandshake() })
    const peer = await rawPeer()
    const { stream } = await peer.open(await peer.node.dial(addressOf(ours)))
    if (manner === 'deaf') stream.pause()
    const path = (): string | undefined => ours.services.peers.getPeer(peer.node.peerId)?.path
    await eventually(() => expect(path()).toBe('handshaking.responding'))
    const hello = encodeMessage(HELLO).subarray()
    for (let second = 0; second < 5; second++) {
      expect(ours.services.peers.status().slots).toHaveLength(1)
      if (manner === 'drip') stream.send(hello.subarray(second, second + 1))
      await fence(peer.node, ours)
      clock.advance(seconds(1))
    }
    expect([path(), ours.services.peers.status().slots]).toEqual(['rejected.connected', []])
    expect(ours.services.peers.getPeer(peer.node.peerId)?.reason).toBe('timeout')
  })
})
