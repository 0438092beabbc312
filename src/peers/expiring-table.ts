import { Heap } from '../heap.ts'
import type { Clock } from '../clock.ts'

interface Entry<Value> {
  readonly key: string
  readonly value: Value
  readonly until: number
  readonly order: number
  place: number
}

export interface ExpiringTableInit<Value> {
  /** Entries at most; of more, the one that would end first makes room, of equals the oldest. */
  readonly limit: number
  readonly clock: Clock
  /** An entry is gone without anybody having asked for it: its time was over, or it made room. */
  onGone?(key: string, value: Value, why: 'expired' | 'crowded'): void
}

/**
 * What holds until a time of the clock, bounded. Nothing here has a timer: an end is compared with the
 * clock on use, so that none is too far away for one. Every call costs O(log n), taken together.
 */
export class ExpiringTable<Value> {
  readonly #init: ExpiringTableInit<Value>
  readonly #entries = new Map<string, Entry<Value>>()
  readonly #byEnd = new Heap<Entry<Value>>(
    (a, b) => a.until < b.until || (a.until === b.until && a.order < b.order)
  )

  #order = 0

  constructor(init: ExpiringTableInit<Value>) {
    this.#init = init
  }

  /** Entries that still hold. */
  get size(): number {
    this.#sweep()
    return this.#entries.size
  }

  get(key: string): Value | undefined {
    this.#sweep()
    return this.#entries.get(key)?.value
  }

  /** Puts a value in the place of what was there. One that is over already is as good as none. */
  set(key: string, value: Value, until: number): void {
    this.delete(key)
    this.#sweep()
    if (until <= this.#init.clock.now()) return
    const { first } = this.#byEnd
    if (first !== undefined && this.#entries.size >= this.#init.limit) this.#drop(first, 'crowded')
    const entry = { key, value, until, order: ++this.#order, place: -1 }
    this.#entries.set(key, entry)
    this.#byEnd.add(entry)
  }

  /** Takes the entry out; undefined if there was none that still held. */
  delete(key: string): Value | undefined {
    this.#sweep()
    const entry = this.#entries.get(key)
    if (entry === undefined) return undefined
    this.#entries.delete(key)
    this.#byEnd.remove(entry)
    return entry.value
  }

  /** Everything that still holds, the oldest first. */
  *entries(): IterableIterator<[key: string, value: Value]> {
    this.#sweep()
    for (const [key, { value }] of this.#entries) yield [key, value]
  }

  #sweep(): void {
    const now = this.#init.clock.now()
    for (let { first } = this.#byEnd; first !== undefined && first.until <= now;) {
      this.#drop(first, 'expired')
      first = this.#byEnd.first
    }
  }

  #drop(entry: Entry<Value>, why: 'expired' | 'crowded'): void {
    this.#entries.delete(entry.key)
    this.#byEnd.remove(entry)
    this.#init.onGone?.(entry.key, entry.value, why)
  }
}
