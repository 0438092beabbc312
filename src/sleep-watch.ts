import type { Clock } from './clock.ts'

/** Milliseconds that go missing only while a machine sleeps or a process is stopped: half a minute. */
const SLEEP = 30_000

/**
 * Begins to watch, beside some work that has a deadline. The answer tells later whether this machine slept
 * meanwhile, so that what came of the work says nothing of anybody else. There are two signs of it, for
 * not every system's monotonic clock runs in its sleep: much more time went by than the deadline had, or
 * the wall clock ran away from the monotonic one (which it also does when somebody sets it).
 *
 * @param deadline - Milliseconds
 */
export function sleepWatch(clock: Clock, deadline: number): () => boolean {
  const began = clock.now()
  const beganAt = clock.epoch()
  return () => {
    const took = clock.now() - began
    return took - deadline > SLEEP || Math.abs(clock.epoch() - beganAt - took) > SLEEP
  }
}
