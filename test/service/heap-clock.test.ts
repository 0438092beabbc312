import fc from 'fast-check'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { HeapClock } from '../../src/heap-clock.ts'
import { realClock } from '../../src/real-clock.ts'
import { ManualClock } from '../../src/testing/manual-clock.ts'
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

  /** The loop stands still until then: whatever was due meanwhile is late. */
  stall(to: number): void {
    this.time = to
    if (this.armed === undefined || this.armed.at > to) return
    const { callback } = this.armed
    this.armed = undefined
    callback()
  }
}

/** A clock of which every deadline writes down its name when it fires. */
const journal = () => {
  const ticker = new ManualTicker()
  const clock = new HeapClock(ticker)
  const fired: string[] = []
  const set = (name: string, delay: number) => clock.after(delay, () => fired.push(name))
  return { ticker, clock, fired, set }
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

describe('a loop that stalled', () => {
  it('grants every deadline that it missed as long again, at most five seconds', () => {
    const { ticker, clock, fired, set } = journal()
    set('verify', 3_000)
    set('handshake', 5_000)
    set('connect', 30_000)
    set('cool-down', 6_500)
    ticker.stall(6_000)
    expect(fired).toEqual([])
    ticker.advance(6_500)
    expect(fired).toEqual(['cool-down'])
    ticker.advance(8_999)
    expect(fired).toEqual(['cool-down'])
    ticker.advance(10_999)
    expect(fired).toEqual(['cool-down', 'verify'])
    ticker.advance(11_000)
    expect(fired).toEqual(['cool-down', 'verify', 'handshake'])
    ticker.stall(100_000)
    expect(fired).toHaveLength(3)
    ticker.advance(105_000)
    expect(fired).toEqual(['cool-down', 'verify', 'handshake', 'connect'])
    expect(clock.size).toBe(0)
    expect(ticker.armed).toBeUndefined()
  })

  it('grants it once, however often it stalls', () => {
    const { ticker, fired, set } = journal()
    set('handshake', 5_000)
    ticker.stall(6_000)
    ticker.stall(20_000)
    expect(fired).toEqual(['handshake'])
  })

  it('does not find what is due at the next opportunity, nor what is as late as timers are', () => {
    const { ticker, fired, set } = journal()
    set('now', 0)
    ticker.stall(10_000)
    expect(fired).toEqual(['now'])
    set('late', 5_000)
    ticker.stall(15_250)
    expect(fired).toEqual(['now', 'late'])
    set('stalled', 5_000)
    ticker.stall(20_501)
    expect(fired).toEqual(['now', 'late'])
  })

  it('lets go of what was taken back in its grace, and keeps the order of what was not', () => {
    const { ticker, clock, fired, set } = journal()
    const cancel = set('answered', 5_000)
    set('first', 4_000)
    set('second', 4_000)
    ticker.stall(5_500)
    cancel()
    expect(clock.size).toBe(2)
    ticker.advance(20_000)
    expect(fired).toEqual(['first', 'second'])
  })

  it('slept for a night: no more than what was due then fires, and nothing twice', () => {
    const { ticker, fired, set } = journal()
    for (let minute = 0; minute < 20; minute++) set(`cool-down ${minute}`, minute * 60_000)
    ticker.advance(0)
    ticker.stall(10 * 60_000 - 1)
    ticker.advance(11 * 60_000)
    const names = Array.from({ length: 12 }, (_, minute) => `cool-down ${minute}`)
    expect(fired.toSorted()).toEqual(names.toSorted())
  })
})

describe('the real clock', () => {
  const real = { now: Date.now.bind(Date) }
  afterEach(() => void vi.restoreAllMocks())

  it.each([1, -1])(
    'believes the wall clock that jumps by %i day, and measures by its own',
    (days) => {
      const clock = realClock()
      const shown = clock.epoch()
      const before = clock.now()
      const jump = days * 24 * 3_600_000
      vi.spyOn(Date, 'now').mockImplementation(() => real.now() + jump)
      expect(Math.abs(clock.epoch() - shown - jump)).toBeLessThan(1_000)
      expect(clock.now() - before).toBeGreaterThanOrEqual(0)
      expect(clock.now() - before).toBeLessThan(1_000)
    }
  )

  it('shows one moment as one time, however the wall clock is slewed', () => {
    const clock = realClock()
    const moment = clock.now()
    const shown = clock.epoch() + (moment - clock.now())
    vi.spyOn(Date, 'now').mockImplementation(() => real.now() + 400)
    expect(Math.abs(clock.epoch() + (moment - clock.now()) - shown)).toBeLessThan(1)
  })
})
