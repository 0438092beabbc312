import { dispositionOf, wordFor } from '../machines/index.ts'
import { SecureChannel } from './handshake/secure-channel.ts'
import type { Refused } from './admission/admission.ts'
import type { PeerFault } from './events.ts'
import type { Intent } from './handshake/exchange-init.ts'
import type { Channel, ChannelOutcome, SecureChannelInit } from './handshake/secure-channel.ts'
import type { Refusal } from './handshake/handshake.ts'
import type { Ip } from './ip.ts'
import type { Origin } from './options/admission-options.ts'
import type { Peers } from './peers/peers.ts'
import type { TrackedPeer } from './peers/tracked-peer.ts'
import type { RefusalNote, RefusalPort } from './refusals.ts'
import type { DispositionTable, WireReason } from '../machines/index.ts'
import type { Connection } from '@libp2p/interface'
import type { Multiaddr } from '@multiformats/multiaddr'

export interface ChannelsInit<Hello> extends SecureChannelInit<Hello> {
  readonly allowRelayed: boolean
  /** What follows from a "no"; the table without overrides if it is not given. */
  readonly dispositions?: DispositionTable
}

/** The rest of the house, as far as channels reach into it. */
export interface ChannelPorts {
  readonly peers: Peers
  /** A slot for a peer that is making this connection: its session, or why there is none. */
  admit(peer: string, origin: Partial<Origin>): number | Refused
  /** Gives back the slot of a session that came to nothing. */
  release(session: number): void
  /** Where a peer is that is making this connection. */
  ipOf(origin: Partial<Origin>): Ip | undefined
  /** Gives up the handshake on a stream that the peer's slot was meant for. */
  abandon(peer: string): void
  /** The dial has come to its end, though libp2p has not said so yet. */
  letGoOfDial(peer: string): void
  readonly refusals: RefusalPort
  onFault(fault: PeerFault): void
}

/** What a peer is told at the door. */
interface No {
  readonly reason: WireReason
  readonly retryAfter: number
}

/** Whose slot a handshake in a channel is for. */
interface Claim {
  readonly session: number
  /** Does the session stand and fall with it? Not if the slot is on another way as well. */
  readonly isOwner: boolean
}

/** A channel in which both sides have accepted. */
interface Verified<Hello> {
  readonly channel: Channel
  readonly hello: Hello
  readonly claim: Claim | undefined
}

/**
 * What peers say inside secure channels, and what their charts make of it. With a slot, an agreement
 * there authorizes the peer as soon as its connection is open; without one, the connection is verified,
 * and nothing more.
 */
export class Channels<Hello> {
  readonly secure: SecureChannel<Hello>
  readonly #init: ChannelsInit<Hello>
  readonly #ports: ChannelPorts
  /** Handshakes that are for a slot (begun -> outcome). */
  readonly #claims = new Map<Channel, Claim>()
  /** Peers that were turned away at the door, without a look at what they said (said -> outcome). */
  readonly #turnedAway = new WeakSet<Channel>()
  /** Channels that are to become connections (accepted -> opened | closed). */
  readonly #verified = new Set<Verified<Hello>>()

  constructor(init: ChannelsInit<Hello>, ports: ChannelPorts) {
    this.#init = init
    this.#ports = ports
    this.secure = new SecureChannel<Hello>(init, {
      intend: (channel) => this.#intend(channel),
      admit: (channel, intent) => this.#admit(channel, intent),
      onOutcome: (channel, outcome) => this.#onOutcome(channel, outcome),
      onFault: (peer, source, error) => ports.onFault({ peer, source, error })
    })
  }

  /** Ends every handshake in a channel that is for the peer's session. */
  abort({ context }: TrackedPeer, reason: WireReason | undefined, retryAfter: number): void {
    for (const [channel, { session }] of this.#claims) {
      if (session === context.session) this.secure.abort(channel, reason, retryAfter)
    }
  }

  /**
   * A connection has opened: if both sides agreed in its channel, with a slot, its peer is authorized as
   * soon as everybody else has heard of the connection, too. Then streams can be opened on it.
   */
  opened(connection: Connection): void {
    const verified = this.#take(connection)
    if (verified?.claim === undefined) return
    const { claim, hello } = verified
    queueMicrotask(() => this.#agree(connection, claim, hello))
  }

  #agree(connection: Connection, { session }: Claim, hello: Hello): void {
    const { peers } = this.#ports
    const peer = peers.get(connection.remotePeer.toString())
    if (peer === undefined || !holds(peer, session)) {
      // the peer holds us to be authorized: only without the connection do both agree
      connection.abort(new Error('What was agreed on in its secure channel holds no more'))
      return
    }
    if (connection.status !== 'open') {
      const no = { reason: 'connection-closed', by: 'network', retryAfter: 0 } as const
      return peers.send(peer, { type: 'handshake.refused', session, ...no, ...peers.moment() })
    }
    peer.hello = hello
    peer.carrier = connection
    if (peer.path === 'authorized') return
    if (connection.direction === 'outbound') this.#ports.letGoOfDial(peer.key)
    this.#ports.abandon(peer.key)
    // the handshake that was meant for a stream is one in the channel now
    if (peer.path === 'connected.promoting') peers.send(peer, { type: 'handshake.opened', session })
    peers.send(peer, { type: 'handshake.accepted', session, at: peers.moment().at })
  }

  #intend(channel: Channel): Intent {
    const peer = this.#ports.peers.get(channel.peerId.toString())
    if (peer?.path !== 'dialing' || !this.#isUsable(channel)) return 'visit'
    this.#claims.set(channel, { session: peer.context.session, isOwner: true })
    return 'promote'
  }

