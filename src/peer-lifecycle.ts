import { Encounters } from './encounters.ts'
import { Effects } from './effects.ts'
import { Farewells } from './farewells.ts'
import { Gate } from './gate/gate.ts'
import { BUILT_IN_OPEN_PROTOCOLS } from './gate/open-protocols.ts'
import { Turns } from './handshake/turns.ts'
import { Peers } from './peers/peers.ts'
import { CandidateFeed } from './scheduler/candidate-feed.ts'
import { Dialer } from './scheduler/dialer.ts'
import { DialScheduler } from './scheduler/dial-scheduler.ts'
import { SlotTags } from './scheduler/slot-tags.ts'
import type { Audience } from './audience.ts'
import type { Clock } from './clock.ts'
import type { Standing } from './gate/gate.ts'
import type { PeerLifecycleOptions } from './options.ts'
import type { PeerPath, TrackedPeer } from './peers/tracked-peer.ts'
import type { PeerEvent, Priority, Reason } from '../machines/index.ts'
import type {
  ComponentLogger,
  Connection,
  ConnectionGater,
  Libp2pEvents,
  PeerId,
  PeerStore
} from '@libp2p/interface'
import type { ConnectionManager, Registrar } from '@libp2p/interface-internal'
import type { TypedEventTarget } from 'main-event'

/** The parts of libp2p that the service uses. */
export interface PeerLifecycleComponents {
  peerId: PeerId
  peerStore: PeerStore
  registrar: Registrar
  connectionManager: ConnectionManager
  connectionGater: ConnectionGater
  events: TypedEventTarget<Libp2pEvents>
  logger: ComponentLogger
}

/** Milliseconds that a stopping node waits for its goodbyes, all together. */
const STOP_TIMEOUT = 1_000

/**
 * The composition root: it alone knows all four rooms. What happens in one of them becomes an event of a
 * peer; what the peer's chart answers becomes work for another.
 */
export class Lifecycle<Hello> {
  readonly peers: Peers
  readonly scheduler: DialScheduler
  readonly gate: Gate
  readonly encounters: Encounters<Hello>
  readonly #components: PeerLifecycleComponents
  readonly #audience: Audience
  readonly #allowRelayed: boolean
  readonly #tags: SlotTags
  readonly #dialer: Dialer
  readonly #feed: CandidateFeed
  readonly #farewells: Farewells
  /** What the peer that is being delivered to left, and why (moved -> settled). */
  #move: { from: PeerPath; event: PeerEvent } | undefined
  /** Ends the listeners (start -> stop). */
  #lifetime: AbortController | undefined

