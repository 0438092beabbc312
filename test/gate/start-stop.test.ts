/**
 * What the gate leaves behind.
 *
 * Mutations that turn this file red, each tried by hand:
 * - gate.ts, listeners without the signal: "a census"
 * - gate.ts, `start` without the question whether it runs: "a census"
 * - gate.ts, `stop` forgets neither topologies' peers nor connections, gated-topology.ts, `onConnect` without the
 *   question whether there is a connection: "under a live connection"
 * - gate.ts, `#closed` does not tell topologies, peer-connections.ts, `delete` deletes nothing: "nothing is
 *   remembered"
 * - peer-connections.ts, `add` takes connections that have ended: "before anybody heard of it"
 */
import { expect, test, vi } from 'vitest'
import { PeerConnections } from '../../src/gate/peer-connections.ts'
import { APP, connect, eventually, gatedNode, say, stockNode } from './nodes.ts'
import type { GatedServices } from './nodes.ts'
import type { Libp2p } from '@libp2p/interface'

const EVENTS = ['connection:open', 'connection:close', 'peer:disconnect', 'peer:identify']

const census = (node: Libp2p<GatedServices>): number[] =>
  EVENTS.map((name) => node.services.gate.components.events.listenerCount(name))

test('a census of listeners, deadlines and held streams is the same after every stop', async () => {
  const ours = await gatedNode()
  const { gate, clock } = ours.services.gate
  gate.stop()
  const stopped = census(ours)

  for (let i = 0; i < 100; i++) {
    gate.start()
    gate.start()
    expect(census(ours)[0]).toBe((stopped[0] ?? 0) + 1)
    expect(census(ours)[1]).toBe((stopped[1] ?? 0) + 1)
    gate.stop()
    gate.stop()
    expect(census(ours)).toEqual(stopped)
  }
  expect({ held: gate.counts.held, deadlines: clock.pending }).toEqual({ held: 0, deadlines: 0 })
})

test('a node that is restarted is gated as before', async () => {
  const ours = await gatedNode()
  const stock = await stockNode()
  let calls = 0
  const told: string[] = []
  await ours.handle(APP, () => void calls++)
  await stock.handle(APP, () => {})
  await ours.register(APP, {
    onConnect: () => void told.push('connect')
  })

  for (let run = 1; run <= 3; run++) {
    const { local } = await connect(stock, ours)
    await say(local, APP, 'hello')
    await eventually(() => expect(ours.services.gate.gate.counts.refusedInbound).toBe(run))
    ours.services.gate.authorize(stock.peerId)
    await say(local, APP, 'hello')
    await eventually(() => expect(calls).toBe(run))
    await eventually(() => expect(told).toHaveLength(run))
    await ours.stop()
    ours.services.gate.standings.clear()
    expect([...ours.services.gate.gate.registrar.topologies].map(({ size }) => size)).toEqual([0])
    await ours.start()
  }
})

test('a gate that is stopped under a live connection remembers nothing of it, and starts afresh', async () => {
  const ours = await gatedNode()
  const stock = await stockNode()
  const { gate } = ours.services.gate
  await stock.handle(APP, () => {})
  await ours.register(APP, {})
  const sizes = (): number[] => [...gate.registrar.topologies].map(({ size }) => size)
  const { local } = await connect(ours, stock)
  await eventually(() => expect(sizes()).toEqual([1]))

  gate.stop()
  expect(sizes()).toEqual([0])
  await local.close()
  await eventually(() => expect(ours.getConnections()).toEqual([]))
  gate.start()
  // gossipsub calls topologies itself, with whatever connection it has
  for (const topology of gate.registrar.getTopologies(APP)) {
    await topology.onConnect?.(stock.peerId, local)
  }
  expect(sizes()).toEqual([0])

  await connect(ours, stock)
  await eventually(() => expect(sizes()).toEqual([1]))
})

test('nothing is remembered of a peer whose connections have ended', async () => {
  const forgotten = vi.spyOn(PeerConnections.prototype, 'delete')
  const ours = await gatedNode()
  const stock = await stockNode()
  await stock.handle(APP, () => {})
  await ours.register(APP, {})
  const topologies = (): number[] =>
    [...ours.services.gate.gate.registrar.topologies].map(({ size }) => size)

  for (let i = 0; i < 20; i++) {
    const { local } = await connect(ours, stock)
    const second = await connect(ours, stock, { force: true })
    await eventually(() => expect(topologies()).toEqual([1]))
    if (i % 2 === 0) ours.services.gate.authorize(stock.peerId)
    local.abort(new Error('gone'))
    await second.local.close()
    await eventually(() => expect(topologies()).toEqual([0]))
    ours.services.gate.deauthorize(stock.peerId)
    expect(topologies()).toEqual([0])
  }

  const results = forgotten.mock.results.map(({ value }) => value as boolean)
  expect(results.filter(Boolean)).toHaveLength(20)
  expect(results).toHaveLength(40)
})

test('a connection that has ended before anybody heard of it is not remembered', async () => {
  const ours = await gatedNode()
  const stock = await stockNode()
  const { local } = await connect(ours, stock)
  await local.close()
  await eventually(() => expect(ours.getConnections()).toEqual([]))
  const connections = new PeerConnections()

  connections.add(local)

  expect(connections.has(stock.peerId.toString())).toBe(false)
  expect(connections.delete(local)).toBe(false)
})
