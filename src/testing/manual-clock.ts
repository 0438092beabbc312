import { Heap } from '../heap.ts'
import type { Cancel, Clock } from '../clock.ts'

/** 1 January 2026, UTC, in epoch milliseconds. */
const NEW_YEAR_2026 = 1_767_225_600_000

interface Deadline {
  readonly due: number
  readonly order: number
  readonly callback: () => void
  place: number
}

/**
 * A clock that stands still until it is told to advance. Deadlines fire in the order in which they are
 * due, those of one moment in the order in which they were set, each at its own time. A hundred thousand of
 * them cost no more than a few.
 */
export class ManualClock implements Clock {
  readonly #epoch: number
  readonly #deadlines = new Heap<Deadline>(
    (a, b) => a.due < b.due || (a.due === b.due && a.order < b.order)
  )
  #now = 0
  #order = 0

  /** @param epoch - Epoch milliseconds at the clock's start; 1 January 2026 if left out. */
  constructor(epoch = NEW_YEAR_2026) {
    this.#epoch = epoch
  }

  /** Deadlines that are set and have not fired: the census that has to be 0 at the end of a test. */
  get pending(): number {
    return this.#deadlines.size
  }

  /** When the next deadline is due, on the scale of `now()`; undefined if none is set. */
  get next(): number | undefined {
    return this.#deadlines.first?.due
  }

  now(): number {
    return this.#now
  }

  epoch(): number {
    return this.#epoch + this.#now
  }

  after(delay: number, callback: () => void): Cancel {
    // one that never fires is no deadline, and not counted as one
    if (delay === Infinity) return () => {}
    const due = this.#now + Math.max(0, delay)
    const deadline = { due, order: ++this.#order, callback, place: -1 }
    this.#deadlines.add(deadline)
    return () => {
      this.#deadlines.remove(deadline)
    }
  }

  /** Lets `ms` milliseconds pass: 0 fires what is due now. Deadlines set meanwhile count, if they fall due. */
  advance(ms: number): void {
    const end = this.#now + ms
    for (let next = this.#next(end); next !== undefined; next = this.#next(end)) {
      this.#deadlines.remove(next)
      this.#now = next.due
      next.callback()
    }
    this.#now = end
  }

  #next(end: number): Deadline | undefined {
    const { first } = this.#deadlines
    return first !== undefined && first.due <= end ? first : undefined
  }
}
