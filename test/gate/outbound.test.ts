/**
 * Streams that this node opens.
 *
 * Mutations that turn this file red, each tried by hand:
 * - gate.ts, `#opened` does not guard: "fails at once"
 * - gate.ts, `start` without the connections that exist already: "open before the gate was started"
 * - gated-connection.ts, no second question after the await: "while its stream is being opened"
 * - gated-connection.ts, a list is not narrowed: "a list of protocols"
 * - stream-doors.ts, `middleware` lets outbound streams through: "second line of defence"
 * - stream-doors.ts, `#mayWait` for outbound streams too: "second line of defence" with a pending peer
 */
import { expect, test, vi } from 'vitest'
import { APP, connect, eventually, fence, gatedNode, say, stockNode } from './nodes.ts'
import type { Connection, Libp2pEvents, Stream } from '@libp2p/interface'
import type { TypedEventTarget } from 'main-event'

const PING = '/ipfs/ping/1.0.0'
const refused = expect.objectContaining({ name: 'PeerNotAuthorizedError' })

/** A remote that counts the streams its muxer sees and the calls of its handler. */
async function remoteNode() {
  const node = await stockNode()
  const seen = { handled: 0, streams: 0 }
  await node.handle(APP, () => void seen.handled++)
  node.addEventListener('connection:open', ({ detail }) => {
    const muxer: EventTarget = Reflect.get(detail, 'muxer')
    muxer.addEventListener('stream', () => void seen.streams++)
  })
  return { node, seen }
}

test.for(['closed', 'pending'] as const)(
  'an outbound stream with a peer that is %s fails at once, with nothing on the wire',
  async (standing) => {
    const ours = await gatedNode()
    const { node: stock, seen } = await remoteNode()
    const { local } = await connect(ours, stock)
    ours.services.gate.standings.set(stock.peerId.toString(), standing)
    await fence(ours, stock)
    const before = seen.streams
    const streams = local.streams.length

    await expect(local.newStream(APP)).rejects.toEqual(refused)
    await expect(local.newStream([APP])).rejects.toEqual(refused)
    await expect(ours.dialProtocol(stock.peerId, APP)).rejects.toEqual(refused)
    await expect(ours.dialProtocol(stock.getMultiaddrs(), [APP, '/other'])).rejects.toEqual(refused)
    expect(local.streams).toHaveLength(streams)

    await ours.services.ping.ping(stock.peerId)
    expect(seen).toEqual({ handled: 0, streams: before + 1 })
    expect(ours.services.gate.gate.counts.refusedOutbound).toBe(4)
    expect(local.status).toBe('open')
  }
)

test('an outbound stream with an authorized peer is opened', async () => {
  const ours = await gatedNode()
  const { node: stock, seen } = await remoteNode()
  const { local } = await connect(ours, stock)
  ours.services.gate.authorize(stock.peerId)

  for (let i = 0; i < 10; i++) await say(local, APP, 'hello')
  const stream = await ours.dialProtocol(stock.peerId, ['/other', APP])

  expect(stream.protocol).toBe(APP)
  await eventually(() => expect(seen.handled).toBe(11))
  expect(ours.services.gate.gate.counts.refusedOutbound).toBe(0)
})

test('of a list of protocols the open ones are left', async () => {
  const ours = await gatedNode()
  const { node: stock, seen } = await remoteNode()
  const { local } = await connect(ours, stock)

  const stream = await local.newStream([APP, PING])
  expect(stream.protocol).toBe(PING)
  stream.abort(new Error('no more of it'))
  await fence(ours, stock)
  expect(seen.handled).toBe(0)

  ours.services.gate.authorize(stock.peerId)
  expect((await local.newStream([APP, PING])).protocol).toBe(APP)
})

test('what libp2p has to say about the stream itself comes through', async () => {
  const ours = await gatedNode()
  const { node: stock } = await remoteNode()
  const { local } = await connect(ours, stock)
  ours.services.gate.authorize(stock.peerId)

  await expect(local.newStream('/nobody/1.0.0')).rejects.toMatchObject({
    name: 'UnsupportedProtocolError'
  })
  await expect(
    local.newStream(APP, { signal: AbortSignal.abort(new Error('as intended')) })
  ).rejects.toThrow('as intended')
  await local.close()
  await expect(local.newStream(APP)).rejects.toMatchObject({ name: 'ConnectionClosedError' })
})

