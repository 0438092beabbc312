import { once } from 'node:events'
import { describe, expect, it } from 'vitest'
import { StreamDuplex } from '../../src/grpc/stream-duplex.ts'
import { realClock } from '../../src/real-clock.ts'
import { APP, connectionTo } from '../network/nodes.ts'
import { eventually } from '../network/waiting.ts'
import { bytes } from './echo-service.ts'
import { world } from './world.ts'
import type { OurNode } from '../network/nodes.ts'
import type { Stream } from '@libp2p/interface'
import type { World } from './world.ts'

const KIB = 1024
const MIB = 1024 * KIB
const SIZE = 16 * KIB

/**
 * Messages that may be made for a reader that rests: those that fill the window of a call, 2 MiB, and half as
 * much again for all buffers on the way. Without back-pressure it is all of them.
 */
const MOST = (3 * MIB) / SIZE
const ALL = 1_000

describe('a reader stops', () => {
  it('server streaming: the server stops making messages, and goes on with the reader', async () => {
    const everything = await world()
    const { echo, service } = everything
    const reader = echo.down({ count: ALL, size: SIZE })[Symbol.asyncIterator]()
    for (let i = 0; i < 5; i++) await reader.next()

    const made = await standstill(everything, () => service.made)
    expect(made).toBeLessThan(MOST)

    let count = 5
    while ((await reader.next()).done !== true) count++
    expect([count, service.made]).toEqual([ALL, ALL])
  })

  it('client streaming: the client stops making messages, and goes on with the handler', async () => {
    const everything = await world()
    const { echo, service } = everything
    const open = Promise.withResolvers<void>()
    service.beforeTake = async () => (service.taken < 5 ? undefined : open.promise)
    let made = 0
    async function* messages(): AsyncGenerator<{ data: Uint8Array }> {
      const data = bytes(SIZE)
      for (; made < ALL; made++) yield { data }
    }
    const call = echo.up(messages())
    await eventually(() => expect(service.taken).toBe(5))

    expect(await standstill(everything, () => made)).toBeLessThan(MOST)

    open.resolve()
    expect((await call).size).toBe(ALL * SIZE)
  })

  it('in a fast stream: what the muxer has let in by then does not break it', async () => {
    const everything = await world()
    const { echo, service, served } = everything
    const count = 2_400
    const reader = echo.down({ count, size: SIZE })[Symbol.asyncIterator]()
    // 29 MiB at full speed: the muxer's window has grown past what libp2p lets a stream hold
    for (let i = 0; i < 1_800; i++) await reader.next()
    const ahead = (await standstill(everything, () => service.made)) - 1_800
    expect(ahead).toBeLessThan(MOST)
    expect(served.streams).toBe(1)
    let read = 1_800
    while ((await reader.next()).done !== true) read++
    expect(read).toBe(count)
  })

  it('of several calls: the others on the same stream go on', async () => {
    const { echo, service } = await world()
    const readers = Array.from({ length: 5 }, () =>
      echo.down({ count: ALL, size: SIZE })[Symbol.asyncIterator]()
    )
    for (const reader of readers) await reader.next()
    expect((await echo.unary({ size: 1024 * KIB })).data.byteLength).toBe(1024 * KIB)
    for await (const { count } of echo.down({ count: 300, size: SIZE })) expect(count).toBeDefined()
    expect(service.made).toBeLessThan(5 * MOST + 300)
  })
})

it('a stream that rests after 24 MiB: its writer waits, and neither side resets it', async () => {
  const { client, server } = await world()
  const clock = realClock()
  const [accepted, stream] = await streamBetween(client, server)
  // yamux lets in up to 16 MiB by now; libp2p resets at 4
  const reader = new StreamDuplex({ stream: accepted, clock, maxReadBufferLength: 17 * MIB })
  const writer = new StreamDuplex({ stream, clock, maxReadBufferLength: MIB })

  let read = 0
  let isResting = false
  reader.on('data', (chunk: Buffer) => {
    read += chunk.byteLength
    if (read > 24 * MIB && !isResting) reader.pause()
  })
  let written = 0
  const isWritten = (async () => {
    const chunk = bytes(64 * KIB)
    for (; written < 64 * MIB; written += chunk.byteLength) {
      if (!writer.write(chunk)) await once(writer, 'drain')
    }
    writer.end()
  })()

  await eventually(() => expect(reader.isPaused()).toBe(true))
  for (let before = -1; before !== written;) {
    before = written
    for (let i = 0; i < 5; i++) await client.services.ping.ping(server.peerId)
  }
  expect(written).toBeLessThan(24 * MIB + 18 * MIB)
  expect([stream.status, accepted.status]).toEqual(['open', 'open'])

  isResting = true
  reader.resume()
  await Promise.all([isWritten, once(reader, 'end')])
  expect(read).toBe(64 * MIB)
  for (const duplex of [reader, writer]) duplex.destroy()
})

async function streamBetween(client: OurNode, server: OurNode): Promise<[Stream, Stream]> {
  const arrived = Promise.withResolvers<Stream>()
  await server.handle(APP, (stream) => {
    stream.pause()
    arrived.resolve(stream)
  })
  const stream = await connectionTo(client, server).newStream(APP)
  const accepted = await arrived.promise
  return [accepted, stream]
}

/** The number when it does not grow any more, while the session is anything but idle. */
async function standstill({ echo }: World, count: () => number): Promise<number> {
  for (let before = -1; before !== count();) {
    before = count()
    for (let i = 0; i < 10; i++) await echo.unary({})
  }
  return count()
}
