import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { HeapClock } from '../../src/heap-clock.ts'
import { realClock } from '../../src/real-clock.ts'
import { ManualClock } from '../manual-clock.ts'
import type { Ticker } from '../../src/heap-clock.ts'

/** A ticker with one timer, advanced by hand, that never fires early. */
class ManualTicker implements Ticker {
  time = 0
  armed: { at: number; callback: () => void } | undefined
  longest = 0

  now(): number {
    return this.time
  }

  epoch(): number {
    return this.time
  }

  arm(delay: number, callback: () => void): () => void {
    if (this.armed !== undefined) throw new Error('a second timer was armed')
    this.longest = Math.max(this.longest, delay)
    const timer = { at: this.time + delay, callback }
    this.armed = timer
    return () => {
      if (this.armed === timer) this.armed = undefined
    }
  }

  advance(to: number): void {
    while (this.armed !== undefined && this.armed.at <= to) {
      const { at, callback } = this.armed
      this.armed = undefined
      this.time = Math.max(this.time, at)
      callback()
    }
    this.time = to
  }
}

describe('heap clock', () => {
  it('fires what a plain clock fires, in the same order, whatever is set and taken back', () => {
    const step = fc.oneof(
      fc.record({ kind: fc.constant('set' as const), delay: fc.integer({ min: -5, max: 50 }) }),
      fc.record({ kind: fc.constant('cancel' as const), which: fc.nat(40) }),
      fc.record({ kind: fc.constant('advance' as const), by: fc.nat(20) })
    )
    fc.assert(
      fc.property(fc.array(step, { maxLength: 120 }), (steps) => {
        const ticker = new ManualTicker()
        const heap = new HeapClock(ticker)
        const plain = new ManualClock()
        const fired: number[] = []
        const expected: number[] = []
        const cancels: (() => void)[] = []
        let set = 0
        for (const action of steps) {
          if (action.kind === 'set') {
            const name = set++
            const one = heap.after(action.delay, () => fired.push(name))
            const other = plain.after(action.delay, () => expected.push(name))
            cancels.push(() => {
              one()
              other()
            })
          } else if (action.kind === 'cancel') {
            cancels[action.which]?.()
          } else {
            ticker.advance(ticker.time + action.by)
            plain.advance(action.by)
          }
          expect(heap.size).toBe(plain.pending)
          // no deadline, no timer: nothing keeps ticking for nobody
          expect(heap.size > 0 || ticker.armed === undefined).toBe(true)
        }
        expect(fired).toEqual(expected)
      })
    )
  })

  it('is not fooled by delays that overflow a real timer', () => {
    const ticker = new ManualTicker()
    const clock = new HeapClock(ticker)
    const month = 30 * 24 * 3_600_000
    const fired: string[] = []
    clock.after(month, () => fired.push('month'))
    clock.after(Infinity, () => fired.push('never'))
    ticker.advance(month - 1)
    expect(fired).toEqual([])
    ticker.advance(month)
    expect(fired).toEqual(['month'])
    expect(ticker.longest).toBeLessThanOrEqual(24 * 3_600_000)
    ticker.advance(1_000 * month)
    expect(fired).toEqual(['month'])
  })

  it('goes on after a callback that throws', () => {
    const ticker = new ManualTicker()
    const clock = new HeapClock(ticker)
    const fired: string[] = []
    clock.after(1, () => {
      throw new Error('thrown by the first')
    })
    clock.after(1, () => fired.push('second'))
    expect(() => ticker.advance(1)).toThrow('thrown by the first')
    ticker.advance(2)
    expect(fired).toEqual(['second'])
  })

  it('forgets what was taken back: a million deadlines leave nothing behind', () => {
    const ticker = new ManualTicker()
    const clock = new HeapClock(ticker)
    clock.after(1_000, () => {})
    for (let i = 0; i < 100_000; i++) clock.after(2_000 + i, () => {})()
    expect(clock.size).toBe(1)
  })

  it('lets a callback set the next deadline, which does not fire within the same call', () => {
    const ticker = new ManualTicker()
    const clock = new HeapClock(ticker)
    const at: number[] = []
    const again = (): void => {
      at.push(clock.now())
      if (at.length < 3) clock.after(10, again)
    }
    clock.after(10, again)
    ticker.advance(100)
    expect(at).toEqual([10, 20, 30])
  })

  it('runs on real time, monotonic and beside the epoch', async () => {
    const clock = realClock()
    const before = clock.now()
    await new Promise<void>((resolve) => {
      clock.after(5, resolve)
    })
    expect(clock.now() - before).toBeGreaterThanOrEqual(5)
    expect(Math.abs(clock.epoch() - Date.now())).toBeLessThan(1_000)
  })
})
