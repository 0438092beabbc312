/** What a heap holds: an item knows its place, so that it can be taken out from wherever it is. */
export interface HeapItem {
  /** Where the heap keeps it; -1 while it is in none. The heap's own business. */
  place: number
}

/** A binary heap: the first item at a glance; adding one, or taking out any one, costs O(log n). */
export class Heap<Item extends HeapItem> {
  readonly #isBefore: (a: Item, b: Item) => boolean
  readonly #items: Item[] = []

  /** @param isBefore - The order: does `a` come before `b`? */
  constructor(isBefore: (a: Item, b: Item) => boolean) {
    this.#isBefore = isBefore
  }

  get size(): number {
    return this.#items.length
  }

  /** The item that comes first; it stays. */
  get first(): Item | undefined {
    return this.#items[0]
  }

  add(item: Item): void {
    this.#items.push(item)
    this.#rise(item, this.#items.length - 1)
  }

  /** Takes the item out. False if it was not in. */
  remove(item: Item): boolean {
    const { place } = item
    if (this.#items[place] !== item) return false
    const last = this.#items.pop() as Item
    item.place = -1
    if (last === item) return true
    // what fills the gap may belong above it as well as below
    this.#rise(last, place)
    this.#sink(last, last.place)
    return true
  }

  #rise(item: Item, from: number): void {
    let place = from
    while (place > 0) {
      const parent = (place - 1) >> 1
      const above = this.#items[parent] as Item
      if (!this.#isBefore(item, above)) break
      this.#put(above, place)
      place = parent
    }
    this.#put(item, place)
  }

  #sink(item: Item, from: number): void {
    const items = this.#items
    let place = from
    for (;;) {
      let child = 2 * place + 1
      if (child >= items.length) break
      const right = items[child + 1]
      if (right !== undefined && this.#isBefore(right, items[child] as Item)) child++
      const below = items[child] as Item
      if (!this.#isBefore(below, item)) break
      this.#put(below, place)
      place = child
    }
    this.#put(item, place)
  }

  #put(item: Item, place: number): void {
    this.#items[place] = item
    item.place = place
  }
}
