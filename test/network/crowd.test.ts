/**
 * Law "capacity": eight nodes with two slots each, all of which know each other and want each other. Every
 * slot is recounted on every change anywhere, and every pair from both sides when all is calm.
 */
import { expect, it } from 'vitest'
import { ManualClock } from '../../src/testing/manual-clock.ts'
import { ourNode } from './nodes.ts'
import { eventually } from './waiting.ts'
import type { OurNode } from './nodes.ts'

const NODES = 8
const SLOTS = 2
const FIVE_MINUTES = 300_000

/** Everything that is said of the node's slots: by the book, and by the peers' states. */
function recount({ services: { peers } }: OurNode): void {
  const { slots, peers: count } = peers.status()
  expect(slots.length).toBeLessThanOrEqual(SLOTS)
  expect(slots.filter(({ kind }) => kind === 'inbound').length).toBeLessThanOrEqual(1)
  expect(slots.filter(({ kind }) => kind === 'discovered').length).toBeLessThanOrEqual(1)
  expect(new Set(slots.map(({ peer }) => peer)).size).toBe(slots.length)
  expect(count.dialing + count.handshaking + count.authorized).toBeLessThanOrEqual(slots.length)
}

/** Nobody is in the middle of anything, and each pair agrees. */
function agreed(nodes: OurNode[]): number {
  let pairs = 0
  for (const node of nodes) {
    const { slots, peers: count } = node.services.peers.status()
    expect(count.dialing + count.handshaking).toBe(0)
    expect(slots).toHaveLength(count.authorized)
    for (const other of nodes) {
      const [here, there] = [
        node.services.peers.isAuthorized(other.peerId),
        other.services.peers.isAuthorized(node.peerId)
      ]
      expect(here).toBe(there)
      if (here) pairs++
    }
  }
  return pairs / 2
}

it('capacity: never more than two of eight, one of them inbound, in a year of comings and goings', async () => {
  const clocks: ManualClock[] = []
  const nodes: OurNode[] = []
  const broken: unknown[] = []
  let authorizations = 0
  for (let i = 0; i < NODES; i++) {
    const clock = new ManualClock()
    const node = await ourNode({ clock, maxPeers: SLOTS, outboundShare: 0.5, random: Math.random })
    node.services.peers.addEventListener('peer:transition', ({ detail }) => {
      if (detail.to === 'authorized') authorizations++
      try {
        for (const each of nodes) recount(each)
      } catch (error) {
        broken.push(error)
      }
    })
    clocks.push(clock)
    nodes.push(node)
  }
  for (const node of nodes) {
    for (const other of nodes) {
      if (other === node) continue
      await node.peerStore.merge(other.peerId, { multiaddrs: other.getMultiaddrs() })
    }
  }

  for (let round = 0; round < 30; round++) {
    await eventually(() => void agreed(nodes))
    const node = nodes[round % NODES]
    const [peer] = node?.services.peers.getPeers({ state: 'authorized' }) ?? []
    if (node !== undefined && peer !== undefined) {
      await node.services.peers.disconnect(peer.peerId, { reason: 'evicted' })
    }
    await eventually(() => void agreed(nodes))
    for (const clock of clocks) clock.advance(FIVE_MINUTES)
  }

  expect(broken).toEqual([])
  await eventually(() => expect(agreed(nodes)).toBeGreaterThan(NODES / 2))
  // there was life in it
  expect(authorizations).toBeGreaterThan(2 * NODES)
}, 60_000)
