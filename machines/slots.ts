/**
 * Who holds a slot. A slot is a token owned by one session of one peer; there is no counter anywhere
 * that could drift: every number is the size of a set, and giving a token back twice is the same as once.
 */

import type { Reason } from './reasons.ts'

/** Why the holder has its slot: it decides which share of the slots the holder draws on. */
export type SlotKind = 'static' | 'requested' | 'discovered' | 'inbound'

export interface SlotLimits {
  /** Slots in all: peers that are authorized or on the way there. */
  readonly maxPeers: number
  /** The share of the slots that discovered candidates may fill, 0 to 1. Inbound gets at most the rest. */
  readonly outboundShare: number
}

/** A slot that is held. */
export interface Slot {
  readonly session: number
  readonly peer: string
  readonly kind: SlotKind
}

export class SlotBook {
  readonly maxPeers: number
  /** Slots that discovered candidates may fill. */
  readonly discoveredLimit: number
  /** Slots that inbound peers may fill. */
  readonly inboundLimit: number
  readonly #held = new Map<number, Slot>()
  readonly #byKind: Record<SlotKind, Set<number>> = {
    static: new Set(),
    requested: new Set(),
    discovered: new Set(),
    inbound: new Set()
  }

  #sessions = 0

  constructor({ maxPeers, outboundShare }: SlotLimits) {
    this.maxPeers = maxPeers
    this.discoveredLimit =
      outboundShare === 0
        ? 0
        : Math.min(maxPeers, Math.max(1, wholeSlots(maxPeers * outboundShare)))
    this.inboundLimit = maxPeers - this.discoveredLimit
  }

  /** Slots held now. Never above {@link maxPeers}. */
  get size(): number {
    return this.#held.size
  }

  get free(): number {
    return this.maxPeers - this.#held.size
  }

  /** The word for why this kind gets no slot now; undefined if it would get one. */
  refusal(kind: SlotKind): Reason | undefined {
    if (this.free <= 0) return 'too-many-peers'
    if (kind === 'inbound' && this.count(kind) >= this.inboundLimit) return 'too-many-peers'
    if (kind === 'discovered' && this.count(kind) >= this.discoveredLimit) return 'share-full'
    return undefined
  }

  /** Takes a slot for a new session and returns the token, the session's number; undefined if refused. */
  take(peer: string, kind: SlotKind): number | undefined {
    if (this.refusal(kind) !== undefined) return undefined
    const session = ++this.#sessions
    this.#held.set(session, { session, peer, kind })
    this.#byKind[kind].add(session)
    return session
  }

  /** Gives a slot back. False if the session held none (any more). */
  release(session: number): boolean {
    const slot = this.#held.get(session)
    if (slot === undefined) return false
    this.#held.delete(session)
    this.#byKind[slot.kind].delete(session)
    return true
  }

  holds(session: number): boolean {
    return this.#held.has(session)
  }

  count(kind: SlotKind): number {
    return this.#byKind[kind].size
  }

  list(): Slot[] {
    return [...this.#held.values()]
  }
}

/** 100 slots times a share of 0.29 are 28.999999999999996 to the machine, and 29 to everybody else. */
const wholeSlots = (slots: number): number => Math.floor(slots + 1e-9)
