/** Law "settle": `stop()` at any moment; it leaves no deadline, listener, stream or pending promise. */
import { memory } from '@libp2p/memory'
import { describe, expect, it } from 'vitest'
import { realClock } from '../../src/real-clock.ts'
import { addressOf, authorize, eventsOf, ourNode, states, streamsWith } from './nodes.ts'
import { rawPeer, shakeHands } from './raw-peer.ts'
import { TextHandshake } from '../../src/testing/text-handshake.ts'
import { eventually, failure, within } from './waiting.ts'
import type { HeapClock } from '../../src/heap-clock.ts'
import type { OurNode } from './nodes.ts'
import type { RawPeer } from './raw-peer.ts'
import type { Stream, Transport } from '@libp2p/interface'
import type { MemoryTransportComponents } from '@libp2p/memory'

/** Milliseconds of real time in which stop() is over. */
const STOP = 2_000

const NODE_EVENTS = [
  'connection:open',
  'connection:close',
  'peer:connect',
  'peer:disconnect',
  'peer:discovery',
  'peer:update',
  'peer:identify'
] as const

interface Stage {
  node: OurNode
  clock: HeapClock
  handshake: TextHandshake
  peer: RawPeer
  /** Listeners on the node's events, before it was started. */
  listeners: number[]
}

const listenersOf = (node: OurNode): number[] =>
  NODE_EVENTS.map((name) => eventsOf(node).listenerCount(name))

/** A transport whose dials find nobody, and nothing out, until they are called off. */
function hanging(): (components: MemoryTransportComponents) => Transport {
  return (components) => {
    const transport = memory()(components)
    transport.dial = async (_address, { signal }) =>
      new Promise((_resolve, reject) => {
        signal.addEventListener('abort', () => reject(signal.reason as Error))
      })
    return transport
  }
}

async function stage(options: Parameters<typeof ourNode>[1] = {}): Promise<Stage> {
  const clock = realClock() as HeapClock
  const handshake = new TextHandshake()
  const node = await ourNode({ clock, handshake }, { ...options, start: false })
  const listeners = listenersOf(node)
  await node.start()
  return { node, clock, handshake, peer: await rawPeer(), listeners }
}

/** Stops the node and counts what is left. */
async function stopped({ node, clock, peer, listeners }: Stage): Promise<void> {
  const streams: Stream[] = streamsWith(node, peer.node)
  await within(Promise.resolve(node.stop()), STOP)
  expect(clock.size).toBe(0)
  expect(listenersOf(node)).toEqual(listeners)
  for (const stream of streams) expect(stream.status).not.toBe('open')
  const { slots, tracked, mode, gate } = node.services.peers.status()
  expect({ slots, tracked, mode, held: gate.held }).toEqual({
    slots: [],
    tracked: 0,
    mode: 'stopped',
    held: 0
  })
  await eventually(() => expect(streamsWith(peer.node, node)).toEqual([]))
}

const STOPPED = { name: 'PeerRejectedError', reason: 'stopped', by: 'local' }

describe('stop(), row G4', () => {
  it('while nothing happens', async () => {
    await stopped(await stage())
  })

  it('while a dial is under way', async () => {
    const scene = await stage({ transports: [hanging()] })
    const attempt = failure(scene.node.services.peers.connect(addressOf(scene.peer.node)))
    await eventually(() => expect(scene.node.services.peers.status().peers.dialing).toBe(1))
    await stopped(scene)
    expect(await attempt).toMatchObject(STOPPED)
  })

  it('while our handshake waits for the peer', async () => {
    const scene = await stage()
    const attempt = failure(scene.node.services.peers.connect(addressOf(scene.peer.node)))
    await (await scene.peer.accept()).hear()
    await stopped(scene)
    expect(await attempt).toMatchObject(STOPPED)
  })

  it.each(['hello', 'verify'] as const)('while %s() is under way', async (name) => {
    const scene = await stage()
    const called = Promise.withResolvers<void>()
    const answer = Promise.withResolvers<never>()
    scene.handshake[name] = () => (called.resolve(), answer.promise as never)
    const connection = await scene.peer.node.dial(addressOf(scene.node))
    const script = await scene.peer.open(connection)
    script.say({
      type: 'hello',
      nonce: new Uint8Array(32).fill(1),
      payload: new Uint8Array(1),
      intent: 'promote'
    })
    await within(called.promise)
    await stopped(scene)
    answer.resolve(new Uint8Array(1) as never)
  })

  it('while a goodbye waits to be heard', async () => {
    const scene = await stage()
    await shakeHands(scene.peer, await scene.peer.node.dial(addressOf(scene.node)))
    await eventually(() => expect(scene.node.services.peers.status().peers.authorized).toBe(1))
    const left = scene.node.services.peers.disconnect(scene.peer.node.peerId)
    const script = await scene.peer.accept()
    expect(await script.hear()).toMatchObject({ type: 'goodbye' })
    await stopped(scene)
    await within(left)
  })

  it('while a peer is authorized that hears no goodbye', async () => {
    const scene = await stage()
    await shakeHands(scene.peer, await scene.peer.node.dial(addressOf(scene.node)))
    await eventually(() => expect(scene.node.services.peers.status().peers.authorized).toBe(1))
    await stopped(scene)
  })

  it('while an update is being judged, here and there', async () => {
    const scene = await stage()
    await shakeHands(scene.peer, await scene.peer.node.dial(addressOf(scene.node)))
    await eventually(() => expect(scene.node.services.peers.status().peers.authorized).toBe(1))
    const refreshed = scene.node.services.peers.refresh()
    await (await scene.peer.accept()).hear()
    const called = Promise.withResolvers<void>()
    scene.handshake.judge = () => (called.resolve(), new Promise(() => {}))
    const [connection] = scene.peer.node.getConnections()
    if (connection === undefined) throw new Error('Not connected')
    const script = await scene.peer.open(connection)
    script.say({ type: 'update', payload: new Uint8Array(1) })
    await within(called.promise)
    await stopped(scene)
    await within(refreshed)
  })

  it('right after start(), and twice', async () => {
    const { node, clock } = await stage()
    await within(Promise.all([node.stop(), node.stop()]), STOP)
    await within(Promise.resolve(node.stop()), STOP)
    expect(clock.size).toBe(0)
  })
})

describe('start(), row G5', () => {
  it('again and again: every time as if it were the first', async () => {
    const scene = await stage()
    const other = await ourNode({ handshake: new TextHandshake(), random: () => 0 })
    let running: number[] | undefined
    for (let round = 1; round <= 5; round++) {
      await authorize(scene.node, other)
      expect(states(scene.node, other)).toEqual(['authorized', 'authorized'])
      running ??= listenersOf(scene.node)
      expect(listenersOf(scene.node)).toEqual(running)
      await stopped(scene)
      await eventually(() =>
        expect(other.services.peers.isAuthorized(scene.node.peerId)).toBe(false)
      )
      await scene.node.start()
    }
    expect(scene.node.services.peers.status().mode).toBe('filling')
  })

  it('bans outlive it, slots and peers do not', async () => {
    const scene = await stage()
    scene.node.services.peers.ban(scene.peer.node.peerId)
    await stopped(scene)
    await scene.node.start()
    const error = await failure(scene.node.services.peers.connect(addressOf(scene.peer.node)))
    expect(error).toMatchObject({ reason: 'banned', by: 'local' })
  })
})
