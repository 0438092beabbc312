import { HeapClock } from '../../heap-clock.ts'
import type { Cancel, Clock } from '../../clock.ts'

/**
 * The clock of one node over the world's: the library's own, heap and grace included, with a wall clock that
 * can be set, and a process that can be stopped, go on and die.
 */
export class NodeClock implements Clock {
  readonly #world: Clock
  readonly #heap: HeapClock
  #offset = 0
  #isStalled = false
  #isDead = false
  /** The timer that fired while nobody could hear it. */
  #missed: (() => void) | undefined

  constructor(world: Clock) {
    this.#world = world
    this.#heap = new HeapClock({
      now: () => world.now(),
      epoch: () => world.epoch() + this.#offset,
      arm: (delay, callback) => this.#arm(delay, callback)
    })
  }

  /** Deadlines that are set and have not fired. */
  get pending(): number {
    return this.#heap.size
  }

  now(): number {
    return this.#world.now()
  }

  epoch(): number {
    return this.#heap.epoch()
  }

  after(delay: number, callback: () => void): Cancel {
    return this.#heap.after(delay, callback)
  }

  get isDead(): boolean {
    return this.#isDead
  }

  /** Milliseconds by which the wall clock is wrong. */
  get offset(): number {
    return this.#offset
  }

  /** The wall clock is set anew. */
  jump(ms: number): void {
    this.#offset += ms
  }

  /** The process stands still: its timers fire when it goes on. */
  stall(): void {
    this.#isStalled = true
  }

  resume(): void {
    this.#isStalled = false
    const missed = this.#missed
    this.#missed = undefined
    missed?.()
  }

  /** The process is gone: nothing fires any more. */
  end(): void {
    this.#isDead = true
    this.#missed = undefined
  }

  #arm(delay: number, callback: () => void): Cancel {
    const cancel = this.#world.after(delay, () => {
      if (this.#isDead) return
      if (this.#isStalled) this.#missed = callback
      else callback()
    })
    return () => {
      cancel()
      if (this.#missed === callback) this.#missed = undefined
    }
  }
}
