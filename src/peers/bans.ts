import { ExpiringTable } from './expiring-table.ts'
import { IpBans } from './ip-bans.ts'
import type { Clock } from '../clock.ts'
import type { Ip } from '../ip.ts'

/** What was decided last of a peer. Plain data. */
export interface BanDecision {
  /** The end of the ban in the clock's milliseconds, Infinity if it has none; undefined if it was lifted. */
  readonly until: number | undefined
  /** When it was decided, in epoch milliseconds: of two decisions the later one holds. */
  readonly at: number
}

interface Ban {
  readonly until: number
  readonly at: number
  /** Where it counts against other peers. */
  readonly place: string | undefined
}

export interface BansInit {
  /** Bans at most; the one that would end first makes room. As many addresses, and as many lifted bans. */
  readonly limit: number
  readonly clock: Clock
  /** Do private and loopback addresses get banned, too? */
  readonly limitPrivate: boolean
  /** Another decision holds of this peer now, or none any more. Not told of what `restore` brought. */
  onChange?(peer: string): void
  /** The table is full: a ban that still held has made room. */
  onCrowded?(): void
}

/**
 * Milliseconds for which it is remembered that a ban was lifted: an hour, in which an older word, that it
 * was set, may still arrive from a memory that other nodes share.
 */
const LIFTED_FOR = 3_600_000

/**
 * Who is banned until when: the only place that knows. The last writer wins, by the time of its
 * decision: what arrives late from elsewhere undoes nothing. Bounded; compared with the clock on use, never
 * by a timer, so that no ban is too long for one.
 */
export class Bans {
  readonly #init: BansInit
  readonly #bans: ExpiringTable<Ban>
  /** Bans that were lifted, with the time of the decision (unbanned -> banned again | forgotten). */
  readonly #lifted: ExpiringTable<number>
  readonly #ips: IpBans

  constructor(init: BansInit) {
    this.#init = init
    this.#ips = new IpBans(init)
    this.#lifted = new ExpiringTable(init)
    this.#bans = new ExpiringTable<Ban>({
      limit: init.limit,
      clock: init.clock,
      onGone: (peer, { place }, why) => {
        if (place !== undefined) this.#ips.remove(peer, place)
        init.onChange?.(peer)
        if (why === 'crowded') init.onCrowded?.()
      }
    })
  }

  /** Peers that are banned. */
  get size(): number {
    return this.#bans.size
  }

  /** Addresses that are banned, because many peers from there are. */
  get ips(): number {
    return this.#ips.size
  }

  /** The end of the ban in the clock's milliseconds; undefined if the peer is not banned (any more). */
  until(peer: string): number | undefined {
    return this.#bans.get(peer)?.until
  }

  /** The end of the address's ban in the clock's milliseconds; undefined if it is not banned. */
  ofIp(ip: Ip): number | undefined {
    return this.#ips.until(ip)
  }

  /** What was decided last of the peer; undefined if that is over, or forgotten. */
  get(peer: string): BanDecision | undefined {
    const ban = this.#bans.get(peer)
    if (ban !== undefined) return { until: ban.until, at: ban.at }
    const at = this.#lifted.get(peer)
    return at === undefined ? undefined : { until: undefined, at }
  }

  /** Every decision that still means something: bans, and bans that were lifted a while ago. */
  *entries(): IterableIterator<[peer: string, decision: BanDecision]> {
    for (const [peer, { until, at }] of this.#bans.entries()) yield [peer, { until, at }]
    for (const [peer, at] of this.#lifted.entries()) yield [peer, { until: undefined, at }]
  }

  /**
   * Bans the peer until a time of the clock, in the place of what was decided before.
   *
   * @param ip - where the peer is; counts against the other peers that come from there
   */
  set(peer: string, until: number, ip?: Ip): void {
    this.#ban(peer, until, this.#nextTo(peer), ip)
    this.#init.onChange?.(peer)
  }

  /** Lifts the ban. False if there was none; that it shall be lifted is remembered all the same. */
  delete(peer: string): boolean {
    const wasBanned = this.#lift(peer, this.#nextTo(peer))
    this.#init.onChange?.(peer)
    return wasBanned
  }

  /**
   * Takes over a decision from a memory: a ban until a time of the clock or, with `undefined`, that it was
   * lifted. False if nothing came of it: because of a later decision, the same one, or a ban that is over.
   */
  restore(peer: string, { until, at }: BanDecision): boolean {
    const known = this.get(peer)
    // of two decisions of one moment the ban holds, so that all who share a memory agree
    const isLater =
      known === undefined ||
      at > known.at ||
      (at === known.at && known.until === undefined && until !== undefined)
    if (!isLater) return false
    if (until === undefined) return this.#lift(peer, at)
    this.#ban(peer, until, at)
    return this.#bans.get(peer) !== undefined
  }

  #ban(peer: string, until: number, at: number, ip?: Ip): void {
    this.#lifted.delete(peer)
    const before = this.#bans.delete(peer)?.place
    if (before !== undefined) this.#ips.remove(peer, before)
    if (until <= this.#init.clock.now()) return
    // a ban that is renewed while the peer is away still counts where the peer was
    const place = ip === undefined ? before : this.#ips.placeOf(ip)
    if (place !== undefined) this.#ips.add(peer, place)
    this.#bans.set(peer, { until, at, place }, until)
  }

  #lift(peer: string, at: number): boolean {
    const ban = this.#bans.delete(peer)
    if (ban?.place !== undefined) this.#ips.lift(peer, ban.place)
    this.#lifted.set(peer, at, this.#init.clock.now() + LIFTED_FOR)
    return ban !== undefined
  }

  /** The time of a decision that is made now: after every earlier one, also if the wall clock was set back. */
  #nextTo(peer: string): number {
    const now = Math.floor(this.#init.clock.epoch())
    return Math.max(now, (this.get(peer)?.at ?? -Infinity) + 1)
  }
}
