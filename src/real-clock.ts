import { HeapClock } from './heap-clock.ts'
import type { Clock } from './clock.ts'

/**
 * The one file that touches real time and luck. The timer is unref'd: a waiting deadline is no reason for a
 * process to live.
 */
export function realClock(): Clock {
  let origin = originNow()
  return new HeapClock({
    now: () => performance.now(),
    epoch: () => {
      // one origin for all times that are shown, so that the same moment is always the same number
      const fresh = originNow()
      if (Math.abs(fresh - origin) > WALL_CLOCK_JUMP) origin = fresh
      return origin + performance.now()
    },
    arm: (delay, callback) => {
      const timer: unknown = setTimeout(callback, Math.ceil(delay))
      if (isUnrefable(timer)) timer.unref()
      return () => clearTimeout(timer as number)
    }
  })
}

/** Milliseconds by which the wall clock must have been set anew, or the machine slept, to be believed. */
const WALL_CLOCK_JUMP = 1_000

/** The epoch milliseconds at which the monotonic clock was 0. */
const originNow = (): number => Date.now() - performance.now()

/** In Node a timer is an object that can be unref'd, in a browser it is a number. */
const isUnrefable = (timer: unknown): timer is { unref(): void } =>
  typeof timer === 'object' && timer !== null && 'unref' in timer

/** Luck as it comes: jitter and choices among equals, nothing that must not be guessed. */
export function realLuck(): number {
  return Math.random()
}
