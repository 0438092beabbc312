/**
 * Pulls candidates out of a real DHT, over real sockets in one process.
 *
 * Mutations that turn this file red, each tried by hand:
 * - walk.ts: `check` without its look at `isNeeded`
 * - dial-scheduler.ts: `isShortOfCandidates` never says so
 */
import { kadDHT, passthroughMapper } from '@libp2p/kad-dht'
import { expect, test, vi } from 'vitest'
import { ManualClock } from '../../src/testing/manual-clock.ts'
import { addressOf, ourNode, PREFIX } from './nodes.ts'
import type { OurServices } from './nodes.ts'
import type { PeerLifecycleInit } from '../../src/index.ts'
import type { Libp2p } from '@libp2p/interface'
import type { KadDHT } from '@libp2p/kad-dht'

const DHT = `${PREFIX}/kad/1.0.0`
const HOUR = 3_600_000
const NODES = 5
const SLOTS = 3

type Node = Libp2p<OurServices & { dht: KadDHT }>

/** A server of the DHT, or a client of it that asks nobody by itself. */
async function dhtNode(
  role: 'server' | 'client',
  lifecycle: Partial<PeerLifecycleInit> = {}
): Promise<Node> {
  const interval = role === 'server' ? 50 : HOUR
  const dht = kadDHT({
    protocol: DHT,
    clientMode: role === 'client',
    peerInfoMapper: passthroughMapper,
    initialQuerySelfInterval: 50,
    querySelfInterval: interval,
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
  const boot = await dhtNode('server')
  // nobody looks for it, and its DHT for nobody: whom it finds it finds on our walks, whose time is ours
  const clock = new ManualClock()
  const outboundShare = SLOTS / 6
  const node = await dhtNode('client', { outboundShare, maxPeers: 6, clock })
  const walks = walksOf(node)
  await node.dial(addressOf(boot))
  const pass = async (isSo: () => void): Promise<void> =>
    vi.waitFor(
      () => {
        clock.advance(250)
        isSo()
      },
      { timeout: 30_000, interval: 20 }
    )
  await pass(() => expect([authorized(node), walks.count > 1]).toEqual([1, true]))

  const others = await Promise.all(Array.from({ length: NODES }, async () => dhtNode('server')))
  await Promise.all(others.map(async (other) => other.dial(addressOf(boot))))
  await pass(() => expect(authorized(node)).toBe(SLOTS))
  // full of what it may find: an hour brings no question more
  const asked = walks.count
  clock.advance(HOUR)
  expect(walks.count).toBe(asked)
  expect(node.services.peers.status().slots.map(({ kind }) => kind)).toEqual(
    Array.from({ length: SLOTS }, () => 'discovered')
  )
}, 60_000)
