import { DHT_TAG, TAG } from './constants.ts'
import type { CandidateSource } from './candidate-sources.ts'
import type { Libp2pEvents, Logger, Peer, PeerId, PeerStore } from '@libp2p/interface'
import type { TypedEventTarget } from 'main-event'

export interface CandidateFeedComponents {
  readonly peerId: PeerId
  readonly peerStore: PeerStore
  readonly events: TypedEventTarget<Libp2pEvents>
}

export interface CandidateFeedInit {
  onCandidate(peer: PeerId, source: CandidateSource): void
  /** The peer store has learned something of a peer. */
  onUpdated(peer: Peer, previous: Peer | undefined): void
  /** The peer store remembers a slot of the peer, of this run or of an earlier one. */
  onTagged(peer: PeerId): void
  readonly log: Logger
}

/**
 * Where candidates come from: discovery, the DHT's routing table, and what the peer store remembers.
 *
 * `peer:discovery` fires once in a peer's stored life, whatever wrote the record, and not at all for
 * peers of an earlier run; so the store is read at start, and a peer that enters the routing table is
 * a candidate anew.
 */
export class CandidateFeed {
  readonly #components: CandidateFeedComponents
  readonly #init: CandidateFeedInit
  /** Peers whose record the application is writing, with how many writes (begun -> written). */
  readonly #unheeded = new Map<string, number>()
  /** Ends the listeners (start -> stop). */
  #lifetime: AbortController | undefined

  constructor(components: CandidateFeedComponents, init: CandidateFeedInit) {
    this.#components = components
    this.#init = init
  }

  /** Listens from now on, and reads the peer store. The read goes on after the call has returned. */
  start(): void {
    this.stop()
    const lifetime = new AbortController()
    const { signal } = lifetime
    this.#lifetime = lifetime
    const { events } = this.#components
    events.addEventListener('peer:discovery', ({ detail }) => this.#offer(detail.id, 'discovery'), {
      signal
    })
    events.addEventListener(
      'peer:update',
      ({ detail: { peer, previous } }) => {
        if (peer.tags.has(DHT_TAG) && previous?.tags.has(DHT_TAG) !== true)
          this.#offer(peer.id, 'dht')
        this.#init.onUpdated(peer, previous)
      },
      { signal }
    )
    this.#seed(signal).catch((error: unknown) => {
      if (!signal.aborted) this.#init.log.error('could not read the peer store - %e', error)
    })
  }

  stop(): void {
    this.#lifetime?.abort()
    this.#lifetime = undefined
  }

  /** While `write` runs, what it does to the peer's record makes the peer no candidate. */
  async unheeded<T>(peer: PeerId, write: () => Promise<T>): Promise<T> {
    const key = peer.toString()
    this.#unheeded.set(key, (this.#unheeded.get(key) ?? 0) + 1)
    try {
      return await write()
    } finally {
      const left = (this.#unheeded.get(key) ?? 1) - 1
      if (left === 0) this.#unheeded.delete(key)
      else this.#unheeded.set(key, left)
    }
  }

  async #seed(signal: AbortSignal): Promise<void> {
    const peers = await this.#components.peerStore.all({ signal })
    if (signal.aborted) return
    for (const { id, tags } of peers) {
      if (tags.has(TAG)) this.#init.onTagged(id)
      this.#offer(id, 'store')
    }
  }

  #offer(peer: PeerId, source: CandidateSource): void {
    if (peer.equals(this.#components.peerId) || this.#unheeded.has(peer.toString())) return
    this.#init.onCandidate(peer, source)
  }
}