  constructor(
    components: PeerLifecycleComponents,
    options: PeerLifecycleOptions<Hello> & { clock: Clock; random: () => number },
    audience: Audience
  ) {
    const { clock, allowRelayed } = options
    const { peerId: self, peerStore, connectionManager } = components
    const log = components.logger.forComponent('libp2p:peer-lifecycle')
    const protocol = `${options.protocolPrefix}/peer-lifecycle/1.0.0`
    const turns = new Turns(options.parallelProofs)
    this.#components = components
    this.#audience = audience
    this.#allowRelayed = allowRelayed

    this.peers = new Peers(
      { ...options, self },
      {
        carryOut: (effect, peer) => effects.carryOut(effect, peer),
        onMove: (_peer, from, event) => {
          this.#move = { from, event }
        },
        onSettled: (peer) => this.#onSettled(peer),
        onUntaken: (session) => this.scheduler.release(session),
        onQuiet: () => this.scheduler.grantNext(),
        onFault: ({ key }, error) => audience.onFault({ peer: key, source: 'machine', error }),
        onForgotten: (peer, from, reason) => this.#letGo(peer, from, reason),
        isAwaited: (peer) => audience.isAwaited(peer)
      }
    )
    this.scheduler = new DialScheduler(options, {
      grant: (peer, session) => this.#grant(peer, session),
      isRefused: (peer) => this.peers.standstill(peer) !== undefined,
      wake: () => this.peers.wake()
    })
    this.encounters = new Encounters<Hello>(
      { ...options, self, protocol, turns },
      {
        peers: this.peers,
        admit: (peer) => this.scheduler.admit(peer),
        isUsable: (connection) => this.#isUsable(connection),
        closeConnections: (peer) => this.#farewells.closeConnections(peer),
        onFault: (fault) => audience.onFault(fault)
      }
    )
    this.gate = new Gate(components, {
      openProtocols: new Set([...BUILT_IN_OPEN_PROTOCOLS, ...options.openProtocols, protocol]),
      standing: (peer) => this.#standing(peer),
      denied: (peer, direction) => this.#isDenied(peer, direction),
      clock,
      holdTimeout: options.handshakeTimeout,
      maxHeldPerPeer: options.maxHeldStreamsPerPeer,
      maxHeld: options.maxHeldStreams,
      log
    })
    this.#tags = new SlotTags(peerStore, log)
    this.#dialer = new Dialer({
      connectionManager,
      allowRelayed,
      ready: (peer) => this.#tags.written(peer)
    })
    this.#feed = new CandidateFeed(components, {
      log,
      onCandidate: (peer) => {
        if (this.scheduler.discoveredLimit > 0) this.want(peer, 'discovered')
      },
      onTagged: (peer) => this.#tags.clear(peer)
    })
    this.#farewells = new Farewells(clock, this.encounters.protocol, log)
    const { peers, scheduler, gate } = this
    const [dialer, tags, farewells] = [this.#dialer, this.#tags, this.#farewells]
    const effects = new Effects(
      { peers, scheduler, gate, dialer, tags, farewells, protocol: this.encounters.protocol },
      {
        ...options,
        connectionOf: (peer) => this.connectionOf(peer),
        takeOffer: (peer) => this.encounters.takeOffer(peer)
      }
    )
    this.gate.install()
  }

  get isRunning(): boolean {
    return this.#lifetime !== undefined
  }

  /** @throws UngatedProtocolError if a protocol escaped the gate */
  async start(): Promise<void> {
    const { events, connectionManager } = this.#components
    this.gate.start()
    this.#lifetime = new AbortController()
    const { signal } = this.#lifetime
    events.addEventListener('connection:open', ({ detail }) => this.#opened(detail), { signal })
    events.addEventListener('connection:close', ({ detail }) => this.#closed(detail), { signal })
    await this.encounters.protocol.start(this.#components.registrar)
    for (const connection of connectionManager.getConnections()) this.#opened(connection)
  }

  /** From now on slots are granted. */
  fill(): void {
    this.scheduler.send({ type: 'scheduler.start' })
    this.#feed.start()
  }

  /** Says goodbye to everybody at the same time. */
  async drain(): Promise<void> {
    this.#feed.stop()
    this.scheduler.send({ type: 'scheduler.drain' })
    for (const peer of this.peers.values()) {
      if (peer.holdsSlot) this.dismiss(peer, 'shutting-down')
    }
    await this.#farewells.all(STOP_TIMEOUT)
  }

  /** Leaves no listener, no deadline, no stream and no actor. */
  async stop(): Promise<void> {
    this.#feed.stop()
    this.#lifetime?.abort()
    this.#lifetime = undefined
    this.scheduler.send({ type: 'scheduler.stop' })
    for (const { key } of this.peers.values()) this.#dialer.cancel(key)
    this.peers.clear()
    this.gate.stop()
    await this.encounters.protocol.stop(this.#components.registrar)
    await this.#tags.allWritten()
  }

  /** Somebody wants the peer lastingly. False if it is ourselves, or there is no room to track it. */
  want(peerId: PeerId, priority: Priority): boolean {
    const peer = this.peers.track(peerId)
    if (peer === undefined) return false
    this.peers.send(peer, { type: 'peer.wanted', priority, lasting: true, urgent: false })
    return true
  }

  /** While `write` runs, what it does to the peer's record makes the peer no candidate. */
  unheeded<T>(peerId: PeerId, write: () => Promise<T>): Promise<T> {
    return this.#feed.unheeded(peerId, write)
  }

  /** Says goodbye to the peer and leaves it. */
  dismiss(peer: TrackedPeer, reason: Reason): void {
    this.peers.send(peer, { type: 'peer.dismissed', reason, ...this.peers.moment() })
  }

  /** Settles when the last words to the peer are said and, if they are to be closed, its connections. */
  async left({ key }: TrackedPeer): Promise<void> {
    await this.#farewells.of(key)
  }

  /** Sends the application's hello of now to an authorized peer. */
  async update(peer: TrackedPeer): Promise<void> {
    const connection = this.connectionOf(peer)
    if (peer.path !== 'authorized' || connection === undefined) return
    await this.encounters.update(peer, connection)
  }

  /** The newest connection that can carry a handshake. */
  connectionOf(peer: TrackedPeer): Connection | undefined {
    return peer.connections.findLast((connection) => this.#isUsable(connection))
  }

  #isUsable({ status, limits }: Connection): boolean {
    return status === 'open' && (limits === undefined || this.#allowRelayed)
  }

  #standing(key: string): Standing {
    const path = this.peers.get(key)?.path
    if (path === 'authorized') return 'authorized'
    return path?.startsWith('handshaking.') === true ? 'pending' : 'closed'
  }

  /** Whoever said "never" to us may think better of it and come; we do not go there. */
  #isDenied(key: string, direction: 'inbound' | 'outbound'): boolean {
    const disposition = this.peers.standstill(key)?.disposition
    if (disposition?.connection !== 'close') return false
    return direction === 'outbound' || disposition.refusesInbound
  }

  #grant(key: string, session: number): void {
    const peer = this.peers.get(key)
    if (peer === undefined) return this.scheduler.release(session)
    const usable = this.connectionOf(peer) !== undefined
    this.peers.send(peer, { type: 'slot.granted', session, direction: 'outbound', usable })
  }

  #opened(connection: Connection): void {
    const peer = this.peers.opened(connection)
    this.scheduler.reached()
    // the peer came to us while our own dial was still looking for it
    const isMet = peer?.path === 'dialing' && connection.direction === 'inbound'
    if (isMet && this.#isUsable(connection)) {
      this.peers.send(peer, { type: 'dial.succeeded', session: peer.context.session })
    }
  }

  #closed(connection: Connection): void {
    this.peers.closed(connection)
    const peer = this.peers.get(connection.remotePeer.toString())
    if (peer?.carrier !== connection) return
    peer.carrier = this.connectionOf(peer)
    // the peer may have lost all that it had, and know us only as the stranger on the connection that is
    // left; if so, it says so when it is asked
    void this.update(peer)
  }

  #onSettled(peer: TrackedPeer): void {
    const move = this.#move
    this.#move = undefined
    this.scheduler.moved(peer.key, peer.queuedAs, peer.path === 'dialing')
    if (move === undefined) return
    const isOver = move.from.startsWith('handshaking.') && !peer.path.startsWith('handshaking.')
    if (isOver && peer.path !== 'authorized') this.gate.settled(peer.peerId)
    this.#audience.onSettled(peer, move.from, move.event)
    if (peer.path !== 'authorized') peer.hello = undefined
    if (!peer.isPending) peer.forgetAddresses()
  }

  /** The peer is tracked no more: whatever it held is let go, and nobody else notices. */
  #letGo(peer: TrackedPeer, from: PeerPath, reason: 'stopped' | 'forgotten' | 'internal'): void {
    const { key, peerId } = peer
    this.scheduler.moved(key, undefined, false)
    if (this.scheduler.holds(peer.context.session)) {
      this.#dialer.cancel(key)
      this.encounters.protocol.abort(key, reason === 'internal' ? 'internal' : 'shutting-down', 0)
      this.encounters.protocol.requests.forget(key)
      if (from === 'authorized') this.gate.deauthorized(peerId)
      else this.gate.settled(peerId)
      this.scheduler.release(peer.context.session)
      this.#tags.set(peerId, false)
      this.#farewells.closeConnections(peer)
    }
    this.#audience.onForgotten(peer, from, reason)
  }
}
