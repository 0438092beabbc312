import { Admission } from './admission/admission.ts'
import { isDenied } from './doors.ts'
import { Origins } from './origins.ts'
import type { AdmissionPorts, Refused } from './admission/admission.ts'
import type { Clock } from './clock.ts'
import type { PeerFault } from './events.ts'
import type { Ip } from './ip.ts'
import type { AdmissionOptions, Origin } from './options/admission-options.ts'
import type { Peers } from './peers/peers.ts'
import type { TrackedPeer } from './peers/tracked-peer.ts'
import type { RefusalPort } from './refusals.ts'
import type { DialScheduler } from './scheduler/dial-scheduler.ts'
import type { Direction } from '../machines/index.ts'

export interface ReceptionInit {
  readonly admission: AdmissionOptions
  readonly clock: Clock
}

/** The rest of the house, as far as the reception reaches into it. */
export interface ReceptionPorts {
  readonly peers: Peers
  readonly scheduler: DialScheduler
  readonly refusals: RefusalPort
  onFault(fault: PeerFault): void
}

/** Receives whoever comes: where it comes from, whether it may connect, whether it gets a slot. */
export class Reception {
  readonly admission: Admission
  readonly #ports: ReceptionPorts
  readonly #origins: Origins

  constructor({ admission, clock }: ReceptionInit, ports: ReceptionPorts) {
    this.#ports = ports
    this.#origins = new Origins({
      ...admission,
      onFault: (error) => ports.onFault({ source: 'addressOf', error })
    })
    this.admission = new Admission({ admission, clock }, this.#admissionPorts())
  }

  /** Where a connection comes from, or goes to; undefined if that is no IP address. */
  readonly ipOf = (origin: Partial<Origin>): Ip | undefined => this.#origins.of(origin)

  /** A peer begins a handshake over this connection: the session that it gets, or why it gets none. */
  admit(peer: string, origin: Partial<Origin>): number | Refused {
    return this.admission.admit(peer, this.ipOf(origin))
  }

  /** The peer has come to where it is: is the verdict on its session still out? */
  settled({ context, holdsSlot, path }: TrackedPeer): void {
    this.admission.settled(context.session, holdsSlot && path !== 'authorized')
  }

  /** Is no connection with the peer wanted in this direction? `from`: the one that it is making. */
  denied(peer: string, direction: Direction, from?: Origin): boolean {
    const { peers, refusals } = this.#ports
    const standstill = peers.standstill(peer)
    const no = isDenied(standstill, direction) ? standstill : this.#banOf(peer, from)
    if (no === undefined) return false
    const { reason, by, until } = no
    const ip = from && this.ipOf(from)
    refusals.note({ peer, ip: ip?.text, door: 'connection', direction, reason, by, until })
    return true
  }

  /** The ban of the address that an ordinary peer comes from; whoever is authorized is so in spite of it. */
  #banOf(
    peer: string,
    from: Origin | undefined
  ): { reason: 'banned'; by: 'local'; until: number } | undefined {
    const { peers } = this.#ports
    // every connection is asked about several times, and hardly ever is an address banned
    const ip = peers.bans.ips === 0 || from === undefined ? undefined : this.ipOf(from)
    if (ip === undefined || this.#isExempt(peer)) return undefined
    if (peers.get(peer)?.path === 'authorized') return undefined
    const until = peers.bans.ofIp(ip)
    return until === undefined ? undefined : { reason: 'banned', by: 'local', until }
  }

  #admissionPorts(): AdmissionPorts {
    const { peers, scheduler } = this.#ports
    return {
      take: (peer) => scheduler.admit(peer, this.#isStatic(peer) ? 'static' : 'inbound'),
      holds: (session) => scheduler.holds(session),
      isExempt: (peer) => this.#isExempt(peer),
      bannedUntil: (ip) => peers.bans.ofIp(ip)
    }
  }

  #isExempt(peer: string): boolean {
    return this.#ports.scheduler.isTrusted(peer) || this.#isStatic(peer)
  }

  #isStatic(peer: string): boolean {
    return this.#ports.peers.get(peer)?.context.lasting === 'static'
  }
}
