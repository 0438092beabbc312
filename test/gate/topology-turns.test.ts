/** What a topology of a gated protocol hears, turn by turn, on a node that is not there. */
import { expect, it } from 'vitest'
import { idOf, newGate } from './gate-scene.ts'
import type { GatedTopology } from '../../src/gate/gated-topology.ts'

/** A gate with a topology of a gated protocol, and all that it has heard. */
async function watched() {
  const scene = newGate()
  const { gate } = scene
  const heard: string[] = []
  await gate.registrar.register('/app', {
    onConnect: (peer) => void heard.push(`+${peer.toString()}`),
    onDisconnect: (peer) => void heard.push(`-${peer.toString()}`)
  })
  const [topology] = gate.registrar.topologies as Iterable<GatedTopology> as GatedTopology[]
  if (topology === undefined) throw new Error('Expected a topology, got none')
  const enter = (peer: string) => {
    scene.standings.set(peer, 'authorized')
    gate.authorized(idOf(peer))
  }
  const leave = (peer: string) => {
    scene.standings.set(peer, 'closed')
    gate.deauthorized(idOf(peer))
  }
  return { ...scene, heard, topology, enter, leave }
}

it('hears of a peer that it knows when it is authorized, and when it is no more, time and again', async () => {
  const { gate, connect, heard, topology, enter, leave } = await watched()
  gate.start()
  const { connection } = connect('p')
  await topology.onConnect(idOf('p'), connection)
  expect([heard, topology.size]).toEqual([[], 1])
  enter('p')
  leave('p')
  enter('p')
  // identified once more: without a filter of its own it is told again, as libp2p does
  await topology.onConnect(idOf('p'), connection)
  expect(heard).toEqual(['+p', '-p', '+p', '+p'])
  leave('q')
  expect(heard).toHaveLength(4)
})

it('hears of the end with the last connection of a peer, if it had heard of the peer', async () => {
  const { gate, connect, heard, topology, enter } = await watched()
  gate.start()
  const [first, second, other] = [connect('p'), connect('p'), connect('q')]
  await topology.onConnect(idOf('p'), first.connection)
  await topology.onConnect(idOf('q'), other.connection)
  enter('p')
  first.closes()
  expect([heard, topology.size]).toEqual([['+p'], 2])
  second.closes()
  other.closes()
  expect([heard, topology.size]).toEqual([['+p', '-p'], 0])
  second.closes()
  expect(heard).toEqual(['+p', '-p'])
})

it('knows nobody when the gate has stopped, and hears of nobody who is identified then', async () => {
  const { gate, connect, heard, topology, enter } = await watched()
  gate.start()
  const { connection, closes } = connect('p')
  await topology.onConnect(idOf('p'), connection)
  enter('p')
  gate.stop()
  expect([heard, topology.size]).toEqual([['+p'], 0])
  await topology.onConnect(idOf('p'), connection)
  closes()
  expect([heard, topology.size]).toEqual([['+p'], 0])
})
