import type { Cancel, Clock } from './clock.ts'

/** Where a heap clock gets its time from, and the one timer it keeps. */
export interface Ticker {
  now(): number
  epoch(): number
  /** Calls back once, not before `delay` milliseconds have passed, without keeping the process alive. */
  arm(delay: number, callback: () => void): Cancel
}

interface Deadline {
  readonly at: number
  readonly order: number
  callback: (() => void) | undefined
}

/**
 * The real timer is never armed for longer than this: beyond 2^31 milliseconds a timer of Node or a
 * browser fires at once, and a ban of 30 days would be over before it began.
 */
const LONGEST_TIMER = 3_600_000

/**
 * All deadlines in one binary heap with lazy removal, and one real timer for the earliest: setting and
 * taking back a deadline costs well under a microsecond at a hundred thousand of them.
 */
export class HeapClock implements Clock {
  readonly #ticker: Ticker
  readonly #heap: Deadline[] = []
  #order = 0
  #live = 0
  /** The armed timer (push or fire -> the head changes or the heap is empty). */
  #timer: { at: number; cancel: Cancel } | undefined

  constructor(ticker: Ticker) {
    this.#ticker = ticker
  }

  /** Deadlines that are set and have neither fired nor been taken back. */
  get size(): number {
    return this.#live
  }

  now(): number {
    return this.#ticker.now()
  }

  epoch(): number {
    return this.#ticker.epoch()
  }

  after(delay: number, callback: () => void): Cancel {
    if (delay === Infinity) return () => {}
    const at = this.now() + Math.max(0, delay)
    const deadline: Deadline = { at, order: ++this.#order, callback }
    this.#push(deadline)
    this.#live++
    this.#arm()
    return () => {
      if (deadline.callback === undefined) return
      deadline.callback = undefined
      this.#live--
      this.#dropDead()
      if (this.#live === 0) this.#disarm()
    }
  }

  #arm(): void {
    this.#dropDead()
    const head = this.#heap[0]
    if (head === undefined) return this.#disarm()
    if (this.#timer !== undefined && this.#timer.at <= head.at) return
    this.#disarm()
    const delay = Math.min(LONGEST_TIMER, Math.max(0, head.at - this.now()))
    this.#timer = { at: head.at, cancel: this.#ticker.arm(delay, () => this.#fire()) }
  }

  #disarm(): void {
    this.#timer?.cancel()
    this.#timer = undefined
  }

  #fire(): void {
    this.#timer = undefined
    const now = this.now()
    try {
      for (let head = this.#heap[0]; head !== undefined && head.at <= now; head = this.#heap[0]) {
        this.#pop()
        const { callback } = head
        if (callback === undefined) continue
        head.callback = undefined
        this.#live--
        callback()
      }
    } finally {
      this.#arm()
    }
  }

  /** Deadlines that were taken back leave the heap when they reach its top, or when they are the most. */
  #dropDead(): void {
    while (this.#heap.length > 0 && this.#heap[0]?.callback === undefined) this.#pop()
    if (this.#heap.length < 64 || this.#heap.length < 2 * this.#live) return
    const live = this.#heap.filter(({ callback }) => callback !== undefined)
    this.#heap.length = 0
    for (const deadline of live) this.#push(deadline)
  }

  #push(deadline: Deadline): void {
    const heap = this.#heap
    let at = heap.length
    while (at > 0) {
      const parent = (at - 1) >> 1
      const above = heap[parent] as Deadline
      if (!isEarlier(deadline, above)) break
      heap[at] = above
      at = parent
    }
    heap[at] = deadline
  }

  #pop(): void {
    const heap = this.#heap
    const last = heap.pop()
    if (last === undefined || heap.length === 0) return
    let at = 0
    for (;;) {
      let child = 2 * at + 1
      if (child >= heap.length) break
      const right = heap[child + 1]
      if (right !== undefined && isEarlier(right, heap[child] as Deadline)) child++
      const below = heap[child] as Deadline
      if (!isEarlier(below, last)) break
      heap[at] = below
      at = child
    }
    heap[at] = last
  }
}

const isEarlier = (a: Deadline, b: Deadline): boolean =>
  a.at < b.at || (a.at === b.at && a.order < b.order)
