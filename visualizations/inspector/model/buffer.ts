import type { Deed } from './deed.ts'

/** Steps that are kept at the most; a beginning counts as many as it tells peers. */
export const MOST_STEPS = 100_000

/** So many are dropped at once, at least. */
const CHUNK = 10_000

/** The steps that are kept, in order, and those of each peer. */
export class Buffer {
  /** The position of the first one. */
  start = 0
  readonly #deeds: Deed[] = []
  readonly #byPeer = new Map<string, Deed[]>()
  #weight = 0
  /** The order of the last step of each node. */
  readonly #last = new Map<number, number>()

  get end(): number {
    return this.start + this.#deeds.length
  }

  /** All that are kept, the oldest first. */
  get deeds(): readonly Deed[] {
    return this.#deeds
  }

  at(position: number): Deed | undefined {
    return this.#deeds[position - this.start]
  }

  of(key: string): readonly Deed[] {
    return this.#byPeer.get(key) ?? []
  }

  /** The first position whose step is after a time. */
  after(order: number, from = this.start): number {
    let [low, high] = [from, this.end]
    while (low < high) {
      const middle = (low + high) >>> 1
      if ((this.at(middle)?.order ?? Infinity) <= order) low = middle + 1
      else high = middle
    }
    return low
  }

  /**
   * Adds steps of one node, behind those that were before them. Nodes do not touch one another's peers, and so
   * their steps can be put into the order of time, whenever they come.
   *
   * @param floor - Nothing comes before this position
   */
  add(fresh: readonly Deed[], floor: number): void {
    const [first] = fresh
    if (first === undefined) return
    let last = Math.max(this.at(floor - 1)?.order ?? -Infinity, this.#last.get(first.node) ?? 0)
    for (const deed of fresh) {
      last = Math.max(last, deed.at)
      deed.order = last
      this.#weight += weightOf(deed)
      if (deed.key !== undefined) this.#remember(deed.key, deed)
    }
    this.#last.set(first.node, last)
    const from = this.after(first.order, floor)
    const tail = this.#deeds.splice(from - this.start)
    for (const deed of merged(tail, fresh)) {
      deed.index = this.end
      this.#deeds.push(deed)
    }
  }

  /** How many of the oldest have to go. */
  get surplus(): number {
    if (this.#weight <= MOST_STEPS) return 0
    let [number, weight] = [0, this.#weight]
    while (weight > MOST_STEPS - CHUNK && number < this.#deeds.length) {
      weight -= weightOf(this.#deeds[number++])
    }
    return number
  }

  /** Drops the oldest. */
  drop(number: number): void {
    const dropped = this.#deeds.splice(0, number)
    for (const deed of dropped) this.#weight -= weightOf(deed)
    this.start += dropped.length
    for (const key of new Set(dropped.map((deed) => deed.key))) {
      if (key === undefined) continue
      const kept = this.of(key).filter(({ index }) => index >= this.start)
      if (kept.length === 0) this.#byPeer.delete(key)
      else this.#byPeer.set(key, kept)
    }
  }

  #remember(key: string, deed: Deed): void {
    const known = this.#byPeer.get(key)
    if (known === undefined) this.#byPeer.set(key, [deed])
    else known.push(deed)
  }
}

/** A step holds a peer, and a beginning all of them: a page that falls behind again and again is told many. */
const weightOf = (deed: Deed | undefined): number => Math.max(1, deed?.afters?.length ?? 0)

/** Both in order; of two at the same time that of the first list comes first. */
function* merged(one: readonly Deed[], other: readonly Deed[]): Generator<Deed> {
  let at = 0
  for (const deed of other) {
    for (let next = one[at]; next !== undefined && next.order <= deed.order; next = one[++at]) {
      yield next
    }
    yield deed
  }
  yield* one.slice(at)
}
