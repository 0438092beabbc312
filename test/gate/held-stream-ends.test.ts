/** How a stream leaves the waiting room when its connection is breaking: once, whatever happens at the same time. */
import { expect, test } from 'vitest'
import { HeldStreams } from '../../src/gate/held-streams.ts'
import { HandClock } from './hand-clock.ts'
import type { Stream } from '@libp2p/interface'

/** As far as the waiting room looks at a stream. */
class HeldStream extends EventTarget {
  readStatus = 'readable'
  status = 'open'
  readonly ends: string[] = []
  #onResume: () => void

  constructor(onResume: (stream: HeldStream) => void) {
    super()
    this.#onResume = () => onResume(this)
  }

  pause(): void {
    this.readStatus = 'paused'
  }

  resume(): void {
    this.#onResume()
    this.readStatus = 'readable'
  }

  abort(error: Error): void {
    this.status = 'aborted'
    this.ends.push(error.message)
  }
}

function room() {
  const clock = new HandClock()
  const counts = { delivered: 0, heldDropped: 0 }
  const held = new HeldStreams({ clock, holdTimeout: 5_000, counts })
  const hold = (stream: HeldStream) =>
    held.hold('x', stream as unknown as Stream).then(
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
  const whole = hold(new HeldStream(() => {}))
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
