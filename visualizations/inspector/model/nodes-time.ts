/**
 * What time it is at the nodes, by the page's clock and by what they told last: the reader's machine may be
 * another one, with a clock of its own.
 */
export class NodesTime {
  readonly #clock: (() => number) | undefined
  /** What is to be added to the page's clock to have the nodes'. */
  #skew: number | undefined = undefined
  /** The last time that was told. */
  #latest = 0

  /** @param clock - Milliseconds of the page; without it time stands still where the last line was */
  constructor(clock: (() => number) | undefined) {
    this.#clock = clock
  }

  /** Does it go on by itself? */
  get goesOn(): boolean {
    return this.#clock !== undefined
  }

  /** Something of this time was told now: it is at least that late. */
  heard(at: number): void {
    this.#latest = Math.max(this.#latest, at)
    if (this.#clock === undefined) return
    this.#skew = Math.max(this.#skew ?? -Infinity, at - this.#clock())
  }

  /** A node said what time it is. Not the latest there ever was: clocks are set back, too. */
  is(at: number): void {
    if (this.#clock !== undefined) this.#skew = at - this.#clock()
    this.#latest = Math.max(this.#latest, at)
  }

  /** Milliseconds since the epoch. */
  now(): number {
    if (this.#clock === undefined || this.#skew === undefined) return this.#latest
    return this.#clock() + this.#skew
  }
}
