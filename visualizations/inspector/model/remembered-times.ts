/** Steps whose times are remembered: as many as the longest past that a node is likely to tell again. */
const MOST = 100_000

/** When the last steps of a node were, by their numbers: eight bytes each, for as long as the page is open. */
export class RememberedTimes {
  #times: Float64Array | undefined = undefined
  /** The numbers that are remembered: from the first to before the next. */
  #first = 0
  #next = 0

  /** @param seq - Any number that follows is a new one, and the first after a gap makes all before it forgotten. */
  note(seq: number, at: number): void {
    this.#times ??= new Float64Array(MOST)
    if (seq !== this.#next) this.#first = seq
    this.#next = seq + 1
    this.#first = Math.max(this.#first, this.#next - MOST)
    this.#times[seq % MOST] = at
  }

  /** Was this step then? */
  has(seq: number, at: number): boolean {
    return seq >= this.#first && seq < this.#next && this.#times?.[seq % MOST] === at
  }

  clear(): void {
    this.#first = this.#next
  }
}
