/** What peers say when everything has been said, and to what nobody asked for. */
import { expect, it } from 'vitest'
import { encodeMessage } from '../../src/handshake/messages.ts'
import { settled } from '../../src/testing/settled.ts'
import { CHAIN, PROTOCOL } from '../../src/testing/simulation/simulated-node.ts'
import { TextHandshake } from '../../src/testing/text-handshake.ts'
import { seconds, World } from './world.ts'
import type { Stream } from '@libp2p/interface'

const payload = new TextEncoder().encode(CHAIN)
const HELLO = encodeMessage({
  type: 'hello',
  nonce: new Uint8Array(32).fill(7),
  payload,
  intent: 'promote'
})
const ACCEPT = encodeMessage({ type: 'accept' })
const UPDATE = encodeMessage({ type: 'update', payload })

/** The peer opens a stream of the lifecycle protocol over its connection, and says so much at once. */
async function says(world: World, name: string, ...frames: Uint8Array[]): Promise<Stream> {
  const peer = world.peer(name)
  const connection = peer.connections[0] ?? (await peer.connect(world.node))
  const stream = await connection.newStream(PROTOCOL)
  for (const frame of frames) stream.send(frame)
  await settled()
  return stream
}

it('one word more than the last is a violation, and ends what was agreed on', async () => {
  const world = await World.create({ maxPeers: 3 })
  await says(world, 'i1', HELLO, ACCEPT, ACCEPT)
  expect(world.node.authorizations).toEqual([world.id('i1').toString()])
  expect(world.is('i1')).toBe('rejected.disconnected: protocol-violation')
  await world.rounds({ slots: 0 })
})

it('an update that the application cannot judge is a fault of ours, and ends what was agreed on', async () => {
  const handshake = new TextHandshake(CHAIN)
  const world = await World.create({ maxPeers: 3, handshake })
  const faults: unknown[] = []
  world.peers.addEventListener('peer:fault', ({ detail }) => void faults.push(detail))
  await world.rounds({ greeting: ['i1'], are: { i1: 'authorized' } })
  const error = new Error('no database')
  handshake.judge = () => {
    throw error
  }
  await says(world, 'i1', UPDATE)
  expect(faults).toEqual([{ peer: world.id('i1').toString(), source: 'verify', error }])
  await world.rounds({ are: { i1: 'rejected.connected: internal' }, slots: 0 })
})

it('garbage from an authorized peer is a violation', async () => {
  const world = await World.create({ maxPeers: 3 })
  await world.rounds({ greeting: ['i1'], are: { i1: 'authorized' } })
  await says(world, 'i1', new Uint8Array([0, 0]))
  await world.rounds({ are: { i1: 'rejected.disconnected: protocol-violation' }, slots: 0 })
})

it('a hello that is given up at once is no restart', async () => {
  const world = await World.create({ maxPeers: 3 })
  await world.rounds({ greeting: ['i1'], are: { i1: 'authorized' } })
  const stream = await world.peer('i1').connections[0]!.newStream(PROTOCOL)
  stream.send(HELLO)
  await stream.close()
  await settled()
  await world.rounds({ advance: seconds(10), are: { i1: 'authorized' }, slots: 1 })
})
