/**
 * A peer that ceases to be authorized.
 *
 * Mutations that turn this file red, each tried by hand:
 * - gate.ts, `deauthorized` aborts only inbound or only outbound streams: "every gated stream"
 * - gate.ts, `deauthorized` aborts open protocols too: "streams of open protocols"
 * - gate.ts, `deauthorized` after a tick (`queueMicrotask`): "in the same tick"
 * - peer-connections.ts, `streams` of the newest connection only: "two connections"
 */
import { expect, test } from 'vitest'
import { APP, connect, eventually, fence, gatedNode, stockNode } from './nodes.ts'
import type { Connection, Stream } from '@libp2p/interface'

const PING = '/ipfs/ping/1.0.0'

const gated = (connection: Connection): Stream[] =>
  connection.streams.filter(({ protocol }) => protocol === APP)

test('every gated stream is reset in the same tick, in and out; streams of open protocols and the connection stay', async () => {
  const ours = await gatedNode()
  const stock = await stockNode()
  const handled: Stream[] = []
  await ours.handle(APP, (stream) => void handled.push(stream))
  await stock.handle(APP, () => {})
  const { local, remote } = await connect(stock, ours)
  ours.services.gate.authorize(stock.peerId)
  const inbound = [await local.newStream(APP), await local.newStream(APP)]
  const outbound = [await remote.newStream(APP), await remote.newStream(APP)]
  const ping = await remote.newStream(PING)
  await eventually(() => expect(handled).toHaveLength(2))
  expect(gated(remote)).toHaveLength(4)

  ours.services.gate.deauthorize(stock.peerId)

  for (const stream of [...handled, ...outbound]) expect(stream.status).toBe('aborted')
  expect(gated(remote)).toEqual([])
  expect(ours.services.gate.gate.counts.revoked).toBe(4)
  expect(ping.status).toBe('open')

  await eventually(() => expect(inbound.map(({ status }) => status)).toEqual(['reset', 'reset']))
  await fence(stock, ours)
  expect(gated(local)).toEqual([])
  expect([local.status, remote.status]).toEqual(['open', 'open'])
})

test('on two connections of one peer, and authorization carries over both', async () => {
  const ours = await gatedNode()
  const stock = await stockNode()
  const handled: Stream[] = []
  await ours.handle(APP, (stream) => void handled.push(stream))
  const first = await connect(stock, ours)
  const second = await connect(stock, ours, { force: true })
  expect(second.remote).not.toBe(first.remote)
  ours.services.gate.authorize(stock.peerId)
  await first.local.newStream(APP)
  await second.local.newStream(APP)
  await eventually(() => expect(handled).toHaveLength(2))

  ours.services.gate.deauthorize(stock.peerId)

  expect(handled.map(({ status }) => status)).toEqual(['aborted', 'aborted'])
  expect([...gated(first.remote), ...gated(second.remote)]).toEqual([])

  // one connection ends: the other is still tracked
  ours.services.gate.authorize(stock.peerId)
  await first.local.close()
  await eventually(() => expect(ours.getConnections(stock.peerId)).toEqual([second.remote]))
  await second.local.newStream(APP)
  await eventually(() => expect(handled).toHaveLength(3))
  ours.services.gate.deauthorize(stock.peerId)
  expect(handled.at(-1)?.status).toBe('aborted')
})

test('no peer but the one that was meant', async () => {
  const ours = await gatedNode()
  const handled: Stream[] = []
  await ours.handle(APP, (stream) => void handled.push(stream))
  const nodes = [await stockNode(), await stockNode()]
  for (const node of nodes) {
    const { local } = await connect(node, ours)
    ours.services.gate.authorize(node.peerId)
    await local.newStream(APP)
  }
  await eventually(() => expect(handled).toHaveLength(2))

  const [first] = nodes
  if (first !== undefined) ours.services.gate.deauthorize(first.peerId)

  expect(handled.map(({ status }) => status)).toEqual(['aborted', 'open'])
})

test('no handler starts once deauthorized has returned, however many streams are on their way', async () => {
  const ours = await gatedNode()
  const stock = await stockNode()
  let authorized = true
  const late: number[] = []
  let calls = 0
  await ours.handle(
    APP,
    (stream) => {
      calls++
      if (!authorized) late.push(calls)
      stream.abort(new Error('served'))
    },
    { maxInboundStreams: 1_000 }
  )
  const { local } = await connect(stock, ours)

  for (let round = 0; round < 50; round++) {
    authorized = true
    ours.services.gate.authorize(stock.peerId)
    const before = calls
    const streams = Promise.all(Array.from({ length: 5 }, async () => local.newStream(APP)))
    await eventually(() => expect(calls).toBeGreaterThan(before))
    authorized = false
    ours.services.gate.deauthorize(stock.peerId)
    await streams
    await fence(stock, ours)
  }

  expect(late).toEqual([])
  expect(calls).toBeGreaterThanOrEqual(50)
})

test('for a peer that nobody has heard of nothing happens', async () => {
  const ours = await gatedNode()
  const stock = await stockNode()

  ours.services.gate.deauthorize(stock.peerId)
  ours.services.gate.settle(stock.peerId)
  ours.services.gate.authorize(stock.peerId)

  expect(ours.services.gate.gate.counts).toEqual({
    refusedInbound: 0,
    refusedOutbound: 0,
    held: 0,
    delivered: 0,
    heldDropped: 0,
    revoked: 0,
    flooded: 0
  })
})
