import { backOff, BACK_OFF_CAP, MAX_FAILURES } from '../../machines/index.ts'
import type { Clock } from '../clock.ts'

/** What is known of one address of one peer. */
interface AddressRecord {
  /** Dials that failed there since one succeeded; saturates. */
  failures: number
  /** It is tried after others until then, in the clock's milliseconds. */
  until: number
  /** When a dial succeeded there last; undefined if none did. */
  reachedAt: number | undefined
  /** Another peer answered there: it is not tried at all before `until`. */
  isMisleading: boolean
}

interface PeerRecord {
  /** Addresses that were tried, the one that was tried longest ago first. */
  readonly addresses: Map<string, AddressRecord>
  /** When a new address last ended a cool-down of the peer. */
  readdressedAt: number
}

/** How an address stands. */
export type AddressStanding = Readonly<AddressRecord> & {
  /** Is it being left alone at the moment? */
  readonly isResting: boolean
}

/** Milliseconds for which an address is condemned at which another peer answered: an hour. */
export const MISLEADING_FOR = 3_600_000

/**
 * Milliseconds within which new addresses end no second cool-down of a peer: go-ethereum's redial history
 * of 35 s, which is its inbound throttle and 5 s.
 */
const READDRESS_INTERVAL = 35_000

/** Addresses of one peer that are known again; of whoever has more, none is taken for new. */
export const MAX_KNOWN = 64

/** What is known of everybody without an address. */
const NONE: ReadonlySet<string> = new Set()

/** Peers whose addresses are remembered. */
const MAX_PEERS = 1_000

/**
 * What became of dials, by peer and address. A failure at an address is that address's: anybody can
 * publish one for anybody, and the peer is at another.
 */
export class AddressBook {
  readonly #clock: Clock
  readonly #perPeer: number
  /** The peer that was dialed longest ago first. */
  readonly #peers = new Map<string, PeerRecord>()
  /** What was known of each peer when it was looked up last, tried or not; the longest ago first. */
  readonly #known = new Map<string, ReadonlySet<string>>()

  /** @param perPeer - Addresses of one peer that are remembered */
  constructor(clock: Clock, perPeer: number) {
    this.#clock = clock
    this.#perPeer = perPeer
  }

  /** Peers that are remembered. Never above 1,000. */
  get size(): number {
    return this.#peers.size
  }

  /** What is known of the address; undefined if it was never tried. */
  standing(peer: string, address: string): AddressStanding | undefined {
    const record = this.#peers.get(peer)?.addresses.get(address)
    return record === undefined
      ? undefined
      : { ...record, isResting: record.until > this.#clock.now() }
  }

  /** The address was tried, and nothing came of it that says anything: it is not a new one any more. */
  tried(peer: string, address: string): void {
    if (this.standing(peer, address) !== undefined) return
    this.#set(peer, address, { failures: 0, until: 0, reachedAt: undefined, isMisleading: false })
  }

  succeeded(peer: string, address: string): void {
    const reachedAt = this.#clock.now()
    this.#set(peer, address, { failures: 0, until: 0, reachedAt, isMisleading: false })
  }

  failed(peer: string, address: string): void {
    const { failures = 0, reachedAt } = this.standing(peer, address) ?? {}
    const now = Math.min(MAX_FAILURES, failures + 1)
    const until = this.#clock.now() + backOff(now, 1, BACK_OFF_CAP)
    this.#set(peer, address, { failures: now, until, reachedAt, isMisleading: false })
  }

  /** Another peer answered there. */
  misled(peer: string, address: string): void {
    const { failures = 0, reachedAt } = this.standing(peer, address) ?? {}
    const until = this.#clock.now() + MISLEADING_FOR
    const now = Math.min(MAX_FAILURES, failures + 1)
    this.#set(peer, address, { failures: now, until, reachedAt, isMisleading: true })
  }

  /** These addresses are known as the peer is looked up, to be dialed. */
  lookedUp(peer: string, addresses: Iterable<string>): void {
    const known = new Set<string>()
    for (const address of addresses) {
      known.add(address)
      if (known.size > MAX_KNOWN) break
    }
    this.#known.delete(peer)
    this.#known.set(peer, known.size === 0 ? NONE : known)
    if (this.#known.size > MAX_PEERS) dropOldest(this.#known)
  }

  /** Was the peer ever looked up? */
  wasLookedUp(peer: string): boolean {
    return this.#known.has(peer)
  }

  /** Was the address known, as far as can be told, when the peer was looked up last? */
  knew(peer: string, address: string): boolean {
    const known = this.#known.get(peer)
    return known !== undefined && (known.size > MAX_KNOWN || known.has(address))
  }

  /**
   * May a new address of the peer end its cool-down? Once in {@link READDRESS_INTERVAL}, so that nobody makes
   * us dial a peer hot by publishing addresses for it.
   */
  mayReaddress(peer: string): boolean {
    const last = this.#peers.get(peer)?.readdressedAt ?? -Infinity
    return this.#clock.now() - last >= READDRESS_INTERVAL
  }

  /** A new address has ended a cool-down of the peer. */
  readdressed(peer: string): void {
    this.#record(peer).readdressedAt = this.#clock.now()
  }

  #set(peer: string, address: string, standing: AddressRecord): void {
    const { addresses } = this.#record(peer)
    addresses.delete(address)
    addresses.set(address, standing)
    if (addresses.size > this.#perPeer) dropOldest(addresses)
  }

  #record(peer: string): PeerRecord {
    const record = this.#peers.get(peer) ?? { addresses: new Map(), readdressedAt: -Infinity }
    this.#peers.delete(peer)
    this.#peers.set(peer, record)
    if (this.#peers.size > MAX_PEERS) dropOldest(this.#peers)
    return record
  }
}

function dropOldest(map: Map<string, unknown>): void {
  for (const key of map.keys()) {
    map.delete(key)
    return
  }
}
