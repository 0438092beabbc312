import { wordFor } from '../machines/index.ts'
import { isSmaller } from './crossing.ts'
import { LifecycleProtocol } from './handshake/protocol.ts'
import type { Refused } from './admission/admission.ts'
import type { Clock } from './clock.ts'
import type { PeerFault } from './events.ts'
import type { Outcome, Role, Verdict } from './handshake/handshake.ts'
import type { Offer } from './handshake/offer.ts'
import type { LifecycleProtocolInit } from './handshake/protocol.ts'
import type { Ip } from './ip.ts'
import type { Origin } from './options/admission-options.ts'
import type { Peers } from './peers/peers.ts'
import type { TrackedPeer } from './peers/tracked-peer.ts'
import type { RefusalPort } from './refusals.ts'
import type { PeerEvent } from '../machines/index.ts'
import type { Connection, PeerId } from '@libp2p/interface'

/** The rest of the house, as far as encounters reach into it. */
export interface EncounterPorts {
  readonly peers: Peers
  /** A slot for a peer that came over this connection: its session, or why there is none. */
  admit(peer: string, origin: Origin): number | Refused
  /** Where a peer is that comes over this connection. */
  ipOf(origin: Origin): Ip | undefined
  /** Can this connection carry a handshake? */
  isUsable(connection: Connection): boolean
  /** The connection to ask the peer something over. */
  connectionOf(peer: TrackedPeer): Connection | undefined
  closeConnections(peer: TrackedPeer): void
  readonly refusals: RefusalPort
  onFault(fault: PeerFault): void
}

/**
 * What peers say, in either direction, and what their charts make of it: handshakes offered, ended,
 * crossed; updates; goodbyes.
 */
export class Encounters<Hello> {
  readonly protocol: LifecycleProtocol<Hello>
  readonly #self: PeerId
  readonly #clock: Clock
  readonly #ports: EncounterPorts
  /** Streams that a peer offers, while its chart decides (offered -> answered | declined). */
  readonly #offers = new Map<string, Offer>()

  /** Sessions in which a peer that was authorized shakes hands anew (offered -> outcome). */
  readonly #restarts = new Map<string, number>()

  constructor(init: LifecycleProtocolInit<Hello>, ports: EncounterPorts) {
    this.#self = init.self
    this.#clock = init.clock
    this.#ports = ports
    this.protocol = new LifecycleProtocol<Hello>(init, {
      onOffer: (offer) => this.#onOffer(offer),
      onOpened: (peer, session) => this.#tell(peer, () => ({ type: 'handshake.opened', session })),
      onOutcome: (peer, session, role, outcome) => this.#onOutcome(peer, session, role, outcome),
      onDisagreement: (key) => {
        const peer = ports.peers.get(key)
        if (peer !== undefined) ports.closeConnections(peer)
      },
      onGoodbye: (peer, reason, retryAfter) => {
        const no = { reason, by: 'remote', retryAfter } as const
        this.#tell(peer, () => ({ type: 'goodbye.received', ...no, ...ports.peers.moment() }))
      },
      onRestart: (offer) => this.#onRestart(offer),
      onVerdict: (peer, verdict) => this.#onVerdict(peer, verdict),
      onFault: (peer, source, error) => ports.onFault({ peer, source, error })
    })
  }

  /** Takes the stream that the peer offers, so that it is answered by the caller and nobody else. */
  takeOffer({ key }: TrackedPeer): Offer | undefined {
    const offer = this.#offers.get(key)
    this.#offers.delete(key)
    return offer
  }

  /** Sends the application's hello of now to an authorized peer. True if there was an answer. */
  update(peer: TrackedPeer): Promise<boolean> {
    const { session } = peer.context
    const { requests } = this.protocol
    const connection = (): Connection | undefined => this.#ports.connectionOf(peer)
    return requests.update(peer.peerId, roleOf(peer), connection, (answer) => {
      // the answer of an earlier session says nothing of this one
      if (answer.kind === 'accepted' || peer.context.session !== session) return
      this.#onVerdict(peer.key, answer)
    })
  }

  /**
   * Asks an authorized peer whether it still knows us. If nothing can be asked, not even a stream opened, its
   * connections are closed: only without a connection do both agree then.
   */
  async confirm(peer: TrackedPeer): Promise<void> {
    const { session } = peer.context
    if (await this.update(peer)) return
    const isStillThere = peer.path === 'authorized' && peer.context.session === session
    if (isStillThere) this.#ports.closeConnections(peer)
  }

