import type { Cancel } from '../clock.ts'

/**
 * Work that is dear, such as signing and checking signatures: so much of it at once, whoever it is for,
 * and the rest in the order in which it came.
 */
export class Turns {
  #free: number
  /** Who waits, in order (take -> its turn | given back). */
  readonly #waiting = new Set<() => void>()

  /** @param limit - Turns that may be taken at once. */
  constructor(limit: number) {
    this.#free = limit
  }

  /**
   * Calls `work` as soon as there is a turn, perhaps within this call. What is returned, and handed to
   * `work`, gives the turn back, or the place in the queue; calling it twice does nothing.
   */
  take(work: (giveBack: Cancel) => void): Cancel {
    let state: 'waiting' | 'working' | 'done' = 'waiting'
    const giveBack = (): void => {
      const was = state
      state = 'done'
      if (was === 'waiting') this.#waiting.delete(begin)
      if (was === 'working') this.#giveBack()
    }
    const begin = (): void => {
      this.#free--
      state = 'working'
      work(giveBack)
    }
    if (this.#free > 0) begin()
    else this.#waiting.add(begin)
    return giveBack
  }

  #giveBack(): void {
    this.#free++
    const [next] = this.#waiting
    if (next === undefined) return
    this.#waiting.delete(next)
    next()
  }
}
