import { multiaddr } from '@multiformats/multiaddr'
import { learnAddresses, withoutPeer } from './learn-addresses.ts'
import { crc32 } from './handshake/crc32.ts'
import { inTime, unlessAborted } from './memory/in-time.ts'
import { Memory } from './memory/memory.ts'
import { timeLeft } from './memory/record.ts'
import { readPeerTarget } from './peer-target.ts'
import { epochOf } from './peers/peer-view.ts'
import type { Clock } from './clock.ts'
import type { MemoryStatus } from './interface.ts'
import type { Handshake } from './handshake/handshake.ts'
import type { MemoryInit, Recollection } from './memory/memory.ts'
import type { BanRecord, PeerRecord, RememberedNo } from './memory/record.ts'
import type { PeerTarget } from './options.ts'
import type { Peers } from './peers/peers.ts'
import type { PeerPath, TrackedPeer } from './peers/tracked-peer.ts'
import type { Priority, Reason } from '../machines/index.ts'
import type { PeerId, PeerStore } from '@libp2p/interface'
import type { Multiaddr } from '@multiformats/multiaddr'

/** Milliseconds that the addresses of anchors may take to be stored before the node goes on. */
const LEARN_TIMEOUT = 1_000

/** Verdicts that depend on what our own handshake is made of, whoever has said them. */
const DEPENDENT: ReadonlySet<Reason> = new Set<Reason>(['incompatible', 'unsupported-version'])

export interface RemembranceInit extends MemoryInit {
  readonly peerStore: PeerStore
  readonly handshake: Pick<Handshake, 'fingerprint'>
  /** They are wanted anew at every start, because the options say so. */
  readonly staticPeers: readonly PeerTarget[]
}

/** The rest of the house, as far as its memory reaches into it. */
export interface RemembrancePorts {
  readonly peers: Peers
  /** @param named - where the application itself said, in an earlier run, that the peer is */
  want(peer: PeerId, priority: Priority, named: readonly Multiaddr[]): void
  /** Peers to begin with after a restart. */
  anchors(): readonly string[]
  restoreAnchors(peers: readonly PeerId[]): void
  /** While `write` runs, what it does to the peer's record makes the peer no candidate. */
  unheeded(peer: PeerId, write: () => Promise<unknown>): Promise<unknown>
}

/**
 * What of this node's life is remembered, and what comes of it in the next one: bans and cool-downs hold,
 * good peers are candidates again. Nobody is authorized from memory: whoever comes back shakes hands.
 */
export class Remembrance {
  readonly #init: RemembranceInit
  readonly #ports: RemembrancePorts
  readonly #clock: Clock
  readonly #memory: Memory
  readonly #configured: ReadonlySet<string>
  /** What our verdicts depend on in this run, in short. */
  readonly #under: string | undefined
  #recollection: Recollection = []
  /** Ends the finding again (start -> stop). */
  #lifetime: AbortController | undefined

