import type { PeerPath, TrackedPeer } from './tracked-peer.ts'

/**
 * The peers that are tracked, bounded. A newcomer replaces the oldest of those that matter least: first
 * one that nobody wants, then one that waits for a slot, then one whose cool-down is all that is
 * remembered of it. So strangers who come and go replace one another, and no candidate. A peer that holds a
 * slot, has a connection, is static or is waited for is never replaced.
 */
export class PeerTable {
  readonly #limit: number
  readonly #isKept: (peer: TrackedPeer) => boolean
  readonly #peers = new Map<string, TrackedPeer>()
  /** Known, no more (created | cool-down over -> wanted | connected | slot | cool-down | forgotten). */
  readonly #merelyKnown = new Set<TrackedPeer>()
  /** Candidates (wanted | cool-down over -> connected | slot | cool-down | forgotten). */
  readonly #queued = new Set<TrackedPeer>()
  /** In a cool-down without a connection (failure | refusal -> cool-down over | connected | forgotten). */
  readonly #coolingDown = new Set<TrackedPeer>()

  constructor(limit: number, isKept: (peer: TrackedPeer) => boolean) {
    this.#limit = limit
    this.#isKept = isKept
  }

  get size(): number {
    return this.#peers.size
  }

  get isFull(): boolean {
    return this.#peers.size >= this.#limit
  }

  get(key: string): TrackedPeer | undefined {
    return this.#peers.get(key)
  }

  values(): IterableIterator<TrackedPeer> {
    return this.#peers.values()
  }

  add(peer: TrackedPeer): void {
    this.#peers.set(peer.key, peer)
    this.moved(peer, peer.path)
  }

  delete(peer: TrackedPeer): void {
    if (this.#peers.get(peer.key) === peer) this.#peers.delete(peer.key)
    this.#merelyKnown.delete(peer)
    this.#queued.delete(peer)
    this.#coolingDown.delete(peer)
  }

  /** The peer has entered this path: does it still matter as much? */
  moved(peer: TrackedPeer, path: PeerPath): void {
    this.#merelyKnown.delete(peer)
    this.#queued.delete(peer)
    this.#coolingDown.delete(peer)
    if (path === 'discovered.idle') this.#merelyKnown.add(peer)
    if (path === 'discovered.queued') this.#queued.add(peer)
    if (path === 'discovered.coolingDown' || path === 'rejected.disconnected') {
      this.#coolingDown.add(peer)
    }
  }

  /** The peer that matters least; undefined if every one must be kept. */
  leastImportant(): TrackedPeer | undefined {
    const known = this.#firstOf(this.#merelyKnown) ?? this.#firstOf(this.#queued)
    return known ?? this.oldestUnreached()
  }

  /** The peer that is in a cool-down without a connection for longest; undefined if there is none. */
  oldestUnreached(): TrackedPeer | undefined {
    return this.#firstOf(this.#coolingDown)
  }

  #firstOf(peers: ReadonlySet<TrackedPeer>): TrackedPeer | undefined {
    for (const peer of peers) {
      if (!this.#isKept(peer)) return peer
    }
    return undefined
  }
}
