/**
 * Who holds a slot. A slot is a token owned by one session of one peer; there is no counter anywhere
 * that could drift: every number is the size of a set, and giving a token back twice is the same as once.
 */

import type { Reason } from './reasons.ts'

/** Every kind of slot. */
export const SLOT_KINDS = [
  'trusted',
  'static',
  'requested',
  'discovered',
  'inbound',
  'upgrade'
] as const
const POOLS = ['ordinary', 'reserved', 'trusted', 'upgrade'] as const

/** Why the holder has its slot: it decides which share of the slots the holder draws on. */
export type SlotKind = (typeof SLOT_KINDS)[number]

/** What a slot is asked for. That a peer is trusted the book knows itself. */
export type SlotWish = Exclude<SlotKind, 'trusted'>

/**
 * Whose room a slot takes. `ordinary` slots are those of `maxPeers`. Beside them are those that only
 * static peers take (`reserved`), one for each trusted peer (`trusted`), and those in which a dial waits
 * for the place of its victim (`upgrade`).
 */
export type SlotPool = (typeof POOLS)[number]

/**
 * Peers that may be trusted at once. They go past every limit, so they have one of their own, as the
 * allow list of go-libp2p's resource manager has.
 */
export const MAX_TRUSTED = 16

export interface SlotLimits {
  /** Ordinary slots: peers that are authorized or on the way there. */
  readonly maxPeers: number
  /** The share of these that discovered candidates may fill, 0 to 1. Inbound gets at most the rest. */
  readonly outboundShare: number
  /** Slots beside them that only static peers take. Default: 0 */
  readonly reservedSlots?: number
  /** Dials beside them that each have a victim whose place they will take. Default: 0 */
  readonly upgradeSlots?: number
  /** Are there slots for static and trusted peers only? Default: false */
  readonly reservedOnly?: boolean
}

/** A slot that is held. */
export interface Slot {
  readonly session: number
  readonly peer: string
  readonly kind: SlotKind
  readonly pool: SlotPool
  /** The session whose place an upgrade will take. */
  readonly victim?: number
}

/** What an upgrade is at the expense of, and what it is for. */
export interface Upgrade {
  /** The session that will make room. It must be evictable, and is the victim of one upgrade only. */
  readonly victim: number
  /** What the slot is when the victim has left. Default: `requested` */
  readonly becomes?: 'static' | 'requested'
}

export class SlotBook {
  readonly maxPeers: number
  readonly reservedSlots: number
  readonly upgradeSlots: number
  readonly reservedOnly: boolean
  /** Slots that discovered candidates may fill. */
  readonly discoveredLimit: number
  /** Slots that inbound peers may fill. */
  readonly inboundLimit: number
  readonly #trusted = new Set<string>()
  readonly #held = new Map<number, Slot>()
  /** What each slot was asked for: what it is when the victim is gone, or the trust. */
  readonly #wishes = new Map<number, Exclude<SlotWish, 'upgrade'>>()
  readonly #sessions = recordOf(POOLS, () => recordOf(SLOT_KINDS, () => new Set<number>()))
  #last = 0

  constructor(limits: SlotLimits) {
    const { maxPeers, outboundShare } = limits
    this.maxPeers = maxPeers
    this.reservedSlots = limits.reservedSlots ?? 0
    this.upgradeSlots = limits.upgradeSlots ?? 0
    this.reservedOnly = limits.reservedOnly ?? false
    this.discoveredLimit =
      outboundShare === 0
        ? 0
        : Math.min(maxPeers, Math.max(1, wholeSlots(maxPeers * outboundShare)))
    this.inboundLimit = maxPeers - this.discoveredLimit
  }

  /** Slots held now, in all pools. Never above {@link capacity}. */
  get size(): number {
    return this.#held.size
  }

  /** Slots that can be held in all, as long as nobody else becomes trusted. */
  get capacity(): number {
    return this.maxPeers + this.reservedSlots + this.upgradeSlots + this.trusted
  }

  /** Ordinary slots that are free. */
  get free(): number {
    return this.maxPeers - this.countOf('ordinary')
  }

  /** Peers that are trusted, and those that are no more but have their slot beside `maxPeers` still. */
  get trusted(): number {
    const kept = this.#in('trusted').filter(({ peer }) => !this.#trusted.has(peer))
    return this.#trusted.size + kept.length
  }

  isTrusted(peer: string): boolean {
    return this.#trusted.has(peer)
  }