  constructor(init: RemembranceInit, ports: RemembrancePorts) {
    this.#init = init
    this.#ports = ports
    this.#clock = init.clock
    this.#configured = new Set(
      init.staticPeers.map((target) => readPeerTarget(target).peerId.toString())
    )
    this.#under = shortOf(init.handshake.fingerprint)
    this.#memory = new Memory(init, {
      banOf: (peer) => this.#banOf(peer),
      restoreBan: (peer, record) => this.#restoreBan(peer, record),
      recordOf: (peer) => this.#recordOf(peer),
      anchors: () => ports.anchors(),
      addressesOf: (peer) => this.#addressesOf(peer)
    })
  }

  /** Does the memory work? */
  get status(): MemoryStatus {
    return this.#memory.status
  }

  /** Before anybody can connect: bans and cool-downs hold again. Never rejects. */
  async load(): Promise<void> {
    this.#recollection = await this.#memory.load()
    for (const [peerId, record] of this.#recollection) this.#restorePeer(peerId, record)
  }

  /**
   * As soon as slots are granted: the anchors are wanted before anybody else, and when this has settled
   * also whoever was good, the newest first. Never rejects.
   */
  async find(): Promise<void> {
    this.#lifetime = new AbortController()
    const { signal } = this.#lifetime
    const known = this.#recollection.toReversed()
    this.#recollection = []
    const anchors = known.filter(([, { isAnchor }]) => isAnchor === true)
    await this.#learnInTime(anchors)
    if (signal.aborted) return
    this.#ports.restoreAnchors(anchors.map(([peerId]) => peerId))
    void this.#findAgain(known, signal)
  }

  /** The peer is wanted in another way. */
  touched(peer: string): void {
    this.#memory.touched(peer)
  }

  /** The peer is known to be there, though it was never more than a candidate. */
  good(peer: string): void {
    this.#memory.good(peer)
  }

  /** The peer's chart has moved. */
  moved(peer: TrackedPeer, from: PeerPath): void {
    const isGood = peer.path === 'authorized' || from === 'authorized'
    if (isGood) this.#memory.good(peer.key)
    else this.#memory.touched(peer.key)
  }

  forgotten(peer: string): void {
    this.#memory.forgotten(peer)
  }

  /** Another decision on the peer's ban holds now. */
  banned(peer: string): void {
    this.#memory.banned(peer)
  }

  /** Writes what is known at this moment, in a second at most. Never rejects. */
  async stop(): Promise<void> {
    this.#lifetime?.abort()
    this.#lifetime = undefined
    await this.#memory.stop()
  }

  #banOf(peer: string): BanRecord | undefined {
    const decision = this.#ports.peers.bans.get(peer)
    if (decision === undefined) return undefined
    const { at, until } = decision
    return { at, until: until === undefined ? 'lifted' : epochOf(until, this.#clock) }
  }

  #restoreBan(peer: PeerId, { at, until }: BanRecord): void {
    const end = until === 'lifted' ? undefined : this.#moment({ at, until })
    this.#ports.peers.restoreBan(peer.toString(), { at, until: end })
  }

  #recordOf(key: string): PeerRecord | undefined {
    const peer = this.#ports.peers.get(key)
    if (peer === undefined) return undefined
    const { failures, lasting } = peer.context
    const no = this.#noOf(peer)
    const isStatic = lasting === 'static' && !this.#configured.has(key)
    if (no === undefined && failures === 0 && !isStatic) return undefined
    return {
      at: Math.floor(this.#clock.epoch()),
      ...(no !== undefined && { no }),
      ...(failures > 0 && { failures }),
      ...(isStatic && { isStatic })
    }
  }

  /** The "no" that the peer cools down after; a ban is remembered elsewhere. */
  #noOf({ key, context }: TrackedPeer): RememberedNo | undefined {
    const { reason, by, until } = context
    const holds = reason !== undefined && by !== undefined && until > this.#clock.now()
    if (!holds || this.#ports.peers.bans.until(key) !== undefined) return undefined
    const under = DEPENDENT.has(reason) ? this.#under : undefined
    return { reason, by, until: epochOf(until, this.#clock), ...(under !== undefined && { under }) }
  }

  #restorePeer(peerId: PeerId, { at, no, failures = 0 }: PeerRecord): void {
    // what was wrong between us may be right by now
    if (no !== undefined && DEPENDENT.has(no.reason) && no.under !== this.#under) return
    const until = no === undefined ? this.#clock.now() : this.#moment({ at, until: no.until })
    if (until <= this.#clock.now() && failures === 0) return
    const peer = this.#ports.peers.track(peerId)
    if (peer === undefined) return
    // the failures count on, also when nothing stands in the way of another attempt
    const { reason, by } = no ?? { reason: 'dial-failed', by: 'network' }
    this.#ports.peers.send(peer, { type: 'peer.restored', reason, by, until, failures })
  }

  async #findAgain(recollection: Recollection, signal: AbortSignal): Promise<void> {
    for (const [peerId, { goodAt, isStatic, addresses = [] }] of recollection) {
      if (goodAt === undefined && isStatic !== true) continue
      const learned = await this.#learn(peerId, addresses)
      if (signal.aborted) return
      if (isStatic === true) this.#ports.want(peerId, 'static', learned)
      else this.#ports.want(peerId, 'discovered', [])
    }
  }

  /** A peer store that hangs does not keep the node from starting. */
  async #learnInTime(peers: Recollection): Promise<void> {
    const learned = async (): Promise<void> => {
      for (const [peerId, { addresses = [] }] of peers) await this.#learn(peerId, addresses)
    }
    const inASecond = inTime(this.#clock, LEARN_TIMEOUT, async (signal) =>
      unlessAborted(signal, learned())
    )
    await inASecond.catch((error: unknown) =>
      this.#init.log.error('could not store the addresses of anchors - %e', error)
    )
  }

  /** Stores the addresses: libp2p has forgotten them after an hour. */
  async #learn(peerId: PeerId, addresses: readonly string[]): Promise<readonly Multiaddr[]> {
    const multiaddrs = addresses.flatMap(parsed)
    const { peerStore, log } = this.#init
    try {
      await this.#ports.unheeded(peerId, () => learnAddresses(peerStore, peerId, multiaddrs))
    } catch (error) {
      log.error('could not store the addresses of %p - %e', peerId, error)
    }
    return multiaddrs
  }

  /** Where we reached the peer ourselves, then where it says it is. */
  async #addressesOf(key: string): Promise<readonly string[]> {
    const peer = this.#ports.peers.get(key)
    if (peer === undefined) return []
    const dialed = peer.connections
      .filter(({ direction, limits }) => direction === 'outbound' && limits === undefined)
      .map(({ remoteAddr }) => remoteAddr)
    const { addresses } = await this.#init.peerStore.get(peer.peerId)
    const said = addresses.toSorted((a, b) => Number(b.isCertified) - Number(a.isCertified))
    const texts = [...dialed, ...said.map(({ multiaddr: address }) => address)].map((address) =>
      withoutPeer(address, peer.peerId)
    )
    return [...new Set(texts)]
  }

  /** The end of what was said, in the clock's milliseconds. */
  #moment(said: { at: number; until: number }): number {
    return this.#clock.now() + timeLeft(said, this.#clock.epoch())
  }
}

/** A checksum is enough: it only has to change when the text does. */
const shortOf = (fingerprint: string | undefined): string | undefined =>
  fingerprint === undefined ? undefined : crc32(new TextEncoder().encode(fingerprint)).toString(16)

function parsed(address: string): Multiaddr[] {
  try {
    return [multiaddr(address)]
  } catch {
    return []
  }
}
