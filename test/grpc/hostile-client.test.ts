import { describe, expect, it } from 'vitest'
import { heapInUse } from '../bench/measure.ts'
import { ManualClock } from '../../src/testing/manual-clock.ts'
import { authorize, connectionTo, ourNode, SOCKETS } from '../network/nodes.ts'
import { eventually } from '../network/waiting.ts'
import { bytes } from './echo-service.ts'
import {
  call,
  callHeaders,
  FLAG,
  frame,
  framesIn,
  literals,
  message,
  PREFACE,
  setting,
  TYPE,
  uint32
} from './frames.ts'
import { callTo, GRPC, streamsOf, world } from './world.ts'
import type { World } from './world.ts'
import type { Stream } from '@libp2p/interface'

const MIB = 1024 * 1024

/** An authorized peer with a raw stream, beside an honest peer that calls the same server. */
interface Siege extends World {
  readonly stream: Stream
  readonly clock: ManualClock
  readonly heard: () => Buffer
  readonly say: (...parts: Uint8Array[]) => Promise<void>
}

async function siege(): Promise<Siege> {
  const clock = new ManualClock()
  const honest = await world({ serve: { clock } })
  const hostile = await ourNode({}, SOCKETS)
  await authorize(hostile, honest.server)
  const stream = await connectionTo(hostile, honest.server).newStream(GRPC)
  const chunks: Uint8Array[] = []
  stream.addEventListener('message', ({ data }) => chunks.push(data.subarray()))
  // as much as the other side takes; what a stream that is over does not take, is not said
  const say = async (...parts: Uint8Array[]): Promise<void> => {
    for (const part of parts) {
      if (stream.status !== 'open') return
      if (!stream.send(part)) await hasRoom(stream)
    }
  }
  return { ...honest, client: hostile, clock, stream, heard: () => Buffer.concat(chunks), say }
}

async function hasRoom(stream: Stream): Promise<void> {
  await eventually(() => {
    expect(stream.status !== 'open' || !stream.writableNeedsDrain).toBe(true)
  })
}

/** The stream of the hostile peer is over, and nobody else has noticed. */
async function onlyThatStreamEnds({ stream, echo, served, client }: Siege): Promise<void> {
  await eventually(() => expect(stream.status).not.toBe('open'))
  await eventually(() => expect(streamsOf(client)).toEqual([]))
  await othersGoOn({ echo })
  await eventually(() => expect(served.streams).toBe(1))
}

async function othersGoOn({ echo }: Pick<World, 'echo'>): Promise<void> {
  expect((await echo.unary({ size: 100_000 })).data.byteLength).toBe(100_000)
}

/** The codes with which the server said goodbye. */
function goodbyes({ heard }: Siege): number[] {
  return [...framesIn(heard())].filter(({ type }) => type === TYPE.goaway).map(({ code }) => code)
}

describe('harms that stream only: it ends', () => {
  const PROTOCOL_ERROR = 1
  const attacks: [name: string, parts: () => Iterable<Uint8Array>][] = [
    ['another protocol', () => [Buffer.from('GET / HTTP/1.1\r\nhost: peer\r\n\r\n')]],
    ['bytes without a meaning', () => [bytes(100_000)]],
    ['a frame of 16 MiB', () => [PREFACE, Buffer.from([255, 255, 255, 0, 0, 0, 0, 0, 1])]],
    ['a settings frame that is none', () => [PREFACE, frame('settings', 0, 0, bytes(5))]],
    ['33 settings at once', () => [PREFACE, frame('settings', 0, 0, settings(33))]],
    ['a window that overflows', () => [PREFACE, increment(2 ** 31 - 1), increment(2 ** 31 - 1)]],
    ['a window that does not open', () => [PREFACE, increment(0)]],
    ['frames of a call that is none', () => [PREFACE, frame('data', 0, 1, bytes(10))]],
    ['headers that never end', () => endless()],
    ['headers that are no HPACK', () => [PREFACE, frame('headers', 4, 1, Buffer.alloc(100, 0xff))]],
    ['a call that a server would make', () => [PREFACE, call(2, 'Unary')]],
    ['more data than the window has', () => flooded()],
    ['calls that are begun and reset', () => rapidResets()]
  ]

  it.each(attacks)('%s', async (_, parts) => {
    const everything = await siege()
    await everything.say(...parts())
    await onlyThatStreamEnds(everything)
    expect(everything.service.contexts.length).toBeLessThan(1_200)
  })

  it('and is told why', async () => {
    const everything = await siege()
    await everything.say(PREFACE, frame('settings', 0, 0, bytes(5)))
    await onlyThatStreamEnds(everything)
    expect(goodbyes(everything)[0]).toBeGreaterThanOrEqual(PROTOCOL_ERROR)
  })
})

