import { peerIdFromString } from '@libp2p/peer-id'
import { HandshakeRefusedError, InvalidOptionsError, InvalidPeerError } from '../errors.ts'
import { describe } from './option-values.ts'
import type { Handshake, HandshakeChange, HandshakeContext } from './handshake.ts'
import type { PeerId } from '@libp2p/interface'

/** The peers that are allowed, by their ids as text. Iterating it gives them in the order of `add`. */
export interface AllowList extends Handshake<{}>, Iterable<string> {
  readonly parts: readonly string[]

  /** How many peers are allowed. */
  readonly size: number

  /**
   * Allows a peer; one that was refused for it may come back at once. True if it was not on the list.
   *
   * @throws {InvalidPeerError} If it is no peer id.
   */
  add(peer: PeerId | string): boolean

  /**
   * Takes a peer off the list. If it is authorized, it is so no more when this returns, on every node
   * whose handshake the list is part of: it is told `not-allowed`. True if it was on the list.
   *
   * @throws {InvalidPeerError} If it is no peer id.
   */
  delete(peer: PeerId | string): boolean

  /**
   * True if the peer is allowed.
   *
   * @throws {InvalidPeerError} If it is no peer id.
   */
  has(peer: PeerId | string): boolean

  subscribe(listener: (change: HandshakeChange) => void): () => void
}

type Listener = (change: HandshakeChange) => void

const NOT_ALLOWED = { reason: 'not-allowed', detail: 'not on the allow list' } as const

/**
 * A handshake that authorizes the peers on a list, which may change at any time: whoever is taken off
 * it is deauthorized at once. Any other is refused with `not-allowed`. For networks with a known set of
 * members (a consortium, one operator's nodes). The peer id is the one that the connection has proved,
 * so the list sends nothing, and one list may serve several nodes. Combine it with others by `allOf`.
 *
 * @param peers - Who is allowed to begin with: peer ids, as objects or as text. Default: nobody.
 * @throws {InvalidOptionsError} If something else is among them.
 *
 * @example
 *
 * ```ts
 * const members = allowList(['12D3KooWGC6TvWhfapngX6wvJHMYvKpDMXPb3ZnCZ6dMoaMtimQ5'])
 * const handshake = allOf(members, chainHandshake({ chainId: 7, genesis }))
 * // ... later
 * members.delete(peerId)
 * ```
 */
export function allowList(peers: Iterable<PeerId | string> = []): AllowList {
  const isIterable =
    typeof peers === 'object' &&
    typeof (peers as Partial<Iterable<unknown>> | null)?.[Symbol.iterator] === 'function'
  if (!isIterable) {
    throw new InvalidOptionsError(`peers: expected a list of peer ids, got ${describe(peers)}`)
  }
  return new PeerAllowList(Array.from(peers, readMember))
}

class PeerAllowList implements AllowList {
  // nothing of it is on the wire
  readonly parts: readonly string[] = Object.freeze([])
  readonly #peers: Set<string>
  // one for each subscription (subscribe -> its end)
  readonly #listeners = new Set<{ readonly listener: Listener }>()

  constructor(peers: readonly string[]) {
    this.#peers = new Set(peers)
  }

  get size(): number {
    return this.#peers.size
  }

  add(peer: PeerId | string): boolean {
    const id = readPeer(peer)
    if (this.#peers.has(id)) return false
    this.#peers.add(id)
    this.#tell({ type: 'allowed', peer: id })
    return true
  }

  delete(peer: PeerId | string): boolean {
    const id = readPeer(peer)
    const wasAllowed = this.#peers.delete(id)
    if (wasAllowed) this.#tell({ type: 'revoked', peer: id, ...NOT_ALLOWED })
    return wasAllowed
  }

  has(peer: PeerId | string): boolean {
    return this.#peers.has(readPeer(peer))
  }

  [Symbol.iterator](): Iterator<string> {
    return this.#peers.values()
  }

  hello(): Uint8Array {
    return new Uint8Array(0)
  }

  verify(_payload: Uint8Array, { peerId }: HandshakeContext): {} {
    if (this.#peers.has(peerId.toString())) return {}
    throw new HandshakeRefusedError(NOT_ALLOWED.reason, NOT_ALLOWED.detail)
  }

  subscribe(listener: Listener): () => void {
    const subscription = { listener }
    this.#listeners.add(subscription)
    return () => void this.#listeners.delete(subscription)
  }

  // Every node hears of it, even if another one's listener throws: whoever is revoked is so everywhere.
  #tell(change: HandshakeChange): void {
    const errors: unknown[] = []
    for (const { listener } of this.#listeners) {
      try {
        listener(change)
      } catch (error) {
        errors.push(error)
      }
    }
    if (errors.length > 0) throw new AggregateError(errors, `A listener failed at ${change.type}`)
  }
}

function readMember(peer: unknown): string {
  const id = idOf(peer)
  if (id !== undefined) return id
  throw new InvalidOptionsError(`peers: expected peer ids, got ${describe(peer)} among them`)
}

function readPeer(peer: unknown): string {
  const id = idOf(peer)
  if (id !== undefined) return id
  throw new InvalidPeerError(`Expected a peer id, got ${describe(peer)}`)
}

// the one text of a peer id that has several: the one in events and of peer ids as objects
function idOf(peer: unknown): string | undefined {
  const text = isPeerId(peer) ? peer.toString() : peer
  if (typeof text !== 'string') return undefined
  try {
    return peerIdFromString(text).toString()
  } catch {
    // what it throws differs from one malformed text to the next; the caller says what was expected
    return undefined
  }
}

function isPeerId(peer: unknown): peer is PeerId {
  return typeof (peer as Partial<PeerId> | null | undefined)?.toMultihash === 'function'
}
