import { IpAttempts } from './ip-attempts.ts'
import { placeOf } from './ip-place.ts'
import { SessionPlaces } from './session-places.ts'
import type { IpPlace } from './ip-place.ts'
import type { Clock } from '../clock.ts'
import type { Ip } from '../ip.ts'
import type { AdmissionOptions } from '../options/admission-options.ts'
import type { Reason } from '../../machines/index.ts'

export interface AdmissionRoomInit {
  readonly admission: AdmissionOptions
  readonly clock: Clock
}

/** The rest of the house, as admission sees it. */
export interface AdmissionPorts {
  /** A slot for a peer that came by itself: its session, or the word why there is none. */
  take(peer: string): number | Reason
  /** Does the session still hold its slot? */
  holds(session: number): boolean
  /** Is the peer let in past the limits by number and address: is it trusted, or static? */
  isExempt(peer: string): boolean
  /** The end of the ban of an IP address, in the clock's milliseconds; undefined if it is not banned. */
  bannedUntil(ip: Ip): number | undefined
}

/** Why a peer is not let in. */
export interface Refused {
  readonly reason: Reason
  /** What exactly is full, for people. */
  readonly detail?: string
  /** When it may be worth to try again, in the clock's milliseconds; absent if nobody knows. */
  readonly until?: number
}

/** What admission has to do with at this moment. Plain numbers. */
export interface AdmissionCounts {
  /** Handshakes under way, ours and the peers' together; a dial of ours counts as one. */
  readonly handshakes: number
  /** Those of them that peers began. */
  readonly inboundHandshakes: number
  /** Hosts whose attempts are counted. */
  readonly hosts: number
}

/**
 * The one door to an inbound slot, for handshakes on streams and in secure channels alike: cheap questions
 * first, and of whoever is refused nothing is kept but the time of its host's attempts.
 *
 * There is no counter that could drift: every number is the size of a set of sessions, and a session that
 * holds no slot is in none of them, whatever has become of it.
 */
export class Admission {
  readonly #options: AdmissionOptions
  readonly #clock: Clock
  readonly #ports: AdmissionPorts
  readonly #attempts: IpAttempts
  readonly #places: SessionPlaces
  /** Sessions whose verdict is still out (admitted | granted -> authorized | over). */
  readonly #pending = new Set<number>()

  constructor({ admission, clock }: AdmissionRoomInit, ports: AdmissionPorts) {
    this.#options = admission
    this.#clock = clock
    this.#ports = ports
    this.#attempts = new IpAttempts({ ...admission, clock })
    this.#places = new SessionPlaces((session) => ports.holds(session))
  }

  get counts(): AdmissionCounts {
    return {
      handshakes: this.#underWay().length,
      inboundHandshakes: this.#inbound().length,
      hosts: this.#attempts.size
    }
  }

  /** Sessions of which it is remembered where they came from: those that hold a slot, and hardly more. */
  get remembered(): number {
    return this.#places.size
  }

  /** Are as many handshakes under way as may be, so that none of ours may begin either? */
  get isBusy(): boolean {
    const { handshakes } = this.#options
    return this.#pending.size >= handshakes && this.#underWay().length >= handshakes
  }

  /** A peer begins a handshake: the session that it gets, or why it gets none. */
  admit(peer: string, ip: Ip | undefined): number | Refused {
    const isExempt = this.#ports.isExempt(peer)
    const place = isExempt ? undefined : placeOf(ip, this.#options)
    const refused = isExempt ? undefined : this.#refusalOf(ip, place)
    if (refused !== undefined) return refused
    const session = this.#ports.take(peer)
    if (typeof session !== 'number') return { reason: session }
    this.#places.add(session, place)
    this.#pending.add(session)
    return session
  }

  /** What has become of a session, of whatever direction: is its verdict still out? */
  settled(session: number, isPending: boolean): void {
    if (isPending) this.#pending.add(session)
    else this.#pending.delete(session)
  }

  #refusalOf(ip: Ip | undefined, place: IpPlace | undefined): Refused | undefined {
    const until = ip && this.#ports.bannedUntil(ip)
    if (until !== undefined) return { reason: 'banned', detail: 'its address', until }
    const { handshakes, inboundHandshakes } = this.#options
    const [all, inbound] = [this.#underWay().length, this.#inbound()]
    if (all >= handshakes || inbound.length >= inboundHandshakes) {
      return { reason: 'busy', detail: `${all} handshakes are under way` }
    }
    return place && this.#refusalAt(place, inbound)
  }

  #refusalAt({ host, nets }: IpPlace, inbound: readonly number[]): Refused | undefined {
    const ofHost = inbound.filter((session) => this.#places.hostOf(session) === host).length
    if (ofHost >= this.#options.handshakesPerIp) {
      return { reason: 'busy', detail: `${ofHost} handshakes of ${host} are under way` }
    }
    const wait = this.#attempts.take(host)
    if (wait > 0) {
      const until = this.#clock.now() + wait
      return { reason: 'busy', detail: `too many attempts of ${host}`, until }
    }
    const full = nets.find(({ net, limit }) => this.#places.count(net) >= limit)
    return full && { reason: 'subnet-full', detail: `${full.limit} peers of ${full.net} are here` }
  }

  #underWay(): number[] {
    for (const session of this.#pending) {
      if (!this.#ports.holds(session)) this.#pending.delete(session)
    }
    return [...this.#pending]
  }

  #inbound(): number[] {
    return this.#underWay().filter((session) => this.#places.has(session))
  }
}
