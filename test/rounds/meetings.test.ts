/** Scenarios of two whole nodes that meet in the simulated network. */
import { describe, expect, it, onTestFinished } from 'vitest'
import { settled } from '../../src/testing/settled.ts'
import { recount } from '../../src/testing/simulation/recount.ts'
import { Network } from '../../src/testing/simulation/network.ts'
import { idOf } from '../../src/testing/simulation/scripted-peer.ts'
import { SimulatedNode } from '../../src/testing/simulation/simulated-node.ts'
import { minutes, seconds } from './world.ts'

interface Pair {
  readonly network: Network
  readonly a: SimulatedNode
  readonly b: SimulatedNode
}

async function pair(seed: number, latency: number): Promise<Pair> {
  const network = new Network({ seed, latency })
  const options = { outboundShare: 0, maxPeers: 2 }
  const start = async (name: string, ip: string): Promise<SimulatedNode> => {
    const node = await SimulatedNode.start(network, idOf(`${name}${seed}`), ip, options)
    node.peers.addEventListener('peer:transition', () => recount(node.peers, false))
    onTestFinished(async () => {
      const stopped = node.stop()
      await network.advance(seconds(2))
      await stopped
    })
    return node
  }
  const a = await start('a', '/ip4/20.0.0.1/tcp/4001')
  const b = await start('b', '/ip4/21.0.0.1/tcp/4001')
  return { network, a, b }
}

const dial = (from: SimulatedNode, to: SimulatedNode): boolean =>
  from.peers.enqueue(`${to.address.toString()}/p2p/${to.peerId.toString()}`)

const of = (node: SimulatedNode, other: SimulatedNode): string | undefined =>
  node.peers.getPeer(other.peerId)?.path

describe('two nodes', () => {
  it('scenario 7, Aztec #12128, Prysm #5799: both dial at once, whatever the distance', async () => {
    for (let seed = 1; seed <= 40; seed++) {
      const { network, a, b } = await pair(seed, 10)
      dial(a, b)
      // from the same moment to one in which the first is through
      await network.advance(seed * 2 - 2)
      dial(b, a)
      await network.advance(seconds(1))
      expect([of(a, b), of(b, a)], `seed ${seed}`).toEqual(['authorized', 'authorized'])
      // one handshake each, and nobody was let in twice
      expect([a.authorizations, b.authorizations]).toEqual([
        [b.peerId.toString()],
        [a.peerId.toString()]
      ])
      await network.advance(minutes(2))
      expect([of(a, b), of(b, a)]).toEqual(['authorized', 'authorized'])
      recount(a.peers, true)
      recount(b.peers, true)
    }
  })

  it('law "agreement": after a silent cut both sides come to the same end', async () => {
    for (const at of [0, 5, 10, 15, 25, 35, 45, 55, 65, 75]) {
      const { network, a, b } = await pair(100 + at, 10)
      dial(a, b)
      await network.advance(at)
      // from here on what is sent stays on the way, and is delivered when it is too late
      for (const wire of network.wires) wire.cut()
      await network.advance(seconds(12))
      for (const wire of network.wires) wire.mend()
      await network.advance(minutes(10))
      await settled()
      expect([of(a, b), of(b, a)], `cut after ${at} ms`).toEqual(['authorized', 'authorized'])
    }
  })
})
