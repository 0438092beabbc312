/** Refusals that are written in a second at the most. */
export const REFUSALS_PER_SECOND = 10

const SECOND = 1_000
const MINUTE = 60_000

/**
 * Which refusals are written: whoever wants can be refused as often as he likes, and must not make the
 * recorder forget what peers did.
 */
export class RefusalBudget {
  /** When the second began, or the minute, that is counted. */
  #since = -Infinity
  #written = 0
  #omitted = 0

  /**
   * May a refusal be written now? Then how many were left out before it; undefined if it is left out, too.
   *
   * @param isCrowded - Do refusals take much of the room already? Then one a minute is written
   */
  take(now: number, isCrowded: boolean): number | undefined {
    if (now - this.#since >= (isCrowded ? MINUTE : SECOND)) {
      this.#since = now
      this.#written = 0
    }
    if (this.#written >= (isCrowded ? 1 : REFUSALS_PER_SECOND)) {
      this.#omitted++
      return undefined
    }
    this.#written++
    const omitted = this.#omitted
    this.#omitted = 0
    return omitted
  }
}
