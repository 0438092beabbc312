import { once } from 'node:events'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { StreamDuplex } from '../../src/grpc/stream-duplex.ts'
import { settled } from '../handshake/linked-streams.ts'
import { ManualClock } from '../manual-clock.ts'
import { within } from '../network/waiting.ts'
import { bytes } from './echo-service.ts'
import { WindowedStream } from './windowed-stream.ts'
import type { StreamDuplexInit } from '../../src/grpc/stream-duplex.ts'

const KIB = 1024

interface Setup {
  stream: WindowedStream
  duplex: StreamDuplex
  clock: ManualClock
}

function duplexOf({
  window,
  ...init
}: Partial<StreamDuplexInit> & { window?: number } = {}): Setup {
  const stream = new WindowedStream(window)
  const clock = new ManualClock()
  const duplex = new StreamDuplex({ stream, clock, maxReadBufferLength: 1, ...init })
  return { stream, duplex, clock }
}

/** Everything that can be read. Not by iterating: whoever iterates destroys at the end. */
async function readAll(duplex: StreamDuplex): Promise<Buffer> {
  const chunks: Buffer[] = []
  duplex.on('data', (chunk: Buffer) => chunks.push(chunk))
  await within(once(duplex, 'end'))
  return Buffer.concat(chunks)
}

/** What the duplex failed with; it is destroyed, and nothing of it is left. */
async function failureOf({ duplex, stream, clock }: Setup): Promise<NodeJS.ErrnoException> {
  const [err] = (await within(once(duplex, 'error'))) as [NodeJS.ErrnoException]
  await within(duplex.ended)
  expect([stream.listeners, clock.pending]).toEqual([0, 0])
  return err
}

describe('reading', () => {
  it('gives what arrives, also what arrived before anybody read', async () => {
    const { duplex, stream } = duplexOf()
    stream.onData(bytes(10))
    stream.onData(bytes(5))
    stream.onRemoteCloseWrite()
    expect(await readAll(duplex)).toEqual(Buffer.from([...bytes(10), ...bytes(5)]))
  })

  it('pauses the stream when nobody reads, and resumes it when somebody does', async () => {
    const { duplex, stream } = duplexOf()
    for (let i = 0; i < 10; i++) stream.onData(bytes(64 * KIB))
    expect(stream.signals).toEqual(['pause'])
    // the first fills the duplex; what the remote sends within its window is held by the stream
    expect([duplex.readableLength, stream.readBufferLength]).toEqual([64 * KIB, 9 * 64 * KIB])

    await settled()
    // room is made before it is taken, for all that the stream holds; and the muxer is told to wait after
    // it has been told to go on, not before
    expect((duplex.read() as Buffer).byteLength).toBe(10 * 64 * KIB)
    expect(stream.signals).toEqual(['pause', 'resume', 'pause'])
    duplex.read()
    expect(stream.signals).toEqual(['pause', 'resume', 'pause', 'resume'])
  })

  it('raises the limit of the stream, never lowers it', () => {
    expect(duplexOf({ maxReadBufferLength: 5e6 }).stream.maxReadBufferLength).toBe(5e6)
    expect(duplexOf({ maxReadBufferLength: 1 }).stream.maxReadBufferLength).toBe(4 * KIB * KIB)
  })
})

