/**
 * The network is pulled out from under a real node, and put back: its own time is advanced by hand.
 *
 * Mutation that turns this file red, tried by hand: outage.ts, `failed` never says so. What comes back with
 * the network is in test/rounds/outage.test.ts.
 */
import { memory } from '@libp2p/memory'
import { expect, test } from 'vitest'
import { ManualClock } from '../../src/testing/manual-clock.ts'
import { addressOf, ourNode } from './nodes.ts'
import { eventually } from './waiting.ts'
import type { Transport } from '@libp2p/interface'

const PEERS = 5

/** A transport that can be cut: dials go nowhere, and what was open breaks. */
function cuttable() {
  const network = { isCut: false, dials: 0 }
  const transport = (components: Parameters<ReturnType<typeof memory>>[0]): Transport => {
    const inner = memory()(components)
    const dial = inner.dial.bind(inner)
    inner.dial = async (address, options) => {
      network.dials++
      if (network.isCut) throw new Error('connect ENETUNREACH')
      return dial(address, options)
    }
    return inner
  }
  return { network, transport }
}

const turn = async (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 20))

test('row E8, Lodestar #9562, js-waku #1118: an hour without a network, and 15 s to be back', async () => {
  const others = await Promise.all(Array.from({ length: PEERS }, async () => ourNode()))
  const { network, transport } = cuttable()
  const clock = new ManualClock()
  const node = await ourNode(
    { clock, random: () => 0.999, staticPeers: others.map(addressOf), maxPeers: 20 },
    { transports: [transport] }
  )
  const { peers } = node.services
  const authorized = (): number => peers.status().peers.authorized
  await eventually(() => {
    expect(authorized()).toBe(PEERS)
  })
  clock.advance(60_000)

  network.isCut = true
  for (const connection of node.getConnections()) connection.abort(new Error('gone'))
  await eventually(async () => {
    clock.advance(1_000)
    await turn()
    expect(peers.status().mode).toBe('offline')
  })
  const before = network.dials
  for (let minute = 0; minute < 60; minute += 2) {
    clock.advance(120_000)
    await turn()
  }
  expect(authorized()).toBe(0)
  // one probe in ten seconds, of which two minutes that pass at once show one
  expect(network.dials - before).toBeLessThanOrEqual(31)

  network.isCut = false
  for (let second = 0; second < 15 && authorized() < PEERS; second++) {
    clock.advance(1_000)
    await turn()
  }
  await eventually(() => {
    expect(authorized()).toBe(PEERS)
  })
  expect(peers.status()).toMatchObject({ mode: 'filling', banned: 0 })
})
