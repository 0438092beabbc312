import { HeapClock } from './heap-clock.ts'
import type { Clock } from './clock.ts'

/**
 * The one file that touches real time and luck. The timer is unref'd: a waiting deadline is no reason for a
 * process to live.
 */
export function realClock(): Clock {
  return new HeapClock({
    now: () => performance.now(),
    epoch: () => Date.now(),
    arm: (delay, callback) => {
      const timer: unknown = setTimeout(callback, Math.ceil(delay))
      if (isUnrefable(timer)) timer.unref()
      return () => clearTimeout(timer as number)
    }
  })
}

/** In Node a timer is an object that can be unref'd, in a browser it is a number. */
const isUnrefable = (timer: unknown): timer is { unref(): void } =>
  typeof timer === 'object' && timer !== null && 'unref' in timer

/** Luck as it comes: jitter and choices among equals, nothing that must not be guessed. */
export function realLuck(): number {
  return Math.random()
}
