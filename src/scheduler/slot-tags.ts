import { TAG } from './constants.ts'
import type { Logger, PeerId, PeerStore } from '@libp2p/interface'

/**
 * Tells libp2p's connection pruner which peers hold a slot. Tags are written in order, one write per
 * peer at a time; of several changes in a row only the last is written.
 */
export class SlotTags {
  readonly #peerStore: PeerStore
  readonly #log: Logger
  /** The value that is to be written (set -> written). */
  readonly #wanted = new Map<string, number | undefined>()
  /** The write that is under way (set -> the wanted value is written). */
  readonly #writing = new Map<string, Promise<void>>()

  constructor(peerStore: PeerStore, log: Logger) {
    this.#peerStore = peerStore
    this.#log = log
  }

  /** Sets the value of the peer's tag, 0 to 100; undefined takes the tag away. Never rejects. */
  set(peer: PeerId, value: number | undefined): void {
    const key = peer.toString()
    this.#wanted.set(key, value)
    if (!this.#writing.has(key)) this.#writing.set(key, this.#write(peer, key))
  }

  /** Settles when what was set for the peer is written. Never rejects. */
  async written(peer: PeerId): Promise<void> {
    await this.#writing.get(peer.toString())
  }

  /** Settles when everything that was set is written. Never rejects. */
  async allWritten(): Promise<void> {
    await Promise.all(this.#writing.values())
  }

  async #write(peer: PeerId, key: string): Promise<void> {
    while (this.#wanted.has(key)) {
      const value = this.#wanted.get(key)
      this.#wanted.delete(key)
      try {
        const tag = value === undefined ? undefined : { value }
        await this.#peerStore.merge(peer, { tags: { [TAG]: tag } })
      } catch (error) {
        this.#log.error('could not tag %p - %e', peer, error)
      }
    }
    this.#writing.delete(key)
  }
}
