import { NotFoundError } from '@libp2p/interface'
import { BaseDatastore } from 'datastore-core'
import { Key } from 'interface-datastore'
import { createClient, RESP_TYPES } from 'redis'
import type { Batch, KeyQuery, Pair, Query } from 'interface-datastore'

/**
 * A datastore in Redis. Commands fail at once while Redis is away, and the client connects again by
 * itself: a node never waits for it.
 */
export class RedisDatastore extends BaseDatastore {
  readonly #root: string
  readonly #client
  readonly #bytes

  /** @param root - What all of its keys begin with; it is not asked for others */
  constructor(url: string, root: string) {
    super()
    this.#root = root
    this.#client = createClient({
      url,
      disableOfflineQueue: true,
      commandsQueueMaxLength: 10_000,
      pingInterval: 2_000,
      socket: {
        socketTimeout: 5_000,
        reconnectStrategy: (tries) => Math.min(50 * 2 ** tries, 2_000)
      }
    })
    this.#bytes = this.#client.withTypeMapping({ [RESP_TYPES.BLOB_STRING]: Buffer })
    // without a listener the loss of the connection would end the process; the commands fail anyway
    this.#client.on('error', () => {})
  }

  async open(): Promise<void> {
    await this.#client.connect()
  }

  close(): void {
    this.#client.destroy()
  }

  override async put(key: Key, value: Uint8Array): Promise<Key> {
    await this.#client.set(key.toString(), Buffer.from(value))
    return key
  }

  override async get(key: Key): Promise<Uint8Array> {
    const value = await this.#bytes.get(key.toString())
    if (value === null) throw new NotFoundError()
    return value
  }

  override async has(key: Key): Promise<boolean> {
    return (await this.#client.exists(key.toString())) > 0
  }

  override async delete(key: Key): Promise<void> {
    await this.#client.del(key.toString())
  }

  /** All changes of a batch are made at once, or none. */
  override batch(): Batch {
    const changes = this.#client.multi()
    return {
      put: (key, value) => void changes.set(key.toString(), Buffer.from(value)),
      delete: (key) => void changes.del(key.toString()),
      commit: async () => void (await changes.exec())
    }
  }

  override async *_all(query: Query): AsyncGenerator<Pair> {
    for await (const keys of this.#pages(query.prefix)) {
      const values = await this.#bytes.mGet(keys)
      for (const [i, key] of keys.entries()) {
        const value = values[i]
        if (value instanceof Uint8Array) yield { key: new Key(key), value }
      }
    }
  }

  override async *_allKeys(query: KeyQuery): AsyncGenerator<Key> {
    for await (const keys of this.#pages(query.prefix)) yield* keys.map((key) => new Key(key))
  }

  async *#pages(prefix = this.#root): AsyncGenerator<string[]> {
    // mounted beside others, it is asked for their keys, too
    if (!prefix.startsWith(this.#root)) return
    const pattern = `${prefix.replace(/[\\*?[\]]/g, '\\$&')}*`
    for await (const keys of this.#client.scanIterator({ MATCH: pattern, COUNT: 500 })) {
      if (keys.length > 0) yield keys
    }
  }
}
