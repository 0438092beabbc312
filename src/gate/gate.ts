import { PeerNotAuthorizedError, UngatedProtocolError } from '../errors.ts'
import { composeConnectionGater } from './connection-gater.ts'
import { gateConnection } from './gated-connection.ts'
import { GatedRegistrar } from './gated-registrar.ts'
import { HeldStreams } from './held-streams.ts'
import { PeerConnections } from './peer-connections.ts'
import { StreamDoors } from './stream-doors.ts'
import { UnnamedStreams } from './unnamed-streams.ts'
import type { GateCounts, GateRules, Standing } from './standing.ts'
import type { Clock } from '../clock.ts'
import type { Origin } from '../options/admission-options.ts'
import type { Connection, ConnectionGater, Libp2pEvents, Logger, PeerId } from '@libp2p/interface'
import type { ConnectionManager, Registrar } from '@libp2p/interface-internal'
import type { TypedEventTarget } from 'main-event'

export type { GateCounts, Standing } from './standing.ts'

/** The parts of libp2p that the gate uses; it replaces the first two. */
export interface GateComponents {
  registrar: Registrar
  connectionGater: ConnectionGater
  connectionManager: Pick<ConnectionManager, 'getConnections'>
  events: TypedEventTarget<Libp2pEvents>
}

export interface GateInit {
  /** Every protocol that is not gated: the built-in list, the user's and the lifecycle protocol. */
  openProtocols: ReadonlySet<string>

  /** The standing of a peer, by the string form of its id. Asked synchronously at every door. */
  standing(peer: string): Standing

  /**
   * True if no connection with the peer is wanted in this direction, `from` where it comes if that is
   * known. Synchronous, and never throws.
   */
  denied(peer: string, direction: 'inbound' | 'outbound', from?: Origin): boolean

  clock: Clock

  /** How long a stream may be held at most, in milliseconds: the handshake's deadline. */
  holdTimeout: number

  /**
   * Streams of one peer that may be held at once.
   *
   * @default 4
   */
  maxHeldPerPeer?: number | undefined

  /**
   * Streams that may be held at once, all peers together.
   *
   * @default 256
   */
  maxHeld?: number | undefined

  /**
   * Inbound streams that a connection of a peer which is not authorized may hold open without having
   * named a protocol; with more it is closed.
   *
   * @default Infinity
   */
  maxUnnamed?: number | undefined

  log: Logger
}

/**
 * Answers one question: may this stream pass? No byte of a gated protocol reaches a handler, a topology or a
 * caller on this node unless the peer is authorized here. Every protocol is gated except the open ones.
 *
 * The gate knows nothing of handshakes or slots. It asks for a peer's standing whenever a stream comes to one
 * of its doors, and is told when the standing changes. Whoever changes it does so first and tells the gate in
 * the same tick; the order makes sure that nothing slips through in between.
 *
 * A gate that is not started lets nobody in.
 */
export class Gate {
  /** Stands in for `components.registrar`. */
  readonly registrar: GatedRegistrar

  /** Stands in for `components.connectionGater`: the user's, with `denied` in front of it. */
  readonly connectionGater: ConnectionGater

  /** What the gate has done so far, live. */
  readonly counts: Readonly<GateCounts>

  readonly #components: GateComponents
  readonly #rules: GateRules
  readonly #held: HeldStreams
  readonly #connections = new PeerConnections()
  readonly #guarded = new WeakSet<Connection>()
  readonly #counts: GateCounts
  readonly #unnamed: UnnamedStreams

  // the listeners of one start() live as long as this: stop() aborts it
  #running: AbortController | undefined