  #onOffer(offer: Offer): void {
    const { peers } = this.#ports
    const { connection } = offer
    if (!this.#ports.isUsable(connection)) return this.#refuse(offer, { reason: 'not-allowed' })
    if (this.#isKeptOut(offer)) return
    const peer = peers.opened(connection)
    if (peer === undefined) return this.#refuse(offer, { reason: 'busy' })
    if (peer.path === 'authorized') {
      return this.protocol.requests.receive(offer, roleOf(peer), () => peer.hello)
    }
    this.#consider(peer, offer)
  }

  /**
   * The peer shakes hands although it is authorized here: it has lost what we both agreed on, in a crash,
   * or with a connection that we still believe in. Its word counts; it may be authorized anew.
   */
  #onRestart(offer: Offer): void {
    const { peers } = this.#ports
    const peer = peers.get(offer.peerId.toString())
    if (peer?.path !== 'authorized') return this.protocol.decline(offer)
    const no = { reason: 'restarted', by: 'remote', retryAfter: 0 } as const
    peers.send(peer, { type: 'goodbye.received', ...no, ...peers.moment() })
    // the application has heard of it by now, and may have banned the peer
    if (this.#isKeptOut(offer)) return
    this.#consider(peer, offer)
    if (peer.holdsSlot) this.#restarts.set(peer.key, peer.context.session)
  }

  /** Refuses a peer that is banned, cooling down or being left; false if nothing is against it. */
  #isKeptOut(offer: Offer): boolean {
    const standstill = this.#ports.peers.standstill(offer.peerId.toString())
    if (standstill?.disposition.refusesInbound !== true) return false
    this.#refuse(offer, standstill)
    return true
  }

  #consider(peer: TrackedPeer, offer: Offer): void {
    const { peers } = this.#ports
    this.#offers.set(peer.key, offer)
    this.#decide(peer, offer)
    // what the chart has not taken by now nobody will ever answer
    if (!this.#offers.delete(peer.key)) return
    if (peers.get(peer.key) === peer) this.protocol.decline(offer)
    // a chart that failed over it; to be declined would mean to wait for our own stream
    else this.#refuse(offer, { reason: 'internal' })
  }

  /** Turns the peer away at the door; its chart hears nothing of it. */
  #refuse(offer: Offer, { reason, detail, until }: Refused): void {
    const { peerId, connection } = offer
    const ip = this.#ports.ipOf(connection)?.text
    const no = { peer: peerId.toString(), ip, reason, by: 'local', detail, until } as const
    this.#ports.refusals.note({ ...no, door: 'handshake', direction: 'inbound' })
    const seconds = until === undefined ? 0 : this.#secondsUntil(until)
    this.protocol.refuse(offer, wordFor(reason), seconds)
  }

  /** A peer that is not authorized offers its handshake: its chart decides, now. */
  #decide(peer: TrackedPeer, offer: Offer): void {
    const { peers } = this.#ports
    if (peer.holdsSlot) {
      const { session } = peer.context
      const wins = this.#isSmallerThan(peer.peerId)
      return peers.send(peer, { type: 'handshake.offered', session, wins })
    }
    const session = this.#ports.admit(peer.key, offer.connection)
    if (typeof session === 'number') {
      peers.send(peer, { type: 'slot.granted', session, direction: 'inbound', usable: true })
    } else {
      this.#offers.delete(peer.key)
      this.#refuse(offer, session)
    }
  }

  #onOutcome(key: string, session: number, role: Role, outcome: Outcome<Hello>): void {
    const { peers } = this.#ports
    const peer = peers.get(key)
    if (peer === undefined) return
    const moment = peers.moment()
    const isRestart = this.#restarts.get(key) === session
    this.#restarts.delete(key)
    if (outcome.kind === 'accepted') {
      if (peer.context.session === session) peer.hello = outcome.hello
      return peers.send(peer, { type: 'handshake.accepted', session, at: moment.at })
    }
    const isYielded = outcome.kind === 'yielded'
    if (isYielded && role === 'initiator' && !this.#isSmallerThan(peer.peerId)) {
      return peers.send(peer, { type: 'handshake.yielded', session })
    }
    const { reason, by, retryAfter, detail } = isYielded ? NO_ANSWER : outcome
    const no = { reason, by, retryAfter, detail }
    peers.send(peer, { type: 'handshake.refused', session, ...no, ...moment })
    // it may hold us to be authorized after all: only without a connection do both agree
    if (isRestart && by === 'network') this.#ports.closeConnections(peer)
  }

  /** An UPDATE was judged, by us or by the peer. */
  #onVerdict(key: string, verdict: Verdict<Hello>): void {
    const { peers } = this.#ports
    const peer = peers.get(key)
    if (peer?.path !== 'authorized') return
    if (verdict.kind === 'accepted') {
      peer.hello = verdict.hello
      return
    }
    const { reason, by, retryAfter, detail } = verdict
    const no = { reason, by, retryAfter, detail }
    peers.send(peer, { type: 'update.refused', ...no, ...peers.moment() })
    // no verdict went over the wire: only without a connection do both agree
    if (by === 'network' || reason === 'aborted') this.#ports.closeConnections(peer)
  }

  #tell(key: string, event: () => PeerEvent): void {
    const peer = this.#ports.peers.get(key)
    if (peer !== undefined) this.#ports.peers.send(peer, event())
  }

  #isSmallerThan(peerId: PeerId): boolean {
    return isSmaller(this.#self.toMultihash().bytes, peerId.toMultihash().bytes)
  }

  #secondsUntil(until: number): number {
    const seconds = Math.ceil((until - this.#clock.now()) / 1_000)
    return Number.isFinite(seconds) ? Math.min(seconds, 0xffff_ffff) : 0
  }
}

/** Our role in the handshake that the peer's session began with. */
const roleOf = ({ context }: TrackedPeer): Role =>
  context.direction === 'inbound' ? 'responder' : 'initiator'

/** A stream that ended without a word although it should have had one. */
const NO_ANSWER = {
  reason: 'stream-closed',
  by: 'network',
  retryAfter: 0,
  detail: undefined
} as const
