import { Channels } from './channels.ts'
import { Connections } from './connections.ts'
import { isDenied, standingOf } from './doors.ts'
import { Encounters } from './encounters.ts'
import { Effects } from './effects.ts'
import { Farewells } from './farewells.ts'
import { Gate } from './gate/gate.ts'
import { BUILT_IN_OPEN_PROTOCOLS } from './gate/open-protocols.ts'
import { Turns } from './handshake/turns.ts'
import { Peers } from './peers/peers.ts'
import { protocolIds } from './protocol-ids.ts'
import { CandidateFeed } from './scheduler/candidate-feed.ts'
import { Dialer } from './scheduler/dialer.ts'
import { DialScheduler } from './scheduler/dial-scheduler.ts'
import { SlotTags } from './scheduler/slot-tags.ts'
import type { Audience } from './audience.ts'
import type { Clock } from './clock.ts'
import type { PeerLifecycleOptions } from './options.ts'
import type { PeerPath, TrackedPeer } from './peers/tracked-peer.ts'
import type { PeerEvent, Priority, Reason } from '../machines/index.ts'
import type {
  ComponentLogger,
  ConnectionGater,
  Libp2pEvents,
  PeerId,
  PeerStore
} from '@libp2p/interface'
import type { ConnectionManager, Registrar, TransportManager } from '@libp2p/interface-internal'
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
  transportManager?: Pick<TransportManager, 'getTransports'>
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
  readonly feed: CandidateFeed
  readonly encounters: Encounters<Hello>
  readonly channels: Channels<Hello>
  readonly connections: Connections
  readonly #components: PeerLifecycleComponents
  readonly #audience: Audience
  readonly #tags: SlotTags
  readonly #dialer: Dialer
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
    const { stream: protocol, secure } = protocolIds(options.protocolPrefix)
    const turns = new Turns(options.parallelProofs)
    this.#components = components
    this.#audience = audience

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
        isUsable: (connection) => this.connections.isUsable(connection),
        closeConnections: (peer) => this.#farewells.closeConnections(peer),
        onFault: (fault) => audience.onFault(fault)
      }
    )
    this.channels = new Channels<Hello>(
      { ...options, self, protocol: secure, turns },
      {
        peers: this.peers,
        admit: (peer) => this.scheduler.admit(peer),
        abandon: (peer) => this.encounters.protocol.abandon(peer),
        letGoOfDial: (peer) => this.#dialer.letGo(peer),
        onFault: (fault) => audience.onFault(fault)
      }
    )
    this.connections = new Connections({
      peers: this.peers,
      channels: this.channels,
      allowRelayed,
      reached: () => this.scheduler.reached(),
      onCarrierLost: (peer) => void this.update(peer)
    })
    this.gate = new Gate(components, {
      openProtocols: new Set([...BUILT_IN_OPEN_PROTOCOLS, ...options.openProtocols, protocol]),
      standing: (peer) => standingOf(this.peers.get(peer)?.path),
      denied: (peer, direction) => isDenied(this.peers.standstill(peer), direction),
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
    this.feed = new CandidateFeed(components, {
      log,
      onCandidate: (peer) => {
        if (this.scheduler.discoveredLimit > 0) this.want(peer, 'discovered')
      },
      onTagged: (peer) => this.#tags.clear(peer)
    })
    this.#farewells = new Farewells(clock, this.encounters.protocol, log)
    const { peers, scheduler, gate, channels, connections } = this
    const [dialer, tags, farewells] = [this.#dialer, this.#tags, this.#farewells]
    const effects = new Effects(
      {
        peers,
        scheduler,
        gate,
        channels,
        dialer,
        tags,
        farewells,
        protocol: this.encounters.protocol
      },
      {
        ...options,
        connectionOf: (peer) => connections.of(peer),
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
    events.addEventListener('connection:open', ({ detail }) => this.connections.opened(detail), {
      signal
    })
    events.addEventListener('connection:close', ({ detail }) => this.connections.closed(detail), {
      signal
    })
    await this.encounters.protocol.start(this.#components.registrar)
    for (const connection of connectionManager.getConnections()) this.connections.opened(connection)
    this.channels.secure.start()
  }

  /** From now on slots are granted. */
  fill(): void {
    this.scheduler.send({ type: 'scheduler.start' })
    this.feed.start()
  }

  /** Says goodbye to everybody at the same time. */
  async drain(): Promise<void> {
    this.feed.stop()
    this.scheduler.send({ type: 'scheduler.drain' })
    for (const peer of this.peers.values()) {
      if (peer.holdsSlot) this.dismiss(peer, 'shutting-down')
    }
    await this.#farewells.all(STOP_TIMEOUT)
  }

  /** Leaves no listener, no deadline, no stream and no actor. */
  async stop(): Promise<void> {
    this.feed.stop()
    this.#lifetime?.abort()
    this.#lifetime = undefined
    this.scheduler.send({ type: 'scheduler.stop' })
    for (const { key } of this.peers.values()) this.#dialer.cancel(key)
    this.channels.secure.stop()
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

  /** Says goodbye to the peer and leaves it. */
  dismiss(peer: TrackedPeer, reason: Reason): void {
    this.peers.send(peer, { type: 'peer.dismissed', reason, ...this.peers.moment() })
  }

  /** The handshake would not let the peer in any more: it goes at once. */
  revoke(key: string, reason: Reason): void {
    const peer = this.peers.get(key)
    if (peer?.holdsSlot === true) this.dismiss(peer, reason)
  }

  /** The handshake would let the peer in now. */
  pardon(key: string): void {
    const peer = this.peers.get(key)
    if (peer !== undefined) this.peers.send(peer, { type: 'peer.pardoned' })
  }

  /** Settles when the last words to the peer are said and, if they are to be closed, its connections. */
  async left({ key }: TrackedPeer): Promise<void> {
    await this.#farewells.of(key)
  }

  /** Sends the application's hello of now to an authorized peer. */
  async update(peer: TrackedPeer): Promise<void> {
    const connection = this.connections.of(peer)
    if (peer.path !== 'authorized' || connection === undefined) return
    await this.encounters.update(peer, connection)
  }

  #grant(key: string, session: number): void {
    const peer = this.peers.get(key)
    if (peer === undefined) return this.scheduler.release(session)
    const usable = this.connections.of(peer) !== undefined
    this.peers.send(peer, { type: 'slot.granted', session, direction: 'outbound', usable })
  }

  #onSettled(peer: TrackedPeer): void {
    const move = this.#move
    this.#move = undefined
    this.scheduler.moved(peer.key, peer.queuedAs, peer.path === 'dialing')
    if (move === undefined) return
    const isOver = standingOf(move.from) === 'pending' && standingOf(peer.path) === 'closed'
    if (isOver) this.gate.settled(peer.peerId)
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