  #admit(channel: Channel, intent: Intent): No | undefined {
    const { peers } = this.#ports
    const key = channel.peerId.toString()
    const standstill = peers.standstill(key)
    if (standstill?.disposition.refusesInbound === true) {
      return this.#refuse(channel, standstill)
    }
    if (intent === 'visit') return undefined
    if (!this.#isUsable(channel)) return this.#refuse(channel, { reason: 'not-allowed' })
    const known = peers.get(key)
    if (known?.holdsSlot === true) {
      this.#claims.set(channel, { session: known.context.session, isOwner: false })
      return undefined
    }
    const session = this.#ports.admit(key, channel.trunk)
    if (typeof session !== 'number') return this.#refuse(channel, session)
    return this.#begin(channel, session)
  }

  /** Whoever has no slot is not worth to be tracked: ids cost nothing. */
  #begin(channel: Channel, session: number): No | undefined {
    const { peers } = this.#ports
    const peer = peers.track(channel.peerId)
    if (peer === undefined) {
      this.#ports.release(session)
      return this.#refuse(channel, { reason: 'busy' })
    }
    this.#claims.set(channel, { session, isOwner: true })
    peers.send(peer, { type: 'slot.granted', session, direction: 'inbound', usable: false })
    return holds(peer, session) ? undefined : this.#refuse(channel, { reason: 'internal' })
  }

  #refuse(channel: Channel, { reason, detail, until }: Refused): No {
    this.#turnedAway.add(channel)
    this.#note(channel, { reason, by: 'local', detail, until })
    const seconds = Math.ceil(((until ?? 0) - this.#init.clock.now()) / 1_000)
    const retryAfter = Number.isFinite(seconds) ? Math.min(Math.max(seconds, 0), 0xffff_ffff) : 0
    return { reason: wordFor(reason), retryAfter }
  }

  #onOutcome(channel: Channel, outcome: ChannelOutcome<Hello>): void {
    const claim = this.#claims.get(channel)
    this.#claims.delete(channel)
    if (outcome.kind === 'refused') return this.#onRefusal(channel, outcome, claim)
    const verified = { channel, hello: outcome.hello, claim }
    this.#verified.add(verified)
    // an upgrade can fail after the handshake, too
    channel.stream.addEventListener('close', () => {
      if (this.#verified.delete(verified)) this.#onRefusal(channel, LOST, claim)
    })
  }

  #onRefusal(channel: Channel, refusal: Refusal, claim: Claim | undefined): void {
    const { peers } = this.#ports
    const { reason, by, retryAfter, detail } = refusal
    const no = { reason, by, retryAfter, detail, ...peers.moment() }
    if (claim !== undefined) {
      const peer = peers.get(channel.peerId.toString())
      // libp2p may try another address; that the dial failed it says itself
      const isLeft = channel.role === 'initiator' && by === 'network'
      if (peer === undefined || !claim.isOwner || isLeft) return
      peer.channelOrigin = channel.trunk
      return peers.send(peer, { type: 'handshake.refused', session: claim.session, ...no })
    }
    if (this.#turnedAway.has(channel)) return
    // only what counts without a session is worth remembering a stranger for
    const { connection } = dispositionOf(reason, by, this.#init.dispositions)
    const peer = connection === 'close' ? peers.track(channel.peerId) : undefined
    if (peer !== undefined) {
      peer.channelOrigin = channel.trunk
      peers.send(peer, { type: 'channel.refused', ...no })
    }
    const until = peer?.context.reason === reason ? peer.context.until : undefined
    this.#note(channel, { reason, by, detail, until })
  }

  /** A no that belongs to no session: only the channel knows whose wish it was. */
  #note(channel: Channel, no: Pick<RefusalNote, 'reason' | 'by' | 'detail' | 'until'>): void {
    const peer = channel.peerId.toString()
    const direction = channel.role === 'initiator' ? 'outbound' : 'inbound'
    const ip = this.#ports.ipOf(channel.trunk)?.text
    this.#ports.refusals.note({ ...no, peer, ip, direction, door: 'channel' })
  }

  /** What was agreed on in the channel that this connection was made in. */
  #take(connection: Connection): Verified<Hello> | undefined {
    if (connection.encryption !== this.#init.protocol) return undefined
    const candidates = [...this.#verified].filter(({ channel }) => isOf(channel, connection))
    // inside a private network the address has to do, which one peer may have been dialed at twice
    const verified =
      candidates.find(({ channel }) => channel.trunk.timeline === connection.timeline) ??
      candidates.find(({ channel }) => isAt(channel.trunk.remoteAddr, connection)) ??
      candidates[0]
    if (verified !== undefined) this.#verified.delete(verified)
    return verified
  }

  #isUsable({ isLimited }: Channel): boolean {
    return !isLimited || this.#init.allowRelayed
  }
}

const holds = (peer: TrackedPeer, session: number): boolean =>
  peer.holdsSlot && peer.context.session === session

const isOf = ({ peerId, role }: Channel, { remotePeer, direction }: Connection): boolean =>
  peerId.equals(remotePeer) && role === (direction === 'outbound' ? 'initiator' : 'responder')

// a connection writes its peer at the end of an address that does not name it
const isAt = (address: Multiaddr | undefined, { remoteAddr, remotePeer }: Connection): boolean =>
  address !== undefined &&
  [address, address.encapsulate(`/p2p/${remotePeer.toString()}`)].some((it) =>
    it.equals(remoteAddr)
  )

const LOST = {
  kind: 'refused',
  reason: 'connection-closed',
  by: 'network',
  retryAfter: 0
} as const