  /**
   * From now on the peer gets a slot beside `maxPeers` whenever it comes; the one that it holds becomes
   * that one. False if {@link MAX_TRUSTED} are {@link trusted} already.
   */
  trust(peer: string): boolean {
    if (this.#trusted.has(peer)) return true
    const slot = this.list().findLast((each) => each.peer === peer)
    if (slot?.pool !== 'trusted' && this.trusted >= MAX_TRUSTED) return false
    this.#trusted.add(peer)
    if (slot === undefined) return true
    this.#move(slot, 'trusted', 'trusted')
    this.#makeWay(slot.session)
    return true
  }

  /**
   * The peer is one like every other again. The slot that it holds becomes what it would have been if
   * there is room for it, and else stays beside `maxPeers` until the peer leaves. False if the peer was
   * not trusted.
   */
  untrust(peer: string): boolean {
    if (!this.#trusted.delete(peer)) return false
    const slot = this.#in('trusted').find((each) => each.peer === peer)
    if (slot === undefined) return true
    const wish = this.#wishOf(slot)
    this.#move(slot, this.#poolFor(wish, peer) ?? 'trusted', wish)
    return true
  }

  /** The word for why there is no slot for this now; undefined if there is one. */
  refusal(wish: SlotWish, peer?: string): Reason | undefined {
    if (this.#poolFor(wish, peer) !== undefined) return undefined
    if (this.reservedOnly && wish !== 'static') return 'not-allowed'
    return wish === 'discovered' && this.free > 0 ? 'share-full' : 'too-many-peers'
  }

  /**
   * Takes a slot for a new session and returns the token, the session's number; undefined if refused. The
   * slot of a trusted peer is `trusted`, whatever it was asked for.
   */
  take(peer: string, wish: SlotWish, upgrade?: Upgrade): number | undefined {
    const pool = this.#poolFor(wish, peer)
    if (pool === undefined) return undefined
    const session = this.#last + 1
    if (pool === 'upgrade') {
      if (upgrade === undefined || !this.isEvictable(upgrade.victim)) return undefined
      this.#put({ session, peer, kind: pool, pool, victim: upgrade.victim })
    } else {
      this.#put({ session, peer, kind: pool === 'trusted' ? pool : wish, pool })
    }
    this.#wishes.set(session, wish === 'upgrade' ? (upgrade?.becomes ?? 'requested') : wish)
    this.#last = session
    return session
  }

  /**
   * Gives a slot back. False if the session held none (any more). The place of a victim is at once that of
   * the dial that waits for it.
   */
  release(session: number): boolean {
    const slot = this.#held.get(session)
    if (slot === undefined) return false
    this.#remove(slot)
    this.#makeWay(session)
    return true
  }

  /**
   * The upgrade that has waited the longest takes an ordinary slot that is free, so that its victim need
   * not leave. False if there is no such slot, or no upgrade.
   */
  spareVictim(): boolean {
    const [oldest] = this.#in('upgrade')
    if (oldest === undefined || this.free <= 0) return false
    this.#move(oldest, 'ordinary', this.#wishOf(oldest))
    return true
  }

  holds(session: number): boolean {
    return this.#held.has(session)
  }

  /** The slot of a session; undefined if it holds none. */
  get(session: number): Slot | undefined {
    return this.#held.get(session)
  }

  /**
   * May a policy take this slot away for the sake of another peer? Never that of a trusted or static peer
   * or of one that the application asked for, and never twice.
   */
  isEvictable(session: number): boolean {
    const slot = this.#held.get(session)
    if (slot?.pool !== 'ordinary' || this.#upgradeOf(session) !== undefined) return false
    return (slot.kind === 'inbound' || slot.kind === 'discovered') && !this.#trusted.has(slot.peer)
  }

  count(kind: SlotKind): number {
    return POOLS.reduce((sum, pool) => sum + this.#sessions[pool][kind].size, 0)
  }

  countOf(pool: SlotPool): number {
    return SLOT_KINDS.reduce((sum, kind) => sum + this.#sessions[pool][kind].size, 0)
  }

  list(): Slot[] {
    return [...this.#held.values()]
  }

  /** Whose room the slot would take; undefined if there is none. */
  #poolFor(wish: SlotWish, peer: string | undefined): SlotPool | undefined {
    if (peer !== undefined && this.#hasOwnSlot(peer)) return 'trusted'
    if (wish === 'static' && this.countOf('reserved') < this.reservedSlots) return 'reserved'
    if (wish !== 'static' && this.reservedOnly) return undefined
    if (wish === 'upgrade') return this.countOf(wish) < this.upgradeSlots ? wish : undefined
    const { inbound, discovered } = this.#sessions.ordinary
    const isShareFull =
      (wish === 'inbound' && inbound.size >= this.inboundLimit) ||
      (wish === 'discovered' && discovered.size >= this.discoveredLimit)
    return this.free <= 0 || isShareFull ? undefined : 'ordinary'
  }

  /** Is the peer trusted, and its own slot free? One peer has one. */
  #hasOwnSlot(peer: string): boolean {
    return this.#trusted.has(peer) && !this.#in('trusted').some((slot) => slot.peer === peer)
  }

  #wishOf({ session }: Slot): Exclude<SlotWish, 'upgrade'> {
    return this.#wishes.get(session) ?? 'requested'
  }

  #in(pool: SlotPool): Slot[] {
    const sessions = SLOT_KINDS.flatMap((kind) => [...this.#sessions[pool][kind]])
    return sessions.flatMap((session) => this.#held.get(session) ?? [])
  }

  #put(slot: Slot): void {
    this.#held.set(slot.session, slot)
    this.#sessions[slot.pool][slot.kind].add(slot.session)
  }

  #remove({ session, pool, kind }: Slot): void {
    this.#held.delete(session)
    this.#wishes.delete(session)
    this.#sessions[pool][kind].delete(session)
  }

  /** The upgrade for which the session will make room, if there is one. */
  #upgradeOf(session: number): Slot | undefined {
    return this.#in('upgrade').find(({ victim }) => victim === session)
  }

  /** The session has left its ordinary slot: the dial that waits for it, if there is one, has it now. */
  #makeWay(session: number): void {
    const heir = this.#upgradeOf(session)
    if (heir !== undefined) this.#move(heir, 'ordinary', this.#wishOf(heir))
  }

  /** The slot is of another pool from now on. An upgrade is none any more, and its victim is spared. */
  #move(slot: Slot, pool: SlotPool, kind: SlotKind): void {
    const { session, peer } = slot
    this.#sessions[slot.pool][slot.kind].delete(session)
    this.#put({ session, peer, kind, pool })
  }
}

function recordOf<Key extends string, Value>(
  keys: readonly Key[],
  make: () => Value
): Readonly<Record<Key, Value>> {
  return Object.fromEntries(keys.map((key) => [key, make()])) as Record<Key, Value>
}

/** 100 slots times a share of 0.29 are 28.999999999999996 to the machine, and 29 to everybody else. */
const wholeSlots = (slots: number): number => Math.floor(slots + 1e-9)
