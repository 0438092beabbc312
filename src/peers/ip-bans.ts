import { hostOf, isLocal } from '../ip.ts'
import { ExpiringTable } from './expiring-table.ts'
import type { Clock } from '../clock.ts'
import type { Ip } from '../ip.ts'

/** Banned peers of one address that make it banned itself: Lighthouse's five. */
export const BANS_PER_IP = 5

/** Milliseconds that an address is banned for, from the last ban of a peer there: an hour. */
export const IP_BAN_DURATION = 3_600_000

export interface IpBansInit {
  readonly limit: number
  readonly clock: Clock
  /** Do private and loopback addresses count, too? */
  readonly limitPrivate: boolean
}

/**
 * Addresses of which so many peers are banned that the next one from there is not worth listening to: a
 * new peer id costs nothing, a new address something. An IPv6 address stands for the /56 it is in.
 */
export class IpBans {
  readonly #clock: Clock
  readonly #limitPrivate: boolean
  /** Peers that are banned at an address (ban -> unbanned | over | crowded out). Never an empty set. */
  readonly #peers = new Map<string, Set<string>>()
  /** Banned addresses, with the end of their ban. */
  readonly #banned: ExpiringTable<number>

  constructor({ limit, clock, limitPrivate }: IpBansInit) {
    this.#clock = clock
    this.#limitPrivate = limitPrivate
    this.#banned = new ExpiringTable({ limit, clock })
  }

  /** Banned addresses. */
  get size(): number {
    return this.#banned.size
  }

  /** The end of the address's ban in the clock's milliseconds; undefined if it is not banned. */
  until(ip: Ip): number | undefined {
    return this.#banned.get(hostOf(ip))
  }

  /** What a ban of a peer at this address counts for; undefined if for nothing. */
  placeOf(ip: Ip): string | undefined {
    return isLocal(ip) && !this.#limitPrivate ? undefined : hostOf(ip)
  }

  /** A peer of this place is banned. */
  add(peer: string, place: string): void {
    const peers = this.#peers.get(place) ?? new Set()
    this.#peers.set(place, peers.add(peer))
    if (peers.size >= BANS_PER_IP) {
      const until = this.#clock.now() + IP_BAN_DURATION
      this.#banned.set(place, until, until)
    }
  }

  /** The ban of the peer has ended. */
  remove(peer: string, place: string): void {
    const peers = this.#peers.get(place)
    if (peers?.delete(peer) === true && peers.size === 0) this.#peers.delete(place)
  }

  /** The ban of the peer was lifted: with too few others, the place's own is, too. */
  lift(peer: string, place: string): void {
    this.remove(peer, place)
    if ((this.#peers.get(place)?.size ?? 0) < BANS_PER_IP) this.#banned.delete(place)
  }
}
