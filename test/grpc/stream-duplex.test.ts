import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { settled } from '../../src/testing/settled.ts'
import { duplexOf, failureOf, readAll } from './duplex-setup.ts'
import { bytes } from './echo-service.ts'

const KIB = 1024

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
        await duplex.ended
        expect([stream.listeners, clock.pending]).toEqual([0, 0])
      }
    ),
    { numRuns: 30 }
  )
})

function joined(sizes: number[]): Buffer {
  return Buffer.concat(sizes.map(bytes))
}