describe('writing', () => {
  it('waits for room, the second time too, and not for the first byte of it', async () => {
    const { duplex, stream } = duplexOf({ window: 1_000 })
    for (let round = 0; round < 3; round++) {
      let isWritten = false
      duplex.write(bytes(3_000), () => {
        isWritten = true
      })
      for (let byte = 0; byte < 10; byte++) {
        stream.grant(1)
        await settled()
      }
      expect(isWritten, `round ${round}`).toBe(false)
      expect(duplex.writableLength).toBe(3_000)
      stream.grant(2_990)
      await settled()
      expect(isWritten, `round ${round}`).toBe(true)
    }
    expect(stream.writeBufferLength).toBe(0)
  })

  it('sends in one message what comes together', async () => {
    const { duplex, stream } = duplexOf()
    await settled()
    duplex.cork()
    for (let i = 0; i < 20; i++) duplex.write(bytes(100))
    duplex.uncork()
    await settled()
    expect(stream.sent.map(({ byteLength }) => byteLength)).toEqual([2_000])
  })

  it('waits a minute for a peer that takes nothing, from the last that it took', async () => {
    const setup = duplexOf({ window: 0 })
    const { duplex, stream, clock } = setup
    duplex.write(bytes(10))
    await settled()
    clock.advance(59_999)
    stream.grant(10)
    await settled()
    duplex.write(bytes(10))
    await settled()
    clock.advance(59_999)
    await settled()
    expect([duplex.destroyed, clock.pending]).toEqual([false, 1])
    clock.advance(1)
    expect((await failureOf(setup)).message).toBe('The peer takes nothing')
    expect(stream.signals).toEqual(['reset'])
  })

  it('has no deadline left when nothing waits', async () => {
    const { duplex, stream, clock } = duplexOf({ window: 0 })
    duplex.write(bytes(10))
    await settled()
    stream.grant(10)
    await settled()
    clock.advance(60_000)
    expect([duplex.destroyed, clock.pending]).toEqual([false, 0])
  })

  it('fails what waits when the stream is lost', async () => {
    const setup = duplexOf({ window: 10 })
    const written = new Promise((resolve) => setup.duplex.write(bytes(100), resolve))
    await settled()
    setup.stream.onRemoteReset()
    expect((await failureOf(setup)).name).toBe('StreamLostError')
    expect(await written).toMatchObject({ name: 'StreamLostError' })
  })
})

describe('ending', () => {
  it('each way for itself, and then it is closed without a reset', async () => {
    const { duplex, stream, clock } = duplexOf()
    duplex.end(bytes(10))
    await settled()
    expect(stream.signals).toEqual(['closeWrite'])
    expect(clock.pending).toBe(1)
    stream.onData(bytes(5))
    stream.onRemoteCloseWrite()
    expect((await readAll(duplex)).byteLength).toBe(5)
    await within(duplex.ended)
    expect([stream.status, stream.listeners, clock.pending]).toEqual(['closed', 0, 0])
    expect(stream.signals).not.toContain('reset')
  })

  it('writing goes on when the remote has ended', async () => {
    const { duplex, stream } = duplexOf()
    stream.onRemoteCloseWrite()
    await readAll(duplex)
    duplex.end(bytes(10))
    await within(once(duplex, 'close'))
    expect(stream.sent).toHaveLength(1)
    expect(stream.status).toBe('closed')
  })

  it('a remote that does not end has ten seconds', async () => {
    const setup = duplexOf()
    setup.duplex.end()
    await settled()
    setup.clock.advance(9_999)
    await settled()
    expect(setup.stream.status).toBe('open')
    setup.clock.advance(1)
    await failureOf(setup)
    expect(setup.stream.signals).toEqual(['closeWrite', 'reset'])
  })

  it('a remote that takes nothing holds up the end for a minute', async () => {
    const setup = duplexOf({ window: 0 })
    setup.duplex.end(bytes(10))
    await settled()
    setup.clock.advance(60_000)
    await failureOf(setup)
    expect(setup.stream.signals).toEqual(['reset'])
  })

  it('of a server before the client: a loss, once what came is read', async () => {
    const setup = duplexOf({ outlives: true })
    setup.stream.onData(bytes(10))
    setup.stream.onRemoteCloseWrite()
    await settled()
    expect(setup.duplex.destroyed).toBe(false)
    expect((setup.duplex.read() as Buffer).byteLength).toBe(10)
    setup.duplex.read()
    expect((await failureOf(setup)).code).toBe('ETIMEDOUT')
  })

  it('of a server after the client: an end', async () => {
    const { duplex, stream } = duplexOf({ outlives: true })
    duplex.end()
    await settled()
    stream.onRemoteCloseWrite()
    expect((await readAll(duplex)).byteLength).toBe(0)
    await settled()
    expect(stream.status).toBe('closed')
  })
})