describe('harms nobody, and is bounded', () => {
  it.each([
    ['settings', () => frame('settings', 0, 0, setting(3, 100))],
    ['pings', () => frame('ping', 0, 0, bytes(8))]
  ])('100,000 %s, whose answers are not read', async (_, one) => {
    const everything = await siege()
    const { stream, say } = everything
    await say(PREFACE)
    await eventually(() => expect(everything.heard().byteLength).toBeGreaterThan(0))
    stream.pause()
    const flood = Buffer.concat(Array.from({ length: 100_000 }, one))
    const before = await heapInUse()
    if (stream.status === 'open') stream.send(flood)
    for (let i = 0; i < 20; i++) await othersGoOn(everything)
    expect((await heapInUse()) - before).toBeLessThan(8 * MIB)
    expect(everything.served.streams).toBeLessThanOrEqual(2)
  })

  it('a header bomb: a header of 4 KiB, named 4,000 times', async () => {
    const everything = await siege()
    const value = Buffer.alloc(4_000, 'x')
    const size = Buffer.from([0x7f, ((4_000 - 127) % 128) | 0x80, Math.floor((4_000 - 127) / 128)])
    // literal with indexing (RFC 7541, 6.2.1), then its index, which is the first of the dynamic table
    const bomb = Buffer.concat([
      callHeaders('Unary'),
      Buffer.from([0x40, 1]),
      Buffer.from('x'),
      size,
      value,
      Buffer.alloc(4_000, 0x80 | 62)
    ])
    await everything.say(PREFACE, frame('headers', FLAG.endHeaders | FLAG.endStream, 1, bomb))
    await eventually(() => {
      const refused = [...framesIn(everything.heard())].some(
        ({ type }) => type === TYPE.reset || type === TYPE.goaway
      )
      expect(refused || everything.stream.status !== 'open').toBe(true)
    })
    expect(everything.service.contexts).toEqual([])
    await othersGoOn(everything)
  })

  it('1,000 calls at once: a hundred are taken', async () => {
    const everything = await siege()
    everything.service.answer = () => new Promise(() => {})
    const calls = Array.from({ length: 1_000 }, (_, i) => [
      call(2 * i + 1, 'Unary'),
      frame('data', FLAG.endStream, 2 * i + 1, message(new Uint8Array()))
    ]).flat()
    await everything.say(PREFACE, ...calls)
    await eventually(() => expect(everything.service.contexts.length).toBeGreaterThan(99))
    expect(everything.service.contexts).toHaveLength(100)
    everything.service.answer = ({ size }) => ({ data: bytes(size) })
    await othersGoOn(everything)
  })

  it('answers that nobody takes: a window of nothing', async () => {
    const everything = await siege()
    const { service, say } = everything
    // Message { count: 1e9, size: 16384 }
    const asked = message(Buffer.from([0x10, 0x80, 0x94, 0xeb, 0xdc, 0x03, 0x18, 0x80, 0x80, 0x01]))
    const calls = Array.from({ length: 50 }, (_, i) => [
      call(2 * i + 1, 'Down'),
      frame('data', FLAG.endStream, 2 * i + 1, asked)
    ]).flat()
    await say(PREFACE, frame('settings', 0, 0, setting(4, 0)), ...calls)
    await eventually(() => expect(service.contexts).toHaveLength(50))
    for (let i = 0; i < 5; i++) await othersGoOn(everything)
    expect(service.made).toBeLessThan(50 * 10)
    const { made } = service
    for (let i = 0; i < 5; i++) await othersGoOn(everything)
    expect(service.made).toBe(made)
  })

  it('a message that says it is 4 GiB', async () => {
    const everything = await siege()
    const head = Buffer.concat([Buffer.from([0]), uint32(2 ** 32 - 1), bytes(1_000)])
    await everything.say(PREFACE, call(1, 'Unary'), frame('data', 0, 1, head))
    await eventually(() => {
      const types = [...framesIn(everything.heard())].map(({ type }) => type)
      expect(types).toContain(TYPE.headers)
    })
    expect(everything.service.contexts).toEqual([])
    await othersGoOn(everything)
  })

  it.each([
    ['an authority that is no host', { ':authority': '[' }],
    ['a path that is none', { ':path': '*' }],
    ['a method of HTTP', { ':method': 'CONNECT' }],
    ['what is not gRPC', { 'content-type': 'text/html' }],
    ['a time-out that is none', { 'grpc-timeout': 'soon' }],
    ['binary metadata that is none', { 'x-bin': '%%%' }]
  ])('a call with %s', async (_, headers) => {
    const everything = await siege()
    await everything.say(PREFACE, call(1, 'Unary', headers), frame('data', 1, 1, message(bytes(0))))
    await eventually(() => {
      const frames = [...framesIn(everything.heard())].filter(({ stream }) => stream === 1)
      expect(frames.length > 0 || everything.stream.status !== 'open').toBe(true)
    })
    await othersGoOn(everything)
  })
})

