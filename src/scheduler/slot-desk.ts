import { chooseVictim, SlotBook } from '../../machines/index.ts'
import type { HeldPeer, Reason, Slot, SlotLimits, SlotWish } from '../../machines/index.ts'

/** The rest of the house, as far as it helps to find room. */
export interface SlotDeskPorts {
  /** Who holds a slot, for the choice of who makes room. */
  held(): readonly HeldPeer[]
  /** Lets an inbound peer go for the sake of another one. True if its slot is free now. */
  evict(): boolean
  /** The last ordinary slot was taken. */
  onFilled(): void
  /** An ordinary slot came free. */
  onFreed(): void
}

/** Gives slots out: those that are free, and those for which somebody makes room by a policy. */
export class SlotDesk {
  readonly book: SlotBook
  readonly #ports: SlotDeskPorts
  /** Is room being made for somebody? Nobody else gets it meanwhile. */
  #isEvicting = false

  constructor(limits: SlotLimits, ports: SlotDeskPorts) {
    this.book = new SlotBook(limits)
    this.#ports = ports
  }

  /** The word for why there is no slot for this now, not even at the expense of somebody else. */
  refusal(wish: SlotWish): Reason | undefined {
    if (this.#isEvicting) return 'too-many-peers'
    const refusal = this.book.refusal(wish)
    const isUpgrade = refusal === 'too-many-peers' && isAskedFor(wish)
    return isUpgrade && this.#victim() !== undefined ? undefined : refusal
  }

  /** A slot for a peer that we dial: a free one or, for one that is asked for, that of its victim. */
  grant(peer: string, wish: SlotWish): number | undefined {
    return this.#take(peer, wish) ?? (isAskedFor(wish) ? this.#upgrade(peer, wish) : undefined)
  }

  /** A slot for a peer that came by itself: a free one, or one that is freed for it; or the word why not. */
  admit(peer: string, wish: 'inbound' | 'static'): number | Reason {
    const session = this.#take(peer, wish)
    if (session !== undefined) return session
    const refusal = this.book.refusal(wish, peer) ?? 'too-many-peers'
    if (refusal !== 'too-many-peers') return refusal
    const freed = this.#evict() ? this.#take(peer, wish) : undefined
    // whatever else came free meanwhile
    this.#onFreed()
    return freed ?? refusal
  }

  /** Gives a slot back; of a session that holds none, it does nothing. */
  release(session: number): void {
    if (this.book.release(session)) this.#onFreed()
  }

  trust(peer: string): boolean {
    const isTrusted = this.book.trust(peer)
    if (isTrusted) this.#onFreed()
    return isTrusted
  }

  untrust(peer: string): boolean {
    const wasTrusted = this.book.untrust(peer)
    this.#onTaken()
    return wasTrusted
  }

  /** The slot of the peer that is to leave for the sake of this session; undefined if nobody is. */
  victimOf(session: number): Slot | undefined {
    const victim = this.book.get(session)?.victim
    return victim === undefined ? undefined : this.book.get(victim)
  }

  /** Sessions whose room is promised to somebody. */
  get reserved(): ReadonlySet<number> {
    return new Set(this.book.list().flatMap(({ victim }) => victim ?? []))
  }

  #take(peer: string, wish: SlotWish): number | undefined {
    const session = this.book.take(peer, wish)
    this.#onTaken()
    return session
  }

  #upgrade(peer: string, becomes: 'static' | 'requested'): number | undefined {
    const victim = this.#victim()
    return victim && this.book.take(peer, 'upgrade', { victim: victim.session, becomes })
  }

  #victim(): HeldPeer | undefined {
    if (this.book.refusal('upgrade') !== undefined) return undefined
    return chooseVictim(this.#ports.held(), this.reserved)
  }

  #evict(): boolean {
    this.#isEvicting = true
    try {
      return this.#ports.evict()
    } finally {
      this.#isEvicting = false
    }
  }

  #onTaken(): void {
    if (this.book.free === 0) this.#ports.onFilled()
  }

  #onFreed(): void {
    // the place that is being made is somebody's already
    if (this.#isEvicting) return
    while (this.book.spareVictim()) continue
    if (this.book.free > 0) this.#ports.onFreed()
  }
}

/** Did the application itself ask for a peer that wants a slot as this? */
const isAskedFor = (wish: SlotWish): wish is 'static' | 'requested' =>
  wish === 'static' || wish === 'requested'