test.for(['closed', 'authorized'] as const)(
  'a peer that is deauthorized while its stream is being opened gets none; it is %s again by then',
  async (then) => {
    const ours = await gatedNode()
    const { node: stock } = await remoteNode()
    const opening = Promise.withResolvers<Stream>()
    const release = Promise.withResolvers<void>()
    ours.use(APP, async (stream, connection, next) => {
      opening.resolve(stream)
      await release.promise
      next(stream, connection)
    })
    const { local } = await connect(ours, stock)
    ours.services.gate.authorize(stock.peerId)

    const stream = local.newStream(APP)
    const raw = await opening.promise
    ours.services.gate.deauthorize(stock.peerId)
    expect(raw.status).toBe('aborted')
    if (then === 'authorized') ours.services.gate.authorize(stock.peerId)
    release.resolve()

    await expect(stream).rejects.toEqual(refused)
  }
)

test('a peer that is deauthorized before the protocol is negotiated gets no stream', async () => {
  const ours = await gatedNode()
  const { node: stock } = await remoteNode()
  const { local } = await connect(ours, stock)
  ours.services.gate.authorize(stock.peerId)

  const stream = local.newStream(APP)
  ours.services.gate.deauthorize(stock.peerId)

  await expect(stream).rejects.toEqual(refused)
  expect(local.streams.filter(({ protocol }) => protocol === APP)).toEqual([])
  expect(local.status).toBe('open')
})

test.for(['closed', 'pending'] as const)(
  'the middleware is the second line of defence, for a newStream that was taken before the guard; the peer is %s',
  async (standing) => {
    const taken: Array<Connection['newStream']> = []
    const early = (components: { events: TypedEventTarget<Libp2pEvents> }) => {
      components.events.addEventListener('connection:open', ({ detail }) => {
        taken.push(detail.newStream.bind(detail))
      })
      return {}
    }
    // constructed after the gate, and yet its listener, added in the constructor, is called before
    const ours = await gatedNode({ early })
    const { node: stock } = await remoteNode()
    const { local } = await connect(ours, stock)
    ours.services.gate.standings.set(stock.peerId.toString(), standing)
    expect(taken).toHaveLength(1)

    for (const newStream of taken) await expect(newStream(APP)).rejects.toEqual(refused)

    expect(local.streams.filter(({ protocol }) => protocol === APP)).toEqual([])
    expect(ours.services.gate.gate.counts).toMatchObject({ refusedOutbound: 1, held: 0 })
    ours.services.gate.authorize(stock.peerId)
    for (const newStream of taken) expect((await newStream(APP)).protocol).toBe(APP)
  }
)

test('connections that were open before the gate was started are guarded, once', async () => {
  const ours = await gatedNode()
  const { node: stock, seen } = await remoteNode()
  const { gate } = ours.services.gate
  gate.stop()
  const { local } = await connect(ours, stock)
  const unguarded: unknown = Reflect.get(local, 'newStream')
  gate.start()
  const guarded: unknown = Reflect.get(local, 'newStream')
  expect(guarded).not.toBe(unguarded)

  await fence(ours, stock)
  const before = seen.streams
  await expect(local.newStream(APP)).rejects.toEqual(refused)
  await ours.services.ping.ping(stock.peerId)
  expect(seen.streams).toBe(before + 1)

  gate.stop()
  gate.start()
  expect(Reflect.get(local, 'newStream')).toBe(guarded)
})

test('while the gate is not started nobody is authorized', async () => {
  const ours = await gatedNode()
  const { node: stock } = await remoteNode()
  const { local } = await connect(ours, stock)
  ours.services.gate.authorize(stock.peerId)
  await say(local, APP, 'hello')

  const standing = vi.spyOn(ours.services.gate.standings, 'get')
  ours.services.gate.gate.stop()
  await expect(local.newStream(APP)).rejects.toEqual(refused)
  expect(standing).not.toHaveBeenCalled()
})