  constructor(components: GateComponents, init: GateInit) {
    const counts: GateCounts = {
      refusedInbound: 0,
      refusedOutbound: 0,
      delivered: 0,
      heldDropped: 0,
      revoked: 0,
      flooded: 0,
      get held() {
        return held.size
      }
    }
    const held = new HeldStreams({ ...init, counts })
    const rules: GateRules = {
      isOpen: (protocol) => init.openProtocols.has(protocol),
      standing: (peer) => (this.#running === undefined ? 'closed' : init.standing(peer))
    }

    this.#components = components
    this.#counts = counts
    this.#held = held
    this.#rules = rules
    this.counts = counts
    this.connectionGater = composeConnectionGater(components.connectionGater, (...door) =>
      init.denied(...door)
    )
    this.registrar = new GatedRegistrar(components.registrar, {
      rules,
      doors: new StreamDoors({ rules, held, counts, log: init.log }),
      connections: this.#connections,
      log: init.log,
      onNegotiation: () => this.#unnamed.came()
    })
    this.#unnamed = new UnnamedStreams({
      clock: init.clock,
      limit: init.maxUnnamed ?? Infinity,
      watched: () => this.#connections.of((peer) => rules.standing(peer) === 'authorized'),
      onFlood: (connection) => this.#onFlood(connection, init.log)
    })
  }

  /**
   * Puts the gate in the place of libp2p's registrar and connection gater. To be called once, from the
   * constructor of the service, before other services are constructed; libp2p and they read both late.
   */
  install(): void {
    this.#components.registrar = this.registrar
    this.#components.connectionGater = this.connectionGater
  }

  /**
   * Guards all connections, those that are open already and those to come. Does nothing if started.
   *
   * @throws {UngatedProtocolError} as `audit` does; nothing is started then
   */
  start(): void {
    if (this.#running !== undefined) return
    this.audit()

    const { events, connectionManager } = this.#components
    this.#running = new AbortController()
    const { signal } = this.#running
    events.addEventListener('connection:open', (event) => this.#opened(event.detail), { signal })
    events.addEventListener('connection:close', (event) => this.#closed(event.detail), { signal })
    for (const connection of connectionManager.getConnections()) this.#opened(connection)
  }

  /**
   * Lets nobody in any more: held streams are reset, listeners and deadlines taken back, peers forgotten.
   * Streams that have passed are left to libp2p, which closes their connections. Can be started again.
   */
  stop(): void {
    if (this.#running === undefined) return
    this.#running.abort()
    this.#running = undefined
    this.#unnamed.stop()
    this.#held.dropAll('The gate has stopped')
    for (const topology of this.registrar.topologies) topology.clear()
    this.#connections.clear()
  }

  /**
   * Makes sure that every gated protocol of the node is registered through the gate. `start` does it; it can
   * be repeated later, for services that register while they start.
   *
   * @throws {UngatedProtocolError} naming the protocols that are not, and what to do
   */
  audit(): void {
    const ungated = this.registrar.ungated()
    if (ungated.length === 0) return
    throw new UngatedProtocolError(
      `Not gated: ${ungated.join(', ')}. A service constructed before the peer lifecycle registered them: ` +
        'make the peer lifecycle the first of the services, or add them to openProtocols'
    )
  }

  /** The peer has just become authorized: topologies hear of it, held streams go on to their handlers. */
  authorized(peerId: PeerId): void {
    const peer = peerId.toString()
    if (this.#rules.standing(peer) !== 'authorized') return
    for (const topology of this.registrar.topologies) void topology.authorized(peerId)
    this.#held.deliver(peer)
  }

  /**
   * The peer has just ceased to be authorized: within this call every gated stream with it is reset, in and
   * out, on all its connections, and topologies see it go. The connections stay.
   */
  deauthorized(peerId: PeerId): void {
    const peer = peerId.toString()
    const why = `Peer ${peer} is no longer authorized`
    this.#held.drop(peer, why)

    for (const stream of this.#connections.streams(peer)) {
      // one that is still being negotiated has no protocol yet, and will come to a door that is closed
      if (stream.protocol === '' || this.#rules.isOpen(stream.protocol)) continue
      if (stream.status === 'open' || stream.status === 'closing') this.#counts.revoked++
      stream.abort(new PeerNotAuthorizedError(why))
    }

    for (const topology of this.registrar.topologies) void topology.deauthorized(peerId)
  }

  /** The handshake with the peer is over and it is not authorized: held streams are reset. */
  settled(peerId: PeerId): void {
    const peer = peerId.toString()
    this.#held.drop(peer, `Peer ${peer} was not authorized`)
  }

  #onFlood(connection: Connection, log: Logger): void {
    this.#counts.flooded++
    log('closed a connection with %p: too many streams without a protocol', connection.remotePeer)
    connection.abort(new Error('Too many streams without a protocol'))
  }

  #opened(connection: Connection): void {
    this.#connections.add(connection)
    if (this.#guarded.has(connection)) return
    this.#guarded.add(connection)
    gateConnection(connection, this.#rules, this.#counts)
  }

  #closed(connection: Connection): void {
    if (!this.#connections.delete(connection)) return
    // libp2p's registrar tells topologies too, but only of protocols that are still in the peer store
    for (const topology of this.registrar.topologies) {
      void topology.onDisconnect(connection.remotePeer)
    }
  }
}
