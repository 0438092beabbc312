import { HeapClock } from '../../src/heap-clock.ts'
import type { Cancel, Clock } from '../../src/clock.ts'
import type { Ticker } from '../../src/heap-clock.ts'

/**
 * The time of a machine that can be put to sleep, over the time of a world that goes on meanwhile: its own
 * heap clock, on a timer that is late when the machine was.
 */
export class Sleeper implements Ticker {
  readonly clock: HeapClock
  readonly #world: Clock
  /** What the monotonic clock has left out, and the wall clock gained beyond the world's. */
  #lost = 0
  #ahead = 0
  /** Until when the machine sleeps, on the world's scale. */
  #awakeAt = 0
  #armed: { at: number; callback: () => void; cancel: Cancel } | undefined

  constructor(world: Clock) {
    this.#world = world
    this.clock = new HeapClock(this)
  }

  now(): number {
    return this.#world.now() - this.#lost
  }

  epoch(): number {
    return this.#world.epoch() + this.#ahead
  }

  arm(delay: number, callback: () => void): Cancel {
    const at = this.now() + delay
    const armed = { at, callback, cancel: () => {} }
    this.#armed = armed
    this.#set()
    return () => {
      armed.cancel()
      if (this.#armed === armed) this.#armed = undefined
    }
  }

  /**
   * Sleeps from now on for so long, by the world's time: no timer fires before.
   *
   * @param isCounted - Does the monotonic clock run meanwhile? On Windows and macOS it does, on Linux not.
   */
  sleep(ms: number, isCounted: boolean): void {
    this.#awakeAt = this.#world.now() + ms
    if (!isCounted) this.#lost += ms
    this.#set()
  }

  /** Somebody sets the wall clock. */
  setWallClock(by: number): void {
    this.#ahead += by
  }

  #set(): void {
    const armed = this.#armed
    if (armed === undefined) return
    armed.cancel()
    const delay = Math.max(armed.at - this.now(), this.#awakeAt - this.#world.now(), 0)
    armed.cancel = this.#world.after(delay, () => {
      if (this.#armed === armed) this.#armed = undefined
      armed.callback()
    })
  }
}
