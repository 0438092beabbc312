/**
 * Row F1: a banned peer at every door of a node, one after another: refused while the ban stands, let
 * through when it does not, so that each door is known to lead somewhere.
 *
 * Mutations that turn this file red, each tried by hand:
 * - doors.ts: `isDenied` denies nobody: ten of the doors
 * - channels.ts: `#admit` without its look at the standstill: "it shakes hands in a secure channel"
 */
import { noise } from '@chainsafe/libp2p-noise'
import { circuitRelayServer, circuitRelayTransport } from '@libp2p/circuit-relay-v2'
import { kadDHT, passthroughMapper } from '@libp2p/kad-dht'
import { memory } from '@libp2p/memory'
import { tcp } from '@libp2p/tcp'
import { multiaddr } from '@multiformats/multiaddr'
import { expect, test } from 'vitest'
import { ManualClock } from '../../src/testing/manual-clock.ts'
import { eventsOf, ourNode, PREFIX, SOCKETS, stockNode } from './nodes.ts'
import { eventually, failure, journal } from './waiting.ts'
import type { OurNode, StockNode } from './nodes.ts'
import type { Libp2p } from '@libp2p/interface'
import type { KadDHT } from '@libp2p/kad-dht'
import type { Multiaddr } from '@multiformats/multiaddr'

const DHT = `${PREFIX}/kad/1.0.0`

const dht = () =>
  kadDHT({
    protocol: DHT,
    clientMode: false,
    peerInfoMapper: passthroughMapper,
    allowQueryWithZeroPeers: true
  })

type Finder = Libp2p<OurNode['services'] & { dht: KadDHT }>

interface Scene {
  readonly a: Finder
  /** The banned one, in two shapes: without this library, and with it, in secure channels only. */
  readonly stock: StockNode
  readonly ours: OurNode
  /** Lets the other forget what it was told, so that it comes again. */
  forget(): void
}

/** Every way in or out: who tries, and how. A rejection is an answer like any other. */
const DOORS: Record<string, (scene: Scene) => Promise<unknown>> = {
  'it dials us over TCP': async ({ a, stock }) => stock.dial(at(a, 'tcp')),
  'it dials us over memory': async ({ a, stock }) => stock.dial(at(a, 'memory')),
  'it dials us through a relay': async ({ a, stock }) => stock.dial(at(a, 'p2p-circuit')),
  'we dial it over TCP': async ({ a, stock }) => a.dial(at(stock, 'tcp')),
  'we dial it over memory': async ({ a, stock }) => a.dial(at(stock, 'memory')),
  'we dial it through a relay': async ({ a, stock }) => a.dial(at(stock, 'p2p-circuit')),
  'we dial it at an address without its id': async ({ a, stock }) =>
    a.dial(at(stock, 'tcp').decapsulateCode(421)),
  'we dial it by its id': async ({ a, stock }) => a.dial(stock.peerId),
  'our DHT dials it': async ({ a, stock }) => {
    const key = stock.peerId.toMultihash().bytes
    for await (const event of a.services.dht.getClosestPeers(key)) void event
  },
  'another part opens a stream to it': async ({ a, stock }) =>
    a.dialProtocol(stock.peerId, '/ipfs/ping/1.0.0'),
  'connect() of the application': async ({ a, stock }) =>
    a.services.peers.connect(at(stock, 'tcp')),
  'enqueue() of the application': async ({ a, stock }) =>
    a.services.peers.enqueue(at(stock, 'tcp')),
  'it shakes hands in a secure channel': async ({ a, ours }) =>
    ours.services.peers.connect(at(a, 'tcp')),
  'its DHT visits us in a secure channel': async ({ a, ours }) => ours.dial(at(a, 'tcp')),
  'we shake hands in a secure channel': async ({ a, ours }) =>
    a.services.peers.connect(at(ours, 'tcp'))
}

