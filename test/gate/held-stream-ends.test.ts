/** How a stream leaves the waiting room when its connection is breaking: once, whatever happens at the same time. */
import { expect, test } from 'vitest'
import { HeldStreams } from '../../src/gate/held-streams.ts'
import { HandClock } from './hand-clock.ts'
import type { Stream } from '@libp2p/interface'

/** As far as the waiting room looks at a stream. */
class HeldStream extends EventTarget {
  readStatus = 'readable'
  remoteWriteStatus = 'writable'
  readableEnded = false
  status = 'open'
  readonly ends: string[] = []
  /** What is said to whoever reads the stream. */
  readonly said: string[] = []
  readonly listeners = new Set<string>()
  #onResume: (stream: HeldStream) => void

  constructor(onResume: (stream: HeldStream) => void = () => {}) {
    super()
    this.#onResume = onResume
  }

  override addEventListener(...args: Parameters<EventTarget['addEventListener']>): void {
    this.listeners.add(args[0])
    super.addEventListener(...args)
  }

  override removeEventListener(...args: Parameters<EventTarget['removeEventListener']>): void {
    this.listeners.delete(args[0])
    super.removeEventListener(...args)
  }

  // as libp2p's streams: neither is for a stream that has nothing to read any more

  pause(): void {
    if (this.readStatus === 'closed') throw new Error('nothing to pause')
    this.readStatus = 'paused'
  }

  resume(): void {
    if (this.readStatus === 'closed') throw new Error('nothing to resume')
    this.#onResume(this)
    this.readStatus = 'readable'
  }

  abort(error: Error): void {
    this.status = 'aborted'
    this.ends.push(error.message)
  }

  safeDispatchEvent(type: string): void {
    this.said.push(type)
  }

  /** All that was held back has been read. */
  read(): void {
    this.dispatchEvent(new Event('end'))
  }
}

function room() {
  const clock = new HandClock()
  const counts = { delivered: 0, heldDropped: 0 }
  const held = new HeldStreams({ clock, holdTimeout: 5_000, counts })
  const hold = (stream: HeldStream, peer = 'x') =>
    held.hold(peer, stream as unknown as Stream).then(
      () => 'delivered',
      (error: Error) => error.message
    )
  return { clock, counts, held, hold }
}

test('a stream that cannot be resumed is dropped, and the next one is delivered', async () => {
  const { clock, counts, held, hold } = room()
  const broken = hold(
    new HeldStream(() => {
      throw new Error('no window update')
    })
  )
  const whole = hold(new HeldStream())
  held.deliver('x')
  expect(await broken).toBe('no window update')
  expect(await whole).toBe('delivered')
  expect(counts).toEqual({ delivered: 1, heldDropped: 1 })
  expect(clock.pending).toBe(0)
})

test('a stream that ends while it is resumed leaves once', async () => {
  const { clock, counts, held, hold } = room()
  const ending = hold(new HeldStream((stream) => void stream.dispatchEvent(new Event('close'))))
  held.deliver('x')
  expect(await ending).toContain('ended while')
  expect(counts).toEqual({ delivered: 0, heldDropped: 1 })
  expect(held.size).toBe(0)
  expect(clock.pending).toBe(0)
})

test('a stream that waits too long is reset, and says whom it waited for', async () => {
  const { clock, held, hold } = room()
  const stream = new HeldStream()
  const late = hold(stream)
  clock.advance(5_000)
  expect(await late).toBe('Peer x was not authorized in time')
  expect(stream.ends).toEqual(['Peer x was not authorized in time'])
  expect(held.size).toBe(0)
})

test('a stream of which all has been read is neither paused nor resumed, and delivered', async () => {
  const { held, hold } = room()
  const stream = new HeldStream()
  stream.readStatus = 'closed'
  const whole = hold(stream)
  held.deliver('x')
  expect(await whole).toBe('delivered')
  expect(stream.readStatus).toBe('closed')
})

test('nobody listens to a stream that has left', async () => {
  const { held, hold } = room()
  const [delivered, dropped] = [new HeldStream(), new HeldStream()]
  const whole = hold(delivered)
  held.deliver('x')
  await whole
  const lost = hold(dropped)
  expect(dropped.listeners).toEqual(new Set(['close']))
  held.drop('x', 'no')
  await lost
  expect([delivered.listeners.size, dropped.listeners.size]).toEqual([0, 0])
})

test('the end of the remote is said again once, after what was held back has been read', async () => {
  const { held, hold } = room()
  const [closed, ended, open, aborted] = Array.from({ length: 4 }, () => new HeldStream()) as [
    HeldStream,
    HeldStream,
    HeldStream,
    HeldStream
  ]
  for (const stream of [closed, ended, aborted]) stream.remoteWriteStatus = 'closed'
  ended.readableEnded = true
  const all = [closed, ended, open, aborted]
  const whole = all.map((stream) => hold(stream))
  held.deliver('x')
  await Promise.all(whole)
  expect(all.map(({ said }) => said)).toEqual([[], [], [], []])

  aborted.status = 'aborted'
  for (const stream of [...all, ...all]) stream.read()
  expect(all.map(({ said }) => said)).toEqual([['remoteCloseWrite'], [], [], []])
})

test('a peer whose streams have left is forgotten: when it comes again, its turn is the last', () => {
  const { held, hold } = room()
  const left: string[] = []
  const streamOf = (name: string) => {
    const stream = new HeldStream()
    stream.abort = () => void left.push(name)
    return stream
  }
  void hold(streamOf('first'), 'x')
  held.drop('x', 'no')
  void hold(streamOf('second'), 'y')
  void hold(streamOf('third'), 'x')
  held.dropAll('stopped')
  expect(left).toEqual(['first', 'second', 'third'])
})
