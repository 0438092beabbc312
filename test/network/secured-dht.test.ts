/**
 * A DHT on nodes that shake hands in the secure channel: it connects everybody with everybody, verified,
 * and promotes nobody.
 *
 * Mutations that turn this file red, each tried by hand (channels.ts):
 * - `#intend` asks to be promoted whoever dials: the listeners hand out slots that nobody asked for
 * - `#admit` without its look at a visit: the same
 */
import { kadDHT, passthroughMapper } from '@libp2p/kad-dht'
import { expect, test } from 'vitest'
import { chainHandshake } from '../../src/index.ts'
import { addressOf, APP, eventsOf, OTHER_CHAIN, ourNode, PREFIX, SOCKETS } from './nodes.ts'
import { eventually, failure, journal, within } from './waiting.ts'
import type { OurServices } from './nodes.ts'
import type { PeerLifecycleInit } from '../../src/index.ts'
import type { Connection, Libp2p } from '@libp2p/interface'
import type { KadDHT } from '@libp2p/kad-dht'

const NODES = 12
const DHT = `${PREFIX}/kad/1.0.0`
const SECURE = `${PREFIX}/peer-lifecycle/secure/1.0.0`

/** Who is asked for by hand before the DHT runs, and while it does: by their places, dialer first. */
const EARLY = [
  [0, 1],
  [2, 3],
  [5, 4]
] as const
const LATE = [
  [6, 7],
  [9, 8],
  [10, 0],
  [11, 2],
  [3, 7],
  [1, 9]
] as const

type Node = Libp2p<OurServices & { dht: KadDHT }>

async function dhtNode(lifecycle: Partial<PeerLifecycleInit> = {}): Promise<Node> {
  const dht = kadDHT({
    protocol: DHT,
    clientMode: false,
    peerInfoMapper: passthroughMapper,
    initialQuerySelfInterval: 50,
    allowQueryWithZeroPeers: true
  })
  return ourNode(
    { openProtocols: [DHT], ...lifecycle },
    {
      ...SOCKETS,
      security: 'secured',
      services: { dht }
    }
  )
}

const pairOf = (a: string, b: string): string => [a, b].toSorted().join(' & ')

/** The connections that outlived the duplicates of simultaneous dials. */
const connected = (node: Node): Set<string> =>
  new Set(node.getConnections().map(({ remotePeer }) => remotePeer.toString()))

/** Asks the DHT for everybody, until it has led there. */
async function findAll(node: Node, nodes: readonly Node[]): Promise<void> {
  for (const other of nodes) {
    if (other === node) continue
    await eventually(async () => {
      await node.peerRouting.findPeer(other.peerId)
      expect(connected(node).has(other.peerId.toString())).toBe(true)
    })
  }
}

test('gate: what a DHT dials is a visit, takes no slot, and is authorized only where it was asked for', async () => {
  const nodes = await Promise.all(Array.from({ length: NODES }, async () => dhtNode()))
  const [boot] = nodes as [Node, ...Node[]]
  const opened = new Map<Node, Connection[]>(nodes.map((node) => [node, []]))
  const moves = nodes.map((node) => {
    eventsOf(node).addEventListener('connection:open', ({ detail }) => {
      opened.get(node)!.push(detail)
    })
    return journal(node.services.peers, 'peer:transition')
  })
  const id = (place: number): string => nodes[place]!.peerId.toString()
  const wanted = new Set([...EARLY, ...LATE].map(([from, to]) => pairOf(id(from), id(to))))
  const ask = async ([from, to]: readonly [number, number]): Promise<unknown> =>
    nodes[from]!.services.peers.connect(addressOf(nodes[to]!))

  await within(Promise.all(EARLY.map(ask)))
  // the others are strangers, whom one node of the DHT gets to know after another
  for (const node of nodes.slice(1)) await node.dial(addressOf(boot))
  // the DHT dials the same peers at the same time, and may share the dial, or be there first
  const asked = LATE.map(async (pair, i) => {
    if (i % 2 === 0) return ask(pair)
    const [from, to] = pair
    return nodes[from]!.services.peers.enqueue(addressOf(nodes[to]!))
  })
  await within(Promise.all([...asked, ...nodes.map(async (node) => findAll(node, nodes))]))

  await eventually(() => {
    const authorized = nodes.flatMap(({ peerId, services: { peers } }) =>
      peers
        .getPeers({ state: 'authorized' })
        .map((peer) => pairOf(peer.peerId.toString(), peerId.toString()))
    )
    expect(authorized.toSorted()).toEqual([...wanted, ...wanted].toSorted())
    for (const node of nodes) expect(connected(node).size).toBe(NODES - 1)
  })

  for (const [i, node] of nodes.entries()) {
    const { peers } = node.services
    const { slots, peers: count } = peers.status()
    const partners = [...EARLY, ...LATE].filter((pair) => (pair as readonly number[]).includes(i))
    // nobody else ever held a slot here
    const held = moves[i]!.filter(([, { to }]) => to === 'dialing' || to === 'handshaking')
    for (const [, { peer }] of held) expect(wanted).toContain(pairOf(peer, id(i)))
    expect(slots).toHaveLength(partners.length)
    expect(count).toMatchObject({
      authorized: partners.length,
      connected: NODES - 1 - partners.length,
      rejected: 0
    })
    expect(peers.getPeers({ state: 'connected' }).map(({ path }) => path)).toEqual(
      Array.from({ length: NODES - 1 - partners.length }, () => 'connected.unpromoted')
    )
    // each of them was verified nevertheless, those included that did not last
    const encryptions = new Set(opened.get(node)!.map(({ encryption }) => encryption))
    expect([...encryptions]).toEqual([SECURE])
    const [stranger] = peers.getPeers({ state: 'connected' })
    const refused = await failure(node.dialProtocol(stranger!.peerId, APP))
    expect(refused.name).toBe('PeerNotAuthorizedError')
  }
})

test('gate: who does not pass is not even in the DHT', async () => {
  const [a, b] = await Promise.all([dhtNode(), dhtNode()])
  const other = await dhtNode({ handshake: chainHandshake(OTHER_CHAIN) })
  const heard = [a, b, other].map((node) => journal(eventsOf(node), 'connection:open'))
  await a.dial(addressOf(b))
  await failure(other.dial(addressOf(a)))
  await failure(b.dial(addressOf(other)))
  await failure(a.peerRouting.findPeer(other.peerId))
  for (const entries of heard.slice(0, 2)) {
    const peers = new Set(entries.map(([, { remotePeer }]) => remotePeer.toString()))
    expect(peers).not.toContain(other.peerId.toString())
  }
  expect(heard[2]).toEqual([])
  expect([a, b, other].map((node) => node.services.peers.status().slots)).toEqual([[], [], []])
})
