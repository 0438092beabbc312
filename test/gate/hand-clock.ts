import type { Cancel, Clock } from '../../src/clock.ts'

/** A clock that stands still until the test moves it. */
export class HandClock implements Clock {
  #now = 0
  readonly #deadlines = new Set<{ at: number; callback: () => void }>()

  /** Deadlines that are neither over nor taken back. */
  get pending(): number {
    return this.#deadlines.size
  }

  now(): number {
    return this.#now
  }

  epoch(): number {
    return this.#now
  }

  after(delay: number, callback: () => void): Cancel {
    const deadline = { at: this.#now + delay, callback }
    this.#deadlines.add(deadline)
    return () => this.#deadlines.delete(deadline)
  }

  advance(ms: number): void {
    this.#now += ms
    for (const deadline of [...this.#deadlines].toSorted((a, b) => a.at - b.at)) {
      if (deadline.at > this.#now || !this.#deadlines.delete(deadline)) continue
      deadline.callback()
    }
  }
}
