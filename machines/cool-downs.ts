/** How long a peer is left alone after a "no": a length that may grow with failures in a row. */

const SECOND = 1_000
const MINUTE = 60 * SECOND
const HOUR = 60 * MINUTE

/** First step of the back-off after an ordinary failure: go-libp2p's 5 s. */
export const BACK_OFF_BASE = 5 * SECOND

/** Longest back-off of a peer that the scheduler may as well do without: Tendermint's 30 minutes. */
export const BACK_OFF_CAP = 30 * MINUTE

/** What the cool-down of a static peer grows to: 5 minutes, as in Tendermint and CometBFT. */
export const STATIC_BACK_OFF_CAP = 5 * MINUTE

/** No back-off is shorter, however lucky the draw: one second, so that no failure loops hot. */
export const BACK_OFF_FLOOR = SECOND

/** The longest `retry_after` of a remote that is honoured: an hour. */
export const RETRY_AFTER_CAP = HOUR

/** The shortest `retry_after` of a remote that is honoured: five seconds. */
export const RETRY_AFTER_FLOOR = 5 * SECOND

/** The length of a cool-down, and how it grows. */
export interface CoolDown {
  /** Milliseconds after the first failure. 0: none at all. */
  readonly base: number
  /** What every further failure in a row multiplies it by, from 1. 1: it does not grow. */
  readonly factor: number
  /** The longest it grows to, in milliseconds. */
  readonly cap: number
  /** The share of it that is drawn by luck, 0 to 1. 1: full jitter, anything up to the length. */
  readonly jitter: number
}

/** The same after every failure. */
export const fixed = (length: number): CoolDown =>
  Object.freeze({ base: length, factor: 1, cap: length, jitter: 0 })

/** Doubled with every failure in a row. */
export const doubling = (base: number, cap: number): CoolDown =>
  Object.freeze({ base, factor: 2, cap, jitter: 0 })

/**
 * The back-off after an ordinary failure: doubled with every failure in a row, with full jitter (AWS
 * Architecture Blog, "Exponential Backoff And Jitter").
 */
export const BACK_OFF: CoolDown = Object.freeze({
  base: BACK_OFF_BASE,
  factor: 2,
  cap: BACK_OFF_CAP,
  jitter: 1
})

/**
 * The length of one cool-down in milliseconds. It is drawn once, at the failure; a delay drawn anew at
 * every look, as in Tendermint, is never due.
 *
 * @param failures - Failures in a row, this one included
 * @param luck - In [0, 1)
 */
export function lengthOf(
  { base, factor, cap, jitter }: CoolDown,
  failures: number,
  luck: number
): number {
  // nothing grows out of nothing, however large the factor
  if (base === 0) return 0
  const step = Math.min(cap, base * factor ** Math.max(0, failures - 1))
  if (jitter === 0 || step === Infinity) return step
  return Math.max(Math.min(step, BACK_OFF_FLOOR), Math.round(step * (1 - jitter + jitter * luck)))
}

/** The longest that a cool-down can be, after any number of failures. */
export const longest = ({ base, factor, cap }: CoolDown): number => (factor > 1 ? cap : base)

/** The shortest that a cool-down can be, with all the luck there is. */
export const shortest = (coolDown: CoolDown): number => lengthOf(coolDown, 1, 0)

/** The same cool-down for a static peer: it grows to 5 minutes, or not at all if it begins above. */
export const forStatic = (coolDown: CoolDown): CoolDown => ({
  ...coolDown,
  cap: Math.max(coolDown.base, Math.min(coolDown.cap, STATIC_BACK_OFF_CAP))
})

/**
 * The length of a back-off in milliseconds: 5 s doubled with every failure in a row, capped, with full
 * jitter.
 */
export function backOff(failures: number, luck: number, cap: number): number {
  return lengthOf({ ...BACK_OFF, cap }, failures, luck)
}

/** Seconds that a remote asked for, in milliseconds, within the bounds of what is honoured. */
export function honoured(retryAfter: number): number {
  return Math.min(RETRY_AFTER_CAP, Math.max(RETRY_AFTER_FLOOR, retryAfter * SECOND))
}
