import { connect, createServer } from 'node:http2'
import { PassThrough } from 'node:stream'
import { queryObjects } from 'node:v8'
import { expect, it } from 'vitest'
import { serveGrpc } from '../../src/grpc/index.ts'
import { StreamDuplex } from '../../src/grpc/stream-duplex.ts'
import { authorize, connectionTo } from '../network/nodes.ts'
import { ManualClock } from '../../src/testing/manual-clock.ts'
import { eventually, within } from '../network/waiting.ts'
import { all, refusal } from './echo-service.ts'
import { WindowedStream } from './windowed-stream.ts'
import { GRPC, streamsOf, world } from './world.ts'
import type { World } from './world.ts'
import type { Stream, StreamHandler } from '@libp2p/interface'

const HOUR = 60 * 60_000
/** These take seconds, and more than thirty where the processor is shared. */
const LONG = { timeout: 120_000 }

it('10,000 calls leave one stream with one session, and close() leaves nothing', LONG, async () => {
  const clock = new ManualClock()
  const everything = await world({ serve: { clock }, call: { clock } })
  const { echo, service, served, transport } = everything
  const timersBefore = timers()
  let done = 0
  const caller = async (): Promise<void> => {
    while (done < 10_000) {
      done++
      if (done % 10 === 0) await all(echo.down({ count: 3, size: 10 }))
      else await echo.unary({}, { timeoutMs: 60_000 })
      // the record is not what is measured
      service.contexts.length = 0
      service.callers.length = 0
    }
  }
  await Promise.all(Array.from({ length: 32 }, caller))

  expect(served.streams).toBe(1)
  await eventually(() => {
    const [client, server] = sessions()
    expect([client, server, duplexes()]).toEqual([1, 1, 2])
  })
  const streams = grpcStreamsOf(everything)
  expect(streams).toHaveLength(2)

  await within(Promise.all([transport.close(), served.close()]))
  await nothingIsLeft(everything, streams, clock)
  expect(timers()).toBeLessThan(timersBefore + 32)
})

it('100 deauthorizations in mid-stream leave nothing', LONG, async () => {
  const clock = new ManualClock()
  const grpcClock = new ManualClock()
  const everything = await world({
    peers: { clock },
    serve: { clock: grpcClock },
    call: { clock: grpcClock }
  })
  const { client, server, echo, service, served, transport } = everything
  const streams: Stream[] = []
  for (let i = 0; i < 100; i++) {
    const calls = [echo.unary({}), all(echo.down({ count: 1e9, size: 10 }))].map(refusal)
    service.answer = () => new Promise(() => {})
    await eventually(() => expect(service.contexts).toHaveLength(2))
    streams.push(...grpcStreamsOf(everything))

    const [from, to] = i % 2 === 0 ? [client, server] : [server, client]
    await from.services.peers.disconnect(to.peerId, { reason: 'evicted' })
    for (const call of calls) expect((await within(call)).code).toBe('Unavailable')
    await eventually(() => expect([served.streams, streamsOf(client)]).toEqual([0, []]))

    service.contexts.length = 0
    service.callers.length = 0
    clock.advance(HOUR)
    await eventually(async () => authorize(client, server))
  }
  expect(streams).toHaveLength(200)

  await within(Promise.all([transport.close(), served.close()]))
  await nothingIsLeft(everything, streams, grpcClock)
})

it('close() of the client: calls under way are canceled, later ones too', async () => {
  const { echo, transport, service, served, client } = await world()
  service.answer = () => new Promise(() => {})
  const call = refusal(echo.unary({}))
  await eventually(() => expect(service.contexts).toHaveLength(1))
  await within(transport.close())
  expect((await call).code).toBe('Canceled')
  expect((await refusal(echo.unary({}))).code).toBe('Canceled')
  expect(streamsOf(client)).toEqual([])
  await eventually(() => expect(served.streams).toBe(0))
  await within(transport.close())
})

it('close() of the client before its first call has a stream', async () => {
  const { echo, transport, client } = await world()
  const call = refusal(echo.unary({}))
  await within(transport.close())
  expect((await call).code).toBe('Canceled')
  await eventually(() => expect(streamsOf(client)).toEqual([]))
})

it('close() of the server: calls under way end unavailable, later ones are not served', async () => {
  const { echo, service, served, server } = await world()
  service.answer = () => new Promise(() => {})
  const call = refusal(echo.unary({}))
  await eventually(() => expect(service.contexts).toHaveLength(1))
  await within(served.close())
  expect((await call).code).toBe('Unavailable')
  expect([served.streams, streamsOf(server)]).toEqual([0, []])
  expect((await refusal(echo.unary({}))).code).toBe('Unimplemented')
  await within(served.close())
})

it('close() of the server: a stream that the gate held until now is not served', async () => {
  const { client, server } = await world()
  let handler: StreamHandler | undefined
  const served = await serveGrpc(
    {
      services: server.services,
      getConnections: () => [],
      handle: async (_, given) => {
        handler = given
      },
      unhandle: async () => {}
    },
    { protocol: GRPC, routes: () => {} }
  )
  await served.close()
  const stream = new WindowedStream()
  await handler?.(stream, connectionTo(server, client))
  expect([stream.status, served.streams]).toEqual(['aborted', 0])
})

it('node.stop(): every call ends', async () => {
  const { echo, service, server, served } = await world()
  service.answer = () => new Promise(() => {})
  const call = refusal(echo.unary({}))
  await eventually(() => expect(service.contexts).toHaveLength(1))
  await server.stop()
  expect((await within(call)).code).toBe('Unavailable')
  await eventually(() => expect(served.streams).toBe(0))
})

/** Streams of gRPC, both ends of each. */
function grpcStreamsOf({ client, server }: World): Stream[] {
  return [connectionTo(client, server), connectionTo(server, client)]
    .flatMap(({ streams }) => streams)
    .filter(({ protocol }) => protocol === GRPC)
}

async function nothingIsLeft(
  { client, server, served }: World,
  streams: Stream[],
  clock: ManualClock
): Promise<void> {
  expect(served.streams).toBe(0)
  await eventually(() => {
    expect([streamsOf(client), streamsOf(server)]).toEqual([[], []])
    expect([...sessions(), duplexes()], 'sessions, and duplexes').toEqual([0, 0, 0])
  })
  for (const stream of streams) {
    const counts = ['message', 'end'].map((type) => (stream as Counting).listenerCount(type))
    expect([stream.status === 'open', ...counts]).toEqual([false, 0, 0])
  }
  expect(clock.pending, 'deadlines').toBe(0)
}

type Counting = Stream & { listenerCount(type: string): number }

// the classes of Node's sessions, which it does not export
const SESSIONS = (() => {
  const client = connect('http://peer', { createConnection: () => new PassThrough() })
  const server = createServer()
  let ofServer: Function | undefined
  server.once('session', (session) => {
    ofServer = session.constructor
    session.destroy()
  })
  server.emit('connection', new PassThrough())
  client.on('error', () => {})
  client.destroy()
  if (ofServer === undefined) throw new Error('No session')
  return [client.constructor, ofServer]
})()

/** HTTP/2 sessions that are alive after a full collection of garbage: clients', and servers'. */
function sessions(): number[] {
  return SESSIONS.map((type) => queryObjects(type, { format: 'summary' }).length)
}

/** Duplexes that are alive after a full collection of garbage. */
function duplexes(): number {
  return queryObjects(StreamDuplex, { format: 'count' })
}

/** Timers that keep the process alive; those of libp2p come and go, those of calls must only go. */
function timers(): number {
  return process.getActiveResourcesInfo().filter((name) => name === 'Timeout').length
}
