import { MemoryDatastore } from 'datastore-core'
import type { Batch, Datastore, Key, Pair, Query } from 'interface-datastore'

/** What a datastore may do to whoever relies on it. */
export type Mood = 'works' | 'throws' | 'hangs' | 'is full' | 'says nonsense'

/**
 * A legal datastore that does as it is told to. It takes no notice of signals, and what hangs once stays
 * without an answer until it is released.
 */
export class TroubledDatastore extends MemoryDatastore implements Datastore {
  mood: Mood = 'works'
  /** Changes of each batch that was committed, whatever came of it. */
  readonly batches: number[] = []
  /** Questions of each kind. */
  readonly asked = { get: 0, has: 0, query: 0 }
  #hanging: (() => void)[] = []

  /** Everything that hangs is answered. */
  release(): void {
    for (const answer of this.#hanging) answer()
    this.#hanging = []
  }

  get hanging(): number {
    return this.#hanging.length
  }

  override async get(key: Key): Promise<Uint8Array> {
    this.asked.get++
    await this.#suffer()
    return this.mood === 'says nonsense' ? (7 as unknown as Uint8Array) : super.get(key)
  }

  override async has(key: Key): Promise<boolean> {
    this.asked.has++
    await this.#suffer()
    return super.has(key)
  }

  override async *query(query: Query): AsyncGenerator<Pair> {
    this.asked.query++
    await this.#suffer()
    if (this.mood === 'says nonsense') yield* NONSENSE as Pair[]
    else yield* super.query(query)
  }

  override batch(): Batch {
    const changes: (() => void)[] = []
    return {
      put: (key, value) => void changes.push(() => void super.put(key, value)),
      delete: (key) => void changes.push(() => void super.delete(key)),
      commit: async () => {
        this.batches.push(changes.length)
        if (this.mood === 'is full') throw new Error('ENOSPC: no space left on device')
        await this.#suffer()
        for (const change of changes) change()
      }
    }
  }

  async #suffer(): Promise<void> {
    if (this.mood === 'throws') throw new Error('out of order')
    if (this.mood === 'hangs') await new Promise<void>((answer) => this.#hanging.push(answer))
  }
}

/** What no query should answer with. */
const NONSENSE: unknown[] = [
  undefined,
  null,
  7,
  'text',
  {},
  { key: null, value: null },
  { key: { toString: null }, value: new Uint8Array(1) },
  { key: 'no key', value: new Uint8Array(1) }
]
