/**
 * Streams that arrive while our handshake with the peer is running.
 *
 * Mutations that turn this file red, each tried by hand (held-streams.ts unless said otherwise):
 * - stream-doors.ts, `#mayWait` always false: "60 of 60"
 * - stream-doors.ts, `#wait` without asking again: "a verdict that is taken back"
 * - `hasRoom` without the cap per peer, without the cap of the node: "a flood of one peer", "a flood of many"
 * - no deadline: "no longer than the deadline"
 * - no 'close' listener: "given up by the remote"
 * - no `pause`: "a remote that sends without end"
 * - `letRead` without the second announcement: "half-closed before its delivery"
 * - gate.ts, `settled` does nothing, `stop` without `dropAll`: "settled without authorization", "stop"
 */
import { expect, test } from 'vitest'
import {
  APP,
  HOLD_TIMEOUT,
  connect,
  eventually,
  fence,
  gatedNode,
  readAll,
  say,
  stockNode
} from './nodes.ts'
import type { GatedServices, TestGateOptions } from './nodes.ts'
import type { Connection, Libp2p } from '@libp2p/interface'

const many = { maxInboundStreams: 1_000, maxOutboundStreams: 1_000 }

/** A gated node that answers every stream with what it read, and the texts it has read. */
async function echo(gate: TestGateOptions = {}): Promise<{
  node: Libp2p<GatedServices>
  heard: string[]
}> {
  const node = await gatedNode({}, { gate })
  const heard: string[] = []
  await node.handle(
    APP,
    async (stream) => {
      const text = await readAll(stream)
      heard.push(text)
      stream.send(new TextEncoder().encode(text))
      await stream.close()
    },
    many
  )
  return { node, heard }
}

test('60 of 60 early streams are delivered with their bytes, and answered', async () => {
  const { node, heard } = await echo({ maxHeldPerPeer: 60 })
  const stock = await stockNode()
  const { local } = await connect(stock, node)
  const { gate } = node.services.gate
  const texts = Array.from({ length: 60 }, (_, i) => `early ${i}`)

  node.services.gate.await(stock.peerId)
  const streams = await Promise.all(texts.map(async (text) => say(local, APP, text)))
  await eventually(() => expect(gate.counts.held).toBe(60))
  await fence(stock, node)
  expect(heard).toEqual([])

  const answers = Promise.all(streams.map(readAll))
  node.services.gate.authorize(stock.peerId)

  expect((await answers).toSorted()).toEqual(texts.toSorted())
  expect(heard.toSorted()).toEqual(texts.toSorted())
  expect(gate.counts).toMatchObject({ held: 0, delivered: 60, heldDropped: 0, refusedInbound: 0 })
  expect(node.services.gate.clock.pending).toBe(0)
})

test.for(['', 'x', 'x'.repeat(100_000)])(
  'a stream that the remote has half-closed before its delivery still ends for its reader (%#)',
  async (text) => {
    const { node, heard } = await echo()
    const stock = await stockNode()
    const { local, remote } = await connect(stock, node)
    node.services.gate.await(stock.peerId)

    const stream = await say(local, APP, text)
    await eventually(() => {
      const held = remote.streams.find(({ protocol }) => protocol === APP)
      expect(held?.remoteWriteStatus).toBe('closed')
      expect(held?.readStatus).toBe('paused')
    })
    node.services.gate.authorize(stock.peerId)

    expect(await readAll(stream)).toBe(text)
    expect(heard).toEqual([text])
    await eventually(() => expect(stream.status).toBe('closed'))
  }
)

test('a stream whose remote goes on after its delivery is an ordinary stream', async () => {
  const { node, heard } = await echo()
  const stock = await stockNode()
  const { local } = await connect(stock, node)
  node.services.gate.await(stock.peerId)

  const stream = await local.newStream(APP)
  stream.send(new TextEncoder().encode('before '))
  await eventually(() => expect(node.services.gate.gate.counts.held).toBe(1))
  node.services.gate.authorize(stock.peerId)
  await fence(stock, node)
  stream.send(new TextEncoder().encode('after'))
  await stream.close()

  expect(await readAll(stream)).toBe('before after')
  expect(heard).toEqual(['before after'])
})

test('a flood of one peer: four streams are held, the rest is reset, and the four are delivered', async () => {
  const { node, heard } = await echo()
  const stock = await stockNode()
  const { local } = await connect(stock, node)
  const { counts } = node.services.gate.gate
  node.services.gate.await(stock.peerId)

  const streams = await Promise.all(
    Array.from({ length: 100 }, async () => say(local, APP, 'flood'))
  )

  await eventually(() => expect(counts.refusedInbound).toBe(96))
  expect(counts.held).toBe(4)
  await eventually(() =>
    expect(streams.filter(({ status }) => status === 'reset')).toHaveLength(96)
  )
  node.services.gate.authorize(stock.peerId)
  await eventually(() => expect(heard).toHaveLength(4))
  expect(counts).toMatchObject({ held: 0, delivered: 4, heldDropped: 0, refusedInbound: 96 })
})

test('a flood of many peers: the node holds as many as it may, and a place that is given up is free', async () => {
  const { node } = await echo({ maxHeld: 5 })
  const { counts } = node.services.gate.gate
  const peers: Array<[Libp2p, Connection]> = []
  for (let i = 0; i < 3; i++) {
    const stock = await stockNode()
    peers.push([stock, (await connect(stock, node)).local])
    node.services.gate.await(stock.peerId)
  }

  for (const [, connection] of peers) {
    for (let i = 0; i < 3; i++) await say(connection, APP, 'flood')
  }
  await eventually(() => expect(counts.refusedInbound).toBe(4))
  expect(counts.held).toBe(5)

  const [first] = peers
  if (first === undefined) throw new Error('No peers')
  node.services.gate.settle(first[0].peerId)
  expect(counts).toMatchObject({ held: 2, heldDropped: 3 })
  node.services.gate.await(first[0].peerId)
  await say(first[1], APP, 'again')
  await eventually(() => expect(counts.held).toBe(3))
})

