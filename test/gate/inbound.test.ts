/**
 * Inbound streams, against a stock node that knows nothing of the gate.
 *
 * Mutations that turn this file red, each tried by hand:
 * - stream-doors.ts, `#passes` whatever the standing: "a peer that is not authorized", and most others
 * - stream-doors.ts, `#passes` streams that this side has reset: "a handler never starts", authorized again
 * - stream-doors.ts, `guard` alone returns the handler: "a handler that was taken", "a handler never starts"
 * - gated-registrar.ts, `getMiddleware` returns the registered array: "a registered middleware", "an
 *   outbound stream"
 * - open-protocols.ts without ping: "identify and ping", "the connection monitor"
 */
import { expect, test } from 'vitest'
import { APP, connect, eventually, fence, gatedNode, say, stockNode } from './nodes.ts'
import type { StreamHandler } from '@libp2p/interface'

const many = { maxInboundStreams: 1_000, maxOutboundStreams: 1_000 }

test('identify and ping work with a peer that is not authorized', async () => {
  const ours = await gatedNode()
  const stock = await stockNode()
  const { local, remote } = await connect(stock, ours)

  expect(await stock.services.ping.ping(ours.peerId)).toBeGreaterThanOrEqual(0)
  expect(await ours.services.ping.ping(stock.peerId)).toBeGreaterThanOrEqual(0)
  expect([local.status, remote.status]).toEqual(['open', 'open'])
})

test('the connection monitor of a peer that is not authorized is content', async () => {
  const ours = await gatedNode()
  const stock = await stockNode({}, { connectionMonitor: { enabled: true, pingInterval: 100 } })
  const { local, remote } = await connect(stock, ours)

  // the monitor of libp2p closes a connection on which its ping fails
  await eventually(() => expect(local.rtt).toBeGreaterThan(0))
  await fence(ours, stock)
  expect([local.status, remote.status]).toEqual(['open', 'open'])
})

test('a peer that is not authorized never reaches a handler, and keeps its connection', async () => {
  const ours = await gatedNode()
  const stock = await stockNode()
  let calls = 0
  await ours.handle(APP, () => void calls++, many)
  const { local, remote } = await connect(stock, ours)

  const streams = await Promise.all(
    Array.from({ length: 100 }, async () => say(local, APP, 'let me in'))
  )

  await eventually(() => expect(ours.services.gate.gate.counts.refusedInbound).toBe(100))
  await eventually(() => {
    for (const stream of streams) expect(stream.status).toBe('reset')
  })
  await fence(stock, ours)
  expect(calls).toBe(0)
  expect(remote.streams.filter(({ protocol }) => protocol === APP)).toEqual([])
  expect([local.status, remote.status]).toEqual(['open', 'open'])
})

test('one call per stream: 100 streams of an authorized peer call the handler 100 times', async () => {
  const ours = await gatedNode()
  const stock = await stockNode()
  let calls = 0
  await ours.handle(APP, async (stream) => (calls++, await stream.close()), many)
  const { local } = await connect(stock, ours)
  ours.services.gate.authorize(stock.peerId)

  for (let i = 0; i < 100; i++) await say(local, APP, 'hello')

  await eventually(() => expect(calls).toBe(100))
  await fence(stock, ours)
  expect(calls).toBe(100)
})

test('a registered middleware runs once per stream, before the handler, and only for an authorized peer', async () => {
  const ours = await gatedNode()
  const stock = await stockNode()
  const steps: string[] = []
  await ours.handle(APP, () => void steps.push('handler'))
  ours.use(APP, (stream, connection, next) => {
    steps.push('middleware')
    next(stream, connection)
  })
  const { local } = await connect(stock, ours)

  await say(local, APP, 'not yet')
  await eventually(() => expect(ours.services.gate.gate.counts.refusedInbound).toBe(1))
  ours.services.gate.authorize(stock.peerId)
  for (let i = 0; i < 3; i++) await say(local, APP, 'now')

  await eventually(() => expect(steps).toHaveLength(6))
  await fence(stock, ours)
  expect(steps).toEqual(['middleware', 'handler', 'middleware', 'handler', 'middleware', 'handler'])
})

test('an outbound stream runs no inbound handler, however many inbound streams came before', async () => {
  const ours = await gatedNode()
  const stock = await stockNode()
  let ourCalls = 0
  let theirCalls = 0
  await ours.handle(APP, () => void ourCalls++, many)
  ours.use(APP, (stream, connection, next) => next(stream, connection))
  await stock.handle(APP, () => void theirCalls++, many)
  const { local, remote } = await connect(stock, ours)
  ours.services.gate.authorize(stock.peerId)

  for (let i = 0; i < 10; i++) await say(local, APP, 'in')
  await eventually(() => expect(ourCalls).toBe(10))
  for (let i = 0; i < 10; i++) await say(remote, APP, 'out')

  await eventually(() => expect(theirCalls).toBe(10))
  await fence(ours, stock)
  expect({ ourCalls, theirCalls }).toEqual({ ourCalls: 10, theirCalls: 10 })
})

test.for<[string, StreamHandler]>([
  [
    'throws',
    () => {
      throw new Error('as intended')
    }
  ],
  ['rejects', async () => Promise.reject(new Error('as intended'))]
])('a handler that %s harms its own stream only', async ([, fault]) => {
  const ours = await gatedNode()
  const stock = await stockNode()
  let calls = 0
  await ours.handle(APP, async (stream, connection) => {
    if (++calls === 1) return fault(stream, connection)
    await stream.close()
  })
  const { local } = await connect(stock, ours)
  ours.services.gate.authorize(stock.peerId)

  const first = await say(local, APP, 'first')
  await eventually(() => expect(first.status).toBe('reset'))
  const second = await say(local, APP, 'second')
  await eventually(() => expect(second.status).toBe('closed'))
  expect(calls).toBe(2)
})

test('a handler that was taken with getHandler asks for the standing itself', async () => {
  const ours = await gatedNode()
  const stock = await stockNode()
  let calls = 0
  await ours.handle(APP, () => void calls++)
  const { remote } = await connect(stock, ours)
  const { registrar } = ours.services.gate.components
  const stream = await remote.newStream('/ipfs/ping/1.0.0')

  expect(() => registrar.getHandler(APP).handler(stream, remote)).toThrow(
    expect.objectContaining({ name: 'PeerNotAuthorizedError' })
  )
  expect(stream.status).toBe('aborted')
  expect(calls).toBe(0)

  ours.services.gate.authorize(stock.peerId)
  await registrar.getHandler(APP).handler(await remote.newStream('/ipfs/ping/1.0.0'), remote)
  expect(calls).toBe(1)
})

test.for(['closed', 'authorized'] as const)(
  'a handler never starts after deauthorization, with a middleware in between; the peer is %s again by then',
  async (then) => {
    const ours = await gatedNode()
    const stock = await stockNode()
    let calls = 0
    const entered = Promise.withResolvers<void>()
    const release = Promise.withResolvers<void>()
    await ours.handle(APP, () => void calls++)
    ours.use(APP, async (stream, connection, next) => {
      entered.resolve()
      await release.promise
      next(stream, connection)
    })
    const { local } = await connect(stock, ours)
    ours.services.gate.authorize(stock.peerId)

    const stream = await say(local, APP, 'just in time')
    await entered.promise
    ours.services.gate.deauthorize(stock.peerId)
    if (then === 'authorized') ours.services.gate.authorize(stock.peerId)
    release.resolve()

    await eventually(() => expect(stream.status).toBe('reset'))
    await fence(stock, ours)
    expect(calls).toBe(0)
  }
)
