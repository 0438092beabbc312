/** Milliseconds between two beats. */
const BEAT = 10

/** Beats that are remembered: three seconds. */
const REMEMBERED = 300

/** When the last beats were, in epoch milliseconds. */
const beats: number[] = []

setInterval(() => {
  beats.push(Date.now())
  if (beats.length > REMEMBERED) beats.shift()
}, BEAT).unref()

/**
 * For how many milliseconds this process has run since a moment of `Date.now()`, three seconds at most. On a
 * machine that has much else to do it is less than the time that went by: what was received waits all the
 * longer for its turn, and a wall clock would blame the gate for that.
 */
export const ranSince = (moment: number): number => BEAT * beats.filter((at) => at > moment).length
