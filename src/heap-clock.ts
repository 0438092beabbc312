import { Heap } from './heap.ts'
import type { Cancel, Clock } from './clock.ts'

/** Where a heap clock gets its time from, and the one timer it keeps. */
export interface Ticker {
  now(): number
  epoch(): number
  /** Calls back once, not before `delay` milliseconds have passed, without keeping the process alive. */
  arm(delay: number, callback: () => void): Cancel
}

interface Deadline {
  at: number
  readonly order: number
  readonly delay: number
  readonly callback: () => void
  hasGrace: boolean
  place: number
}

/**
 * The real timer is never armed for longer than this: beyond 2^31 milliseconds a timer of Node or a
 * browser fires at once, and a ban of 30 days would be over before it began.
 */
const LONGEST_TIMER = 3_600_000

/** Milliseconds by which no timer is late in a loop that turns: a quarter of a second. */
const STALL = 250

/** The longest grace in milliseconds: five seconds, the deadline of a handshake. */
const LONGEST_GRACE = 5_000

/**
 * All deadlines in one binary heap, and one real timer for the earliest: setting and taking back a
 * deadline costs well under a microsecond at a hundred thousand of them.
 *
 * A loop that stalled (a long garbage collection, synchronous work, a stopped process, a laptop that
 * slept) finds its timers due before it has read what waits in the sockets. What was missed in such a
 * time nobody else has missed: every deadline that fell due in it gets as long again, at most five
 * seconds, once. After a sleep, too, no deadline fires at once that was set for later.
 */
export class HeapClock implements Clock {
  readonly #ticker: Ticker
  readonly #heap = new Heap<Deadline>((a, b) => a.at < b.at || (a.at === b.at && a.order < b.order))

  #order = 0
  /** The armed timer (set or fire -> the head changes or the heap is empty). */
  #timer: { at: number; cancel: Cancel } | undefined

  constructor(ticker: Ticker) {
    this.#ticker = ticker
  }

  /** Deadlines that are set and have neither fired nor been taken back. */
  get size(): number {
    return this.#heap.size
  }

  now(): number {
    return this.#ticker.now()
  }

  epoch(): number {
    return this.#ticker.epoch()
  }

  after(delay: number, callback: () => void): Cancel {
    if (delay === Infinity) return () => {}
    const wait = Math.max(0, delay)
    const at = this.now() + wait
    const deadline = { at, order: ++this.#order, delay: wait, callback, hasGrace: false, place: -1 }
    this.#heap.add(deadline)
    this.#arm()
    return () => {
      if (this.#heap.remove(deadline) && this.#heap.size === 0) this.#disarm()
    }
  }

  #arm(): void {
    const { first } = this.#heap
    if (first === undefined) return this.#disarm()
    if (this.#timer !== undefined && this.#timer.at <= first.at) return
    this.#disarm()
    const now = this.now()
    const at = Math.min(now + LONGEST_TIMER, Math.max(now, first.at))
    this.#timer = { at, cancel: this.#ticker.arm(at - now, () => this.#fire(at)) }
  }

  #disarm(): void {
    this.#timer?.cancel()
    this.#timer = undefined
  }

  #fire(due: number): void {
    this.#timer = undefined
    const now = this.now()
    if (now - due > STALL) this.#spare(now)
    try {
      for (let { first } = this.#heap; first !== undefined && first.at <= now;) {
        this.#heap.remove(first)
        first.callback()
        first = this.#heap.first
      }
    } finally {
      this.#arm()
    }
  }

  /** Grace for every deadline that is due and has had none. */
  #spare(now: number): void {
    const due: Deadline[] = []
    for (let { first } = this.#heap; first !== undefined && first.at <= now;) {
      this.#heap.remove(first)
      due.push(first)
      first = this.#heap.first
    }
    for (const deadline of due) {
      if (!deadline.hasGrace) deadline.at = now + Math.min(deadline.delay, LONGEST_GRACE)
      deadline.hasGrace = true
      this.#heap.add(deadline)
    }
  }
}
