import { once } from 'node:events'
import { describe, expect, it } from 'vitest'
import { settled } from '../../src/testing/settled.ts'
import { within } from '../network/waiting.ts'
import { duplexOf, failureOf, readAll } from './duplex-setup.ts'
import { bytes } from './echo-service.ts'
import { WindowedStream } from './windowed-stream.ts'

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
