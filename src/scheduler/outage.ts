/**
 * Unlike peers that must fail to answer our dials in a row, with nobody connected, before we think that it
 * is us; as many as are wanted if those are fewer, and no fewer than {@link OFFLINE_AFTER_AT_LEAST}. Bee
 * has 100 for a network of thousands.
 */
const OFFLINE_AFTER = 10

/** With less than three unlike failures it may as well be chance. */
const OFFLINE_AFTER_AT_LEAST = 3

/** Tells an outage of our own from peers that are gone: by how many unlike ones are gone at once. */
export class Outage {
  /** Peers whose dials failed since the last sign of life from the network. */
  readonly #unreachable = new Set<string>()
  /** When there was the last sign of life: since then the network may be gone. */
  #since: number

  constructor(now: number) {
    this.#since = now
  }

  /** When the network was there for the last time that we know of. */
  get since(): number {
    return this.#since
  }

  /** There was a sign of life. */
  reached(now: number): void {
    this.#unreachable.clear()
    this.#since = now
  }

  /**
   * A dial came to nothing. True if so many did in a row that it may well be us. `others`: whoever else is
   * wanted at the moment.
   */
  failed(peer: string, others: Iterable<string>): boolean {
    this.#unreachable.add(peer)
    return this.#unreachable.size >= this.#threshold(others)
  }

  #threshold(others: Iterable<string>): number {
    if (this.#unreachable.size >= OFFLINE_AFTER) return OFFLINE_AFTER
    const wanted = new Set(this.#unreachable)
    for (const peer of others) {
      if (wanted.size >= OFFLINE_AFTER) break
      wanted.add(peer)
    }
    return Math.min(OFFLINE_AFTER, Math.max(OFFLINE_AFTER_AT_LEAST, wanted.size))
  }
}
