import type { Cancel, Clock } from '../clock.ts'

/** 1 January 2026, UTC, in epoch milliseconds. */
const NEW_YEAR_2026 = 1_767_225_600_000

interface Deadline {
  readonly due: number
  readonly callback: () => void
}

/**
 * A clock that stands still until it is told to advance. Deadlines fire in the order in which they are
 * due, those of one moment in the order in which they were set, each at its own time.
 */
export class ManualClock implements Clock {
  readonly #epoch: number
  readonly #deadlines = new Set<Deadline>()
  #now = 0

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
    return this.#next(Infinity)?.due
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
    const deadline = { due: this.#now + Math.max(0, delay), callback }
    this.#deadlines.add(deadline)
    return () => {
      this.#deadlines.delete(deadline)
    }
  }

  /** Lets `ms` milliseconds pass: 0 fires what is due now. Deadlines set meanwhile count, if they fall due. */
  advance(ms: number): void {
    const end = this.#now + ms
    for (let next = this.#next(end); next !== undefined; next = this.#next(end)) {
      this.#deadlines.delete(next)
      this.#now = next.due
      next.callback()
    }
    this.#now = end
  }

  #next(end: number): Deadline | undefined {
    let next: Deadline | undefined
    for (const deadline of this.#deadlines) {
      if (deadline.due <= end && (next === undefined || deadline.due < next.due)) next = deadline
    }
    return next
  }
}
