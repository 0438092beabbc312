import { TAG, TAG_VALUE } from './constants.ts'
import type { Logger, PeerId, PeerStore } from '@libp2p/interface'

/** What is known of one peer's tag. */
interface TagState {
  /** Is the peer to be tagged? */
  isWanted: boolean
  /** Is it, as far as was written? */
  isWritten: boolean
  /** The writes that are under way (set -> what is wanted is written). */
  writing: Promise<void> | undefined
}

/**
 * Tells libp2p's connection pruner which peers hold a slot. One write per peer at a time; of several
 * changes in a row only the last is written, and what is written already is not written again.
 */
export class SlotTags {
  readonly #peerStore: PeerStore
  readonly #log: Logger
  /** Peers that are tagged, or about to be (set -> untagged and written). */
  readonly #tags = new Map<string, TagState>()

  constructor(peerStore: PeerStore, log: Logger) {
    this.#peerStore = peerStore
    this.#log = log
  }

  /** Tags the peer, or takes its tag away. Never rejects. */
  set(peer: PeerId, isWanted: boolean): void {
    const key = peer.toString()
    const tag = this.#tags.get(key) ?? { isWanted, isWritten: false, writing: undefined }
    tag.isWanted = isWanted
    if (tag.isWanted === tag.isWritten) return
    this.#tags.set(key, tag)
    tag.writing ??= this.#write(peer, tag).finally(() => {
      tag.writing = undefined
      if (!tag.isWanted) this.#tags.delete(key)
    })
  }

  /** Takes away a tag that an earlier run of the node has left behind, unless the peer is tagged anew. */
  clear(peer: PeerId): void {
    const key = peer.toString()
    if (this.#tags.has(key)) return
    this.#tags.set(key, { isWanted: true, isWritten: true, writing: undefined })
    this.set(peer, false)
  }

  /** Settles when what was set for the peer is written. Never rejects. */
  async written(peer: PeerId): Promise<void> {
    await this.#tags.get(peer.toString())?.writing
  }

  /** Settles when everything that was set is written. Never rejects. */
  async allWritten(): Promise<void> {
    await Promise.all([...this.#tags.values()].map(async ({ writing }) => writing))
  }

  async #write(peer: PeerId, tag: TagState): Promise<void> {
    while (tag.isWanted !== tag.isWritten) {
      const { isWanted } = tag
      // a write that fails is not tried again: the next change will be
      tag.isWritten = isWanted
      try {
        await this.#peerStore.merge(peer, {
          tags: { [TAG]: isWanted ? { value: TAG_VALUE } : undefined }
        })
      } catch (error) {
        this.#log.error('could not tag %p - %e', peer, error)
      }
    }
  }
}
