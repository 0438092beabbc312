import { epochOf } from './peers/peer-view.ts'
import type { Direction, Reason, Side } from '../machines/index.ts'
import type { Clock } from './clock.ts'

/**
 * Where a "no" was said:
 *
 * - `dial`: before or while our scheduler, or a `connect()`, reached for the peer
 * - `handshake`: in or before a handshake on a stream, and in what renews it
 * - `channel`: the same inside the secure channel of a connection
 * - `stream`: an application stream with a peer that is not authorized; the gate counts these
 * - `connection`: at the connection gater, and by a goodbye
 */
export const DOORS = ['dial', 'handshake', 'channel', 'stream', 'connection'] as const

export type Door = (typeof DOORS)[number]

/** One "no", ours, the peer's or the network's. Plain data. */
export interface PeerRefusal {
  /** Epoch milliseconds. */
  readonly at: number
  readonly door: Door
  /** Whose wish was refused: `outbound` is ours, `inbound` the peer's. */
  readonly direction: Direction
  readonly reason: Reason
  readonly by: Side
  readonly peer: string
  /** The IP address the peer came from, or was reached at; absent if it has none (a relay, memory). */
  readonly ip?: string
  /** What exactly was wrong, for people: cut and escaped. */
  readonly detail?: string
  /** Epoch milliseconds from which the peer is considered again; Infinity if never. */
  readonly retryAt?: number
}

/** How often a "no" was said in one way. */
export interface RefusalCount {
  readonly door: Door
  readonly direction: Direction
  readonly reason: Reason
  readonly by: Side
  readonly count: number
}

/** A "no" as it is noted: its time is the ledger's business. */
export interface RefusalNote extends Omit<PeerRefusal, 'at' | 'ip' | 'detail' | 'retryAt'> {
  readonly ip?: string | undefined
  readonly detail?: string | undefined
  /** End of the cool-down that follows from it, in the clock's milliseconds; absent if none does. */
  readonly until?: number | undefined
}

/** Where everybody who says or hears "no" leaves a note of it. */
export interface RefusalPort {
  /** One "no" to one peer. */
  note(refusal: RefusalNote): void
  /** Refusals that are too many, or too little each, for a record: they count, and that is all. */
  count(of: Omit<RefusalCount, 'count'>, times?: number): void
}

export interface RefusalsInit {
  readonly clock: Clock
  /** Is the peer tracked? Of strangers less is kept. */
  isTracked(peer: string): boolean
  /** Told of every "no" that was noted. */
  onNoted(refusal: PeerRefusal): void
}

/** Refusals that are remembered of one peer; the oldest makes room. */
export const REMEMBERED_REFUSALS = 8

/**
 * Strangers of whom refusals are remembered: who was turned away before it was worth to be tracked. The one
 * that was refused longest ago makes room, so that a flood of names costs no memory.
 */
export const REMEMBERED_STRANGERS = 128

/** The way in which a "no" is said, and how often it was: one object for all that are said like this. */
type Way = { -readonly [Key in keyof RefusalCount]: RefusalCount[Key] }

/** A refusal as it is remembered: a quarter of the size of a `PeerRefusal`. */
interface Kept {
  readonly at: number
  readonly way: Way
  readonly ip: string | undefined
  readonly detail: string | undefined
  readonly retryAt: number | undefined
}

/**
 * The ledger of every "no": how often each was said since the node was made, and the last few of every
 * tracked peer and of a few strangers. The counts are bounded by the words there are.
 */
export class Refusals implements RefusalPort {
  readonly #init: RefusalsInit
  readonly #ways = new Map<string, Way>()
  /** The last refusals of a tracked peer, the oldest first (first refusal -> forgotten). */
  readonly #byPeer = new Map<string, readonly Kept[]>()
  /** The same of strangers, who was refused last comes last (refused -> tracked | crowded out). */
  readonly #strangers = new Map<string, readonly Kept[]>()

  constructor(init: RefusalsInit) {
    this.#init = init
  }

  note({ peer, ip, detail, until, ...no }: RefusalNote): void {
    const { clock } = this.#init
    const at = Math.round(clock.epoch())
    const retryAt = until === undefined ? undefined : epochOf(until, clock)
    const way = this.#wayOf(no)
    way.count++
    const kept: Kept = { at, way, ip, detail, retryAt }
    this.#remember(peer, kept)
    this.#init.onNoted(shown(peer, kept))
  }

  count(of: Omit<RefusalCount, 'count'>, times = 1): void {
    this.#wayOf(of).count += times
  }

  /** The last refusals of a peer that are remembered, the oldest first. */
  of(peer: string): PeerRefusal[] {
    return this.#keptOf(peer).map((kept) => shown(peer, kept))
  }

  /** Peers that are not tracked of whom refusals are remembered. */
  get strangers(): Iterable<string> {
    return this.#strangers.keys()
  }

  /** How often each "no" was said, in no particular order. */
  totals(): RefusalCount[] {
    return [...this.#ways.values()].map((way) => ({ ...way }))
  }

  /** The peer is tracked no more. */
  forget(peer: string): void {
    this.#byPeer.delete(peer)
  }

  #keptOf(peer: string): readonly Kept[] {
    return this.#byPeer.get(peer) ?? this.#strangers.get(peer) ?? []
  }

  #remember(peer: string, kept: Kept): void {
    const last = [...this.#keptOf(peer).slice(1 - REMEMBERED_REFUSALS), kept]
    this.#strangers.delete(peer)
    if (this.#init.isTracked(peer)) {
      this.#byPeer.set(peer, last)
      return
    }
    this.#strangers.set(peer, last)
    const [oldest] = this.#strangers.keys()
    if (this.#strangers.size > REMEMBERED_STRANGERS && oldest !== undefined) {
      this.#strangers.delete(oldest)
    }
  }

  #wayOf({ door, direction, reason, by }: Omit<RefusalCount, 'count'>): Way {
    const key = `${door} ${direction} ${reason} ${by}`
    const way = this.#ways.get(key) ?? { door, direction, reason, by, count: 0 }
    this.#ways.set(key, way)
    return way
  }
}

function shown(peer: string, { at, way, ip, detail, retryAt }: Kept): PeerRefusal {
  const { door, direction, reason, by } = way
  return {
    at,
    peer,
    door,
    direction,
    reason,
    by,
    ...(ip !== undefined && { ip }),
    ...(detail !== undefined && { detail }),
    ...(retryAt !== undefined && { retryAt })
  }
}
