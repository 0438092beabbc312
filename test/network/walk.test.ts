/**
 * Pulls candidates out of a real DHT, over real sockets in one process.
 *
 * Mutations that turn this file red, each tried by hand:
 * - walk.ts: `check` without its look at `isNeeded`
 * - dial-scheduler.ts: `isShortOfCandidates` is always true, or never
 */
import { kadDHT, passthroughMapper } from '@libp2p/kad-dht'
import { expect, test, vi } from 'vitest'
import { ManualClock } from '../manual-clock.ts'
import { addressOf, ourNode, PREFIX } from './nodes.ts'
import { eventually } from './waiting.ts'
import type { OurServices } from './nodes.ts'
import type { PeerLifecycleInit } from '../../src/index.ts'
import type { Libp2p } from '@libp2p/interface'
import type { KadDHT } from '@libp2p/kad-dht'

const DHT = `${PREFIX}/kad/1.0.0`
const HOUR = 3_600_000
const NODES = 6
const SLOTS = 3

type Node = Libp2p<OurServices & { dht: KadDHT }>

/** `self`: milliseconds between the DHT's own questions for who is near us. */
async function dhtNode(self: number, lifecycle: Partial<PeerLifecycleInit> = {}): Promise<Node> {
  const dht = kadDHT({
    protocol: DHT,
    clientMode: false,
    peerInfoMapper: passthroughMapper,
    initialQuerySelfInterval: self,
    querySelfInterval: self,
    allowQueryWithZeroPeers: true
  })
  return ourNode({ openProtocols: [DHT], ...lifecycle }, { services: { dht } })
}

/** Counts the walks through the DHT from now on. */
function walksOf(node: Node): { count: number } {
  const { peerRouting } = node
  const walks = { count: 0 }
  const ask = peerRouting.getClosestPeers.bind(peerRouting)
  peerRouting.getClosestPeers = (...args) => {
    walks.count++
    return ask(...args)
  }
  return walks
}

const authorized = (node: Node): number => node.services.peers.status().peers.authorized

test('row E13: who knows one peer fills its slots by walks through the DHT, and then asks no more', async () => {
  const nodes = await Promise.all(Array.from({ length: NODES }, async () => dhtNode(50)))
  const [boot] = nodes as [Node, ...Node[]]
  await Promise.all(nodes.slice(1).map(async (node) => node.dial(addressOf(boot))))
  await eventually(() => {
    expect(boot.getConnections().length).toBeGreaterThanOrEqual(NODES - 1)
  })
  // the DHT asks nobody by itself: whom it finds it finds on our walks, whose time is ours
  const clock = new ManualClock()
  const node = await dhtNode(HOUR, {
    outboundShare: SLOTS / 6,
    maxPeers: 6,
    clock
  })
  const walks = walksOf(node)
  expect(authorized(node)).toBe(0)
  await node.dial(addressOf(boot))
  await vi.waitFor(
    () => {
      clock.advance(100)
      expect(authorized(node)).toBe(SLOTS)
    },
    { timeout: 30_000, interval: 20 }
  )
  expect(walks.count).toBeGreaterThan(0)
  // full of what it may find: an hour brings no question more
  const asked = walks.count
  clock.advance(HOUR)
  expect(walks.count).toBe(asked)
  expect(node.services.peers.status().slots.map(({ kind }) => kind)).toEqual(
    Array.from({ length: SLOTS }, () => 'discovered')
  )
}, 60_000)
