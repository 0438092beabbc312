/** How often something may happen. */
export interface TokenRate {
  /** Times in a second in the long run; `Infinity` for no limit. */
  readonly perSecond: number
  /** Times at once after a quiet time; `Infinity` for no limit. */
  readonly burst: number
}

/**
 * A token bucket: full at first, refilled at an even rate, never above its burst. It knows no clock: the
 * time in milliseconds is an argument, and may stand still or leap without harm.
 */
export class TokenBucket {
  readonly #rate: TokenRate
  #tokens: number
  #at: number

  constructor(rate: TokenRate, now: number) {
    this.#rate = rate
    this.#tokens = rate.burst
    this.#at = now
  }

  /** Is there a token? */
  has(now: number): boolean {
    return this.#refilled(now) >= 1
  }

  /** Takes a token, or as many at once. False, and nothing is taken, if there are not so many. */
  take(now: number, tokens = 1): boolean {
    this.#tokens = this.#refilled(now)
    this.#at = Math.max(this.#at, now)
    if (this.#tokens < tokens) return false
    this.#tokens -= tokens
    return true
  }

  /** Is it as full as it can be, so that a new one in its place would be the same? */
  isFull(now: number): boolean {
    return this.#refilled(now) >= this.#rate.burst
  }

  /** Milliseconds until there is a token; 0 if there is one. */
  wait(now: number): number {
    const missing = 1 - this.#refilled(now)
    return missing <= 0 ? 0 : Math.ceil((missing * 1_000) / this.#rate.perSecond)
  }

  #refilled(now: number): number {
    const { perSecond, burst } = this.#rate
    if (perSecond === Infinity) return burst
    // what is lost in rounding must not cost a token
    const fresh = (Math.max(0, now - this.#at) * perSecond) / 1_000
    return Math.min(burst, this.#tokens + fresh + (fresh > 0 ? 1e-9 : 0))
  }
}