function at(node: Libp2p, transport: string): Multiaddr {
  const address = node.getMultiaddrs().find((each) => {
    const names = each.getComponents().map(({ name }) => name)
    const isRelayed = names.includes('p2p-circuit')
    return names.includes(transport) && isRelayed === (transport === 'p2p-circuit')
  })
  if (address === undefined) throw new Error(`No address over ${transport}`)
  return multiaddr(address.toString())
}

let scenes = 0

async function scene(): Promise<Scene> {
  const relay = await stockNode({ relay: circuitRelayServer(), dht: dht() }, SOCKETS)
  const transports = [tcp(), memory(), circuitRelayTransport()]
  const everywhere = (name: string) => ({
    transports,
    addresses: {
      listen: [
        '/ip4/127.0.0.1/tcp/0',
        `/memory/doors-${name}-${process.pid}-${++scenes}`,
        `${at(relay, 'tcp').toString()}/p2p-circuit`
      ]
    }
  })
  const a: Finder = await ourNode(
    { openProtocols: [DHT], allowRelayed: true },
    { ...everywhere('a'), security: 'mixed', services: { dht: dht() } }
  )
  const stock = await stockNode(
    { dht: dht() },
    { ...everywhere('b'), connectionEncrypters: [noise()] }
  )
  const theirs = new ManualClock()
  const ours = await ourNode({ clock: theirs }, { ...SOCKETS, security: 'secured' })
  for (const node of [a, stock]) {
    await eventually(() => void at(node, 'p2p-circuit'))
  }
  // the DHT knows where it is
  await a.peerStore.merge(stock.peerId, { multiaddrs: [at(stock, 'tcp')] })
  await eventually(async () => {
    expect((await a.peerStore.get(relay.peerId)).tags.has('kad-peer')).toBe(true)
    expect((await relay.peerStore.get(stock.peerId)).tags.has('kad-peer')).toBe(true)
  })
  return { a, stock, ours, forget: () => theirs.advance(100 * 3_600_000) }
}

test.each(Object.keys(DOORS))('row F1: a banned peer finds no way through: %s', async (door) => {
  const here = await scene()
  const { a, stock, ours } = here
  const banned = [stock, ours] as const
  const knock = async (): Promise<unknown> => DOORS[door]?.(here).catch((error: unknown) => error)
  const between = () => banned.map(({ peerId }) => a.getConnections(peerId).length)

  for (const { peerId } of banned) a.services.peers.ban(peerId)
  await eventually(() => expect(between()).toEqual([0, 0]))
  const opened = journal(eventsOf(a), 'connection:open')
  here.forget()
  await knock()
  // whatever the other end believes for a moment
  await eventually(() =>
    expect(banned.map((node) => node.getConnections(a.peerId))).toEqual([[], []])
  )
  const keys = banned.map(({ peerId }) => peerId.toString())
  expect(opened.filter(([, { remotePeer }]) => keys.includes(remotePeer.toString()))).toEqual([])
  expect(between()).toEqual([0, 0])
  for (const { peerId } of banned) {
    expect(a.services.peers.isAuthorized(peerId)).toBe(false)
    expect(a.services.peers.explain(peerId)).toMatchObject({ reason: 'banned', by: 'local' })
  }
  expect(a.services.peers.status().slots).toEqual([])

  for (const { peerId } of banned) a.services.peers.unban(peerId)
  here.forget()
  await knock()
  // the door does lead somewhere
  await eventually(() =>
    expect(opened.some(([, { remotePeer }]) => keys.includes(remotePeer.toString()))).toBe(true)
  )
})

test('row F1: connect() and enqueue() say the word', async () => {
  const [a, b] = [await ourNode(), await ourNode()]
  a.services.peers.ban(b.peerId)
  expect(await failure(a.services.peers.connect(b.peerId))).toMatchObject({
    reason: 'banned',
    by: 'local'
  })
  a.services.peers.enqueue(b.peerId, { priority: 'static' })
  expect(a.services.peers.explain(b.peerId)).toMatchObject({ reason: 'banned' })
  expect(a.services.peers.status().slots).toEqual([])
})
