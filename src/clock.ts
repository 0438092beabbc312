/**
 * Time comes in through this door only. One clock drives every deadline of the service; tests put a
 * clock of their own in its place and advance it by hand.
 */
export interface Clock {
  /** Milliseconds on a monotonic scale; only differences mean anything. */
  now(): number

  /** Epoch milliseconds, for times that are shown to a person. Never used to measure. */
  epoch(): number

  /**
   * Calls `callback` once, `delay` milliseconds from now, unless the returned function is called first.
   * A delay of `Infinity` never fires; one of 0 or less fires at the next opportunity, never within
   * the call.
   */
  after(delay: number, callback: () => void): Cancel
}

/** Takes a deadline back. Calling it twice, or after the deadline fired, does nothing. */
export type Cancel = () => void