describe('failing', () => {
  it.each([
    ['the remote resets', (stream: WindowedStream) => stream.onRemoteReset()],
    ['this side resets', (stream: WindowedStream) => stream.abort(new Error('no'))],
    ['the transport ends', (stream: WindowedStream) => stream.onTransportClosed()],
    [
      'the transport fails',
      (stream: WindowedStream) => stream.onTransportClosed(new Error('cable'))
    ]
  ])('%s: lost, by a code that is UNAVAILABLE to everybody', async (_, deed) => {
    for (const isBusy of [false, true]) {
      const setup = duplexOf({ window: isBusy ? 5 : Infinity })
      setup.duplex.write(bytes(10))
      await settled()
      deed(setup.stream)
      const { name, code } = await failureOf(setup)
      expect([name, code]).toEqual(['StreamLostError', 'ETIMEDOUT'])
    }
  })

  it.each(['reset', 'aborted', 'closed'] as const)('%s on arrival: lost', async (status) => {
    const stream = new WindowedStream()
    if (status === 'reset') stream.onRemoteReset()
    if (status === 'aborted') stream.abort(new Error('no'))
    if (status === 'closed') stream.onTransportClosed()
    expect(stream.status).toBe(status)
    const setup = { ...duplexOf({ stream: async () => stream }), stream }
    expect((await failureOf(setup)).name).toBe('StreamLostError')
  })

  it('ended on arrival: an end', async () => {
    const stream = new WindowedStream()
    stream.onRemoteCloseWrite()
    const { duplex } = duplexOf({ stream: async () => stream })
    expect((await readAll(duplex)).byteLength).toBe(0)
  })

  it('destroyed: reset, and not twice', async () => {
    const { duplex, stream } = duplexOf()
    duplex.destroy()
    duplex.destroy()
    await within(once(duplex, 'close'))
    expect(stream.signals).toEqual(['reset'])
  })
})

describe('opening', () => {
  it('once, and what was written before is sent then', async () => {
    const stream = new WindowedStream()
    const opened = Promise.withResolvers<WindowedStream>()
    let asked = 0
    const { duplex } = duplexOf({
      stream: async () => {
        asked++
        return opened.promise
      }
    })
    duplex.write(bytes(10))
    await settled()
    opened.resolve(stream)
    stream.onData(bytes(3))
    await settled()
    expect([asked, stream.sent.length]).toEqual([1, 1])
    expect((duplex.read() as Buffer).byteLength).toBe(3)
  })

  it('refused: fails with that very error', async () => {
    const refused = new Error('no')
    const { duplex } = duplexOf({ stream: async () => Promise.reject(refused) })
    duplex.write(bytes(10))
    const [err] = await within(once(duplex, 'error'))
    expect(err).toBe(refused)
  })

  it('given up before: the signal fires, and a stream that comes too late is reset', async () => {
    const stream = new WindowedStream()
    let signal: AbortSignal | undefined
    const { duplex } = duplexOf({
      stream: async (givenUp) => {
        signal = givenUp
        await once(givenUp, 'abort')
        return stream
      }
    })
    await settled()
    duplex.destroy()
    await within(once(duplex, 'close'))
    expect(signal?.aborted).toBe(true)
    expect([stream.status, stream.listeners]).toEqual(['aborted', 0])
  })

  it('given up before it was begun: closed all the same', async () => {
    const stream = new WindowedStream()
    const { duplex } = duplexOf({ stream: async () => stream })
    duplex.destroy()
    await within(once(duplex, 'close'))
    expect(stream.status).not.toBe('open')
  })
})

it('whatever the pieces and the window: the same bytes, in the same order, both ways', async () => {
  const sizes = fc.array(fc.integer({ min: 1, max: 100 * KIB }), { maxLength: 20 })
  await fc.assert(
    fc.asyncProperty(
      sizes,
      sizes,
      fc.integer({ min: 1e4, max: 1e6 }),
      async (out, into, window) => {
        const { duplex, stream, clock } = duplexOf({ window, maxReadBufferLength: Infinity })
        const read = readAll(duplex)
        for (const size of into) stream.onData(bytes(size))
        stream.onRemoteCloseWrite()
        for (const size of out) duplex.write(bytes(size))
        duplex.end()
        while (!stream.signals.includes('closeWrite')) {
          await settled()
          stream.grant(window)
        }
        expect(Buffer.concat(stream.sent).equals(joined(out))).toBe(true)
        expect((await read).equals(joined(into))).toBe(true)
        if (!duplex.closed) await once(duplex, 'close')
        expect([stream.listeners, clock.pending]).toEqual([0, 0])
      }
    ),
    { numRuns: 30 }
  )
})

function joined(sizes: number[]): Buffer {
  return Buffer.concat(sizes.map(bytes))
}
