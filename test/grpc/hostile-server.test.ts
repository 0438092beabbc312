import { describe, expect, it } from 'vitest'
import { authorize, ourNode, SOCKETS } from '../network/nodes.ts'
import { eventually, within } from '../network/waiting.ts'
import { bytes, refusal } from './echo-service.ts'
import { FLAG, frame, literals, setting, uint32 } from './frames.ts'
import { callTo, GRPC, streamsOf } from './world.ts'
import type { World } from './world.ts'
import type { OurNode } from '../network/nodes.ts'
import type { Stream } from '@libp2p/interface'

const SETTINGS = frame('settings', 0, 0)

/** A client, and an authorized peer that does as it likes with each stream of gRPC, once there is a call on it. */
async function trap(
  spring: (stream: Stream) => void
): Promise<Pick<World, 'echo' | 'client' | 'transport'> & { server: OurNode }> {
  const [client, server] = await Promise.all([ourNode({}, SOCKETS), ourNode({}, SOCKETS)])
  await server.handle(GRPC, (stream) => {
    stream.addEventListener('message', () => {})
    stream.addEventListener('message', () => spring(stream), { once: true })
  })
  await authorize(client, server)
  return { client, server, ...callTo(client, server) }
}

const answers: [name: string, codes: string[], parts: () => Iterable<Uint8Array>][] = [
  ['bytes without a meaning', ['Internal', 'Unavailable'], () => [bytes(100_000)]],
  ['a frame of 16 MiB', ['Internal', 'Unavailable'], () => [Buffer.alloc(9, 0xff)]],
  ['33 settings at once', ['Internal', 'Unavailable'], () => [frame('settings', 0, 0, many(33))]],
  ['a goodbye with an error', ['Internal', 'Unavailable'], () => [SETTINGS, goodbye(2)]],
  [
    'a call of its own',
    ['Internal', 'Unavailable'],
    () => [SETTINGS, frame('settings', FLAG.ack, 0), promised()]
  ],
  ['headers that never end', ['Internal', 'Unavailable', 'ResourceExhausted'], () => endless()],
  [
    'a message that says it is 4 GiB',
    ['ResourceExhausted'],
    () => [
      SETTINGS,
      ok(),
      frame('data', 0, 1, Buffer.concat([Buffer.alloc(1), uint32(2 ** 32 - 1)]))
    ]
  ],
  [
    'a message that is compressed',
    ['Internal', 'Unimplemented'],
    () => [SETTINGS, ok(), frame('data', 0, 1, Buffer.from([1, 0, 0, 0, 1, 0]))]
  ],
  ['a page', ['Unknown', 'Internal', 'Unimplemented'], () => [SETTINGS, page()]],
  ['no status', ['Internal', 'Unknown'], () => [SETTINGS, ok(), frame('data', 1, 1)]]
]

describe('a server that answers', () => {
  it.each(answers)('%s: the call fails', async (_, codes, parts) => {
    const { echo, client } = await trap((stream) => {
      for (const part of parts()) if (stream.status === 'open') stream.send(part)
    })
    const { code } = await within(refusal(echo.unary({})))
    expect(codes).toContain(code)
    // and only the call, or only its stream: the next is made as if nothing had been
    const next = await refusal(echo.unary({}, { timeoutMs: 100 }))
    expect([...codes, 'DeadlineExceeded']).toContain(next.code)
    await eventually(() => expect(streamsOf(client).length).toBeLessThan(2))
  })
})

it.each([
  ['resets', (stream: Stream) => stream.abort(new Error('no'))],
  ['ends', (stream: Stream) => void stream.close()],
  ['says nothing, and loses the link', (stream: Stream) => linkOf(stream).abort(new Error('cable'))]
])('a server that %s: unavailable', async (_, deed) => {
  const { echo, server } = await trap((stream) => {
    links.set(stream, server.getConnections()[0] as Link)
    deed(stream)
  })
  expect((await within(refusal(echo.unary({})))).code).toBe('Unavailable')
})

it('a server that is silent: the call has its deadline, and close() ends it', async () => {
  const { echo, client, transport } = await trap(() => {})
  expect((await refusal(echo.unary({}, { timeoutMs: 50 }))).code).toBe('DeadlineExceeded')
  const call = refusal(echo.unary({}))
  await within(transport.close())
  expect((await call).code).toBe('Canceled')
  expect(streamsOf(client)).toEqual([])
})

it('a server that is leaving: calls under way are finished, the next goes to another stream', async () => {
  let streams = 0
  const { echo } = await trap((stream) => {
    streams++
    stream.send(Buffer.concat([SETTINGS, frame('settings', FLAG.ack, 0), goodbye(0, 1)]))
    stream.send(Buffer.concat([ok(), frame('data', 0, 1, Buffer.alloc(5)), status()]))
  })
  await within(echo.unary({}))
  await within(echo.unary({}))
  expect(streams).toBe(2)
})

interface Link {
  abort(err: Error): void
}
const links = new WeakMap<Stream, Link>()

function linkOf(stream: Stream): Link {
  const link = links.get(stream)
  if (link === undefined) throw new Error('No such stream')
  return link
}

function many(count: number): Buffer {
  return Buffer.concat(Array.from({ length: count }, () => setting(3, 100)))
}

function goodbye(code: number, last = 0): Buffer {
  return frame('goaway', 0, 0, uint32(last, code))
}

function ok(): Buffer {
  const headers = literals({ ':status': '200', 'content-type': 'application/grpc' })
  return frame('headers', FLAG.endHeaders, 1, headers)
}

function status(): Buffer {
  const trailers = literals({ 'grpc-status': '0' })
  return frame('headers', FLAG.endHeaders | FLAG.endStream, 1, trailers)
}

function page(): Buffer {
  const headers = literals({ ':status': '200', 'content-type': 'text/html' })
  return frame('headers', FLAG.endHeaders | FLAG.endStream, 1, headers)
}

function promised(): Buffer {
  const headers = literals({ ':method': 'GET', ':path': '/' })
  return frame('pushPromise', FLAG.endHeaders, 1, Buffer.concat([uint32(2), headers]))
}

function* endless(): Generator<Uint8Array> {
  yield SETTINGS
  yield frame('headers', 0, 1, literals({ ':status': '200' }))
  for (let i = 0; i < 5_000; i++) yield frame('continuation', 0, 1, literals({ x: 'y' }))
}