test('a remote that sends without end while it is held is stopped by the window of 256 KiB', async () => {
  const { node } = await echo()
  const stock = await stockNode()
  const { local, remote } = await connect(stock, node)
  node.services.gate.await(stock.peerId)
  const window = 256 * 1024

  const stream = await local.newStream(APP)
  stream.send(new Uint8Array(4 * window))
  await eventually(() => expect(node.services.gate.gate.counts.held).toBe(1))
  const held = remote.streams.find(({ protocol }) => protocol === APP)
  await eventually(() => expect(held?.readBufferLength).toBeGreaterThan(window / 2))
  await fence(stock, node)

  expect(held?.readBufferLength).toBeLessThanOrEqual(window)
  expect(stream.writeBufferLength).toBeGreaterThanOrEqual(3 * window)
  expect(held?.status).toBe('open')
})

test('a stream is held no longer than the deadline', async () => {
  const { node, heard } = await echo()
  const stock = await stockNode()
  const { local } = await connect(stock, node)
  const { clock, gate } = node.services.gate
  node.services.gate.await(stock.peerId)
  const stream = await say(local, APP, 'waiting')
  await eventually(() => expect(gate.counts.held).toBe(1))

  clock.advance(HOLD_TIMEOUT - 1)
  await fence(stock, node)
  expect(stream.status).toBe('open')
  clock.advance(1)

  expect(gate.counts).toMatchObject({ held: 0, heldDropped: 1, delivered: 0 })
  await eventually(() => expect(stream.status).toBe('reset'))
  node.services.gate.authorize(stock.peerId)
  await fence(stock, node)
  expect(heard).toEqual([])
})

test('held streams are reset in the same tick when the handshake is settled without authorization', async () => {
  const { node, heard } = await echo()
  const stock = await stockNode()
  const { local, remote } = await connect(stock, node)
  node.services.gate.await(stock.peerId)
  const stream = await say(local, APP, 'waiting')
  await eventually(() => expect(node.services.gate.gate.counts.held).toBe(1))

  node.services.gate.settle(stock.peerId)

  expect(remote.streams.filter(({ protocol }) => protocol === APP)).toEqual([])
  expect(node.services.gate.clock.pending).toBe(0)
  await eventually(() => expect(stream.status).toBe('reset'))
  expect(heard).toEqual([])
})

test('a verdict that is taken back in the same tick delivers nothing', async () => {
  const { node, heard } = await echo()
  let passed = 0
  node.use(APP, (stream, connection, next) => {
    passed++
    next(stream, connection)
  })
  const stock = await stockNode()
  const { local } = await connect(stock, node)
  node.services.gate.await(stock.peerId)
  const stream = await say(local, APP, 'waiting')
  await eventually(() => expect(node.services.gate.gate.counts.held).toBe(1))

  node.services.gate.authorize(stock.peerId)
  node.services.gate.deauthorize(stock.peerId)

  await eventually(() => expect(stream.status).toBe('reset'))
  await fence(stock, node)
  expect({ heard, passed }).toEqual({ heard: [], passed: 0 })
})

test('authorized() for a peer whose standing says otherwise delivers nothing', async () => {
  const { node, heard } = await echo()
  const stock = await stockNode()
  const { local } = await connect(stock, node)
  node.services.gate.await(stock.peerId)
  await say(local, APP, 'waiting')
  await eventually(() => expect(node.services.gate.gate.counts.held).toBe(1))

  node.services.gate.gate.authorized(stock.peerId)
  await fence(stock, node)
  expect(node.services.gate.gate.counts.held).toBe(1)
  expect(heard).toEqual([])
})

test.for(['stream', 'connection'] as const)(
  'a stream that is given up by the remote leaves nothing behind; it aborts the %s',
  async (what) => {
    const { node, heard } = await echo()
    const stock = await stockNode()
    const { local } = await connect(stock, node)
    const { clock, gate } = node.services.gate
    node.services.gate.await(stock.peerId)
    const stream = await say(local, APP, 'never mind')
    await eventually(() => expect(gate.counts.held).toBe(1))

    const given = what === 'stream' ? stream : local
    given.abort(new Error('as intended'))

    await eventually(() => expect(gate.counts.held).toBe(0))
    expect(gate.counts.heldDropped).toBe(1)
    expect(clock.pending).toBe(0)
    node.services.gate.authorize(stock.peerId)
    expect(heard).toEqual([])
  }
)

test('stop resets what is held and takes the deadlines back', async () => {
  const { node, heard } = await echo()
  const stock = await stockNode()
  const { local } = await connect(stock, node)
  node.services.gate.await(stock.peerId)
  const stream = await say(local, APP, 'waiting')
  await eventually(() => expect(node.services.gate.gate.counts.held).toBe(1))

  node.services.gate.gate.stop()

  expect(node.services.gate.gate.counts.held).toBe(0)
  expect(node.services.gate.clock.pending).toBe(0)
  await eventually(() => expect(stream.status).toBe('reset'))
  await say(local, APP, 'still pending, but the gate is not started')
  await fence(stock, node)
  expect(node.services.gate.gate.counts.held).toBe(0)
  expect(heard).toEqual([])
})