describe('a peer that is silent', () => {
  it.each([
    ['from the beginning', []],
    ['after a part of the preface', [PREFACE.subarray(0, 10)]]
  ])('%s has ten seconds', async (_, parts) => {
    const everything = await siege()
    await everything.say(...parts)
    await othersGoOn(everything)
    everything.clock.advance(9_999)
    await othersGoOn(everything)
    expect(everything.stream.status).toBe('open')
    everything.clock.advance(1)
    await onlyThatStreamEnds(everything)
  })

  it('after the preface has twenty minutes, and ten seconds to go', async () => {
    const everything = await siege()
    await everything.say(PREFACE)
    await eventually(() => {
      const theirs = [...framesIn(everything.heard())].filter(({ type }) => type === TYPE.settings)
      expect(theirs, 'its own, and the answer to ours').toHaveLength(2)
    })
    everything.clock.advance(20 * 60_000 - 1)
    await othersGoOn(everything)
    expect(everything.stream.status).toBe('open')
    everything.clock.advance(1)
    // the goodbye comes; a peer that does not go is sent away
    await eventually(() => expect(goodbyes(everything)).toEqual([0]))
    everything.clock.advance(10_000)
    await onlyThatStreamEnds(everything)
  })
})

it('a peer has four streams; a fifth is reset, and another peer has its own four', async () => {
  const { server, client, served, echo } = await world()
  const connection = connectionTo(client, server)
  await echo.unary({})
  const open = (): Promise<Stream> => connection.newStream(GRPC)
  const streams = await Promise.all([open(), open(), open()])
  await eventually(() => expect(served.streams).toBe(4))
  const fifth = await open()
  await eventually(() => expect(fifth.status).toBe('reset'))
  expect(served.streams).toBe(4)
  await othersGoOn({ echo })

  const other = await ourNode({}, SOCKETS)
  await authorize(other, server)
  await othersGoOn(callTo(other, server))
  expect(served.streams).toBe(5)

  streams[0].abort(new Error('done'))
  await eventually(() => expect(served.streams).toBe(4))
  const again = await open()
  await othersGoOn({ echo })
  expect(again.status).toBe('open')
})

function settings(count: number): Buffer {
  return Buffer.concat(Array.from({ length: count }, () => setting(3, 100)))
}

function increment(by: number): Buffer {
  return frame('windowUpdate', 0, 0, uint32(by))
}

function* endless(): Generator<Uint8Array> {
  yield PREFACE
  yield frame('headers', 0, 1, callHeaders('Unary'))
  for (let i = 0; i < 5_000; i++) yield frame('continuation', 0, 1, literals({ x: 'y' }))
}

function* flooded(): Generator<Uint8Array> {
  yield PREFACE
  yield call(1, 'Up')
  for (let i = 0; i < 1_000; i++) yield frame('data', 0, 1, bytes(16_384))
}

function* rapidResets(): Generator<Uint8Array> {
  yield PREFACE
  for (let i = 0; i < 5_000; i++) {
    yield call(2 * i + 1, 'Unary')
    yield frame('reset', 0, 2 * i + 1, uint32(8))
  }
}
