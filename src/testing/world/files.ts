import { MemoryDatastore } from 'datastore-core'
import type { Batch, Key } from 'interface-datastore'

/** What one change replaced. */
interface Undo {
  readonly key: Key
  readonly before: Uint8Array | undefined
}

/** A node's files: a datastore in memory that can be copied, and torn as a crash tears one. */
export class Files extends MemoryDatastore {
  /** What the last batch replaced, in its order. */
  #last: Undo[] = []

  override batch(): Batch {
    const batch = super.batch()
    const keys: Key[] = []
    return {
      put: (key, value) => {
        keys.push(key)
        batch.put(key, value)
      },
      delete: (key) => {
        keys.push(key)
        batch.delete(key)
      },
      commit: async (options) => {
        this.#last = await Promise.all(
          keys.map(async (key) => ({ key, before: await this.#valueOf(key) }))
        )
        await batch.commit(options)
      }
    }
  }

  /** The same files once more. */
  async copy(): Promise<Files> {
    const files = new Files()
    for await (const { key, value } of this.query({})) await files.put(key, value)
    return files
  }

  /** What is left of them when the last batch was only begun, and a record was cut off. */
  async torn(random: () => number): Promise<Files> {
    const files = await this.copy()
    const whole = Math.floor(random() * (this.#last.length + 1))
    for (const { key, before } of this.#last.slice(whole)) {
      if (before === undefined) await files.delete(key)
      else await files.put(key, before)
    }
    for await (const { key, value } of this.query({})) {
      if (random() < 0.2)
        await files.put(key, value.subarray(0, Math.floor(random() * value.length)))
    }
    return files
  }

  async #valueOf(key: Key): Promise<Uint8Array | undefined> {
    return (await this.has(key)) ? this.get(key) : undefined
  }
}
