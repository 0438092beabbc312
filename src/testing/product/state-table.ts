/**
 * The states that an exploration has found, each a row of small whole numbers, in the order in which they
 * were found; and how each was come to. Kept in flat arrays: millions of them fit.
 */
export class StateTable {
  readonly #width: number
  #rows: Uint16Array
  /** Where a state was come from, and by which step. */
  #origins: Int32Array
  /** Open addressing: the number of a state plus one, 0 where there is none. */
  #slots = new Int32Array(1 << 12)
  #size = 0

  /** @param width - Numbers in a row, each below 65,536 */
  constructor(width: number) {
    this.#width = width
    this.#rows = new Uint16Array(width << 10)
    this.#origins = new Int32Array(2 << 10)
  }

  get size(): number {
    return this.#size
  }

  /** Adds a state. False if it is known. */
  add(row: readonly number[], from: number, step: number): boolean {
    let at = this.#hash(row) & (this.#slots.length - 1)
    for (let known = this.#slots[at] ?? 0; known !== 0; known = this.#slots[at] ?? 0) {
      if (this.#equals(known - 1, row)) return false
      at = (at + 1) & (this.#slots.length - 1)
    }
    this.#append(row, from, step)
    this.#slots[at] = this.#size
    if (this.#size * 2 > this.#slots.length) this.#rehash()
    return true
  }

  /** The state of this number. */
  row(index: number): number[] {
    return [...this.#rows.subarray(index * this.#width, (index + 1) * this.#width)]
  }

  /** The steps from the first state to this one: the states that they begin in, and their numbers. */
  path(index: number): { readonly from: number; readonly step: number }[] {
    const steps: { from: number; step: number }[] = []
    for (let at = index; at !== 0;) {
      const from = this.#origins[at * 2] ?? 0
      steps.push({ from, step: this.#origins[at * 2 + 1] ?? 0 })
      at = from
    }
    return steps.toReversed()
  }

  #append(row: readonly number[], from: number, step: number): void {
    const at = this.#size * this.#width
    if (at + this.#width > this.#rows.length) {
      this.#rows = grown(this.#rows, new Uint16Array(this.#rows.length * 2))
      this.#origins = grown(this.#origins, new Int32Array(this.#origins.length * 2))
    }
    this.#rows.set(row, at)
    this.#origins[this.#size * 2] = from
    this.#origins[this.#size * 2 + 1] = step
    this.#size++
  }

  #rehash(): void {
    this.#slots = new Int32Array(this.#slots.length * 2)
    const mask = this.#slots.length - 1
    for (let index = 0; index < this.#size; index++) {
      let at = this.#hash(this.row(index)) & mask
      while (this.#slots[at] !== 0) at = (at + 1) & mask
      this.#slots[at] = index + 1
    }
  }

  #equals(index: number, row: readonly number[]): boolean {
    const at = index * this.#width
    for (let i = 0; i < this.#width; i++) if (this.#rows[at + i] !== row[i]) return false
    return true
  }

  #hash(row: readonly number[]): number {
    let hash = 0x811c9dc5
    for (const number of row) hash = Math.imul(hash ^ number, 0x01000193)
    return (hash ^ (hash >>> 15)) >>> 0
  }
}

function grown<T extends Uint16Array | Int32Array>(small: T, large: T): T {
  large.set(small)
  return large
}
