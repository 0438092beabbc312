import { multiaddr } from '@multiformats/multiaddr'
import { MemoryDatastore } from 'datastore-core'
import { TypedEventEmitter } from 'main-event'
import { peerLifecycle } from '../../index.ts'
import { only, TextHandshake } from '../text-handshake.ts'
import { MortalEvents } from './mortal-events.ts'
import { MAX_CONNECTIONS, SimulatedDialer } from './simulated-dialer.ts'
import { SimulatedPeerStore } from './simulated-peer-store.ts'
import { runMiddleware, simulatedRegistrar } from './simulated-registrar.ts'
import { silent } from './simulated-stream.ts'
import type { Host } from './host.ts'
import type { Network } from './network.ts'
import type { SimulatedConnection } from './simulated-connection.ts'
import type { PeerLifecycle, PeerLifecycleComponents, PeerLifecycleInit } from '../../index.ts'
import type { ComponentLogger, Connection, PeerId, Startable, Stream } from '@libp2p/interface'
import type { Multiaddr } from '@multiformats/multiaddr'

const PREFIX = '/rounds'
export const PROTOCOL = `${PREFIX}/peer-lifecycle/1.0.0`
/** A gated protocol that every node handles. */
export const APP = `${PREFIX}/app/1.0.0`
/** What the peers of one chain say in their hellos. */
export const CHAIN = 'chain 7'

/** A handshake that lets in whoever says the name of this chain, and says it itself. */
export const chain = (name = CHAIN): TextHandshake => new TextHandshake(name, only(name))

/** What the service is given and, if somebody reads it, where it writes. */
export type SimulatedNodeInit = Partial<PeerLifecycleInit<string>> & {
  readonly logger?: ComponentLogger
  /** What the service gets in the place of these components: slower ones, say. The same ones if left out. */
  readonly through?: (components: PeerLifecycleComponents) => PeerLifecycleComponents
  /** Keeps no notes of transitions, so that it can live long. Default: false */
  readonly isTerse?: boolean
}

/** A node of the simulated network: the whole service, on components that lead into the simulation. */
export class SimulatedNode implements Host {
  readonly peerId: PeerId
  readonly address: Multiaddr
  readonly network: Network
  readonly peerStore: SimulatedPeerStore
  readonly datastore = new MemoryDatastore()
  /** Streams of the application that reached its handler, by the peer that opened them. */
  readonly served: string[] = []
  /** Told of every such stream. */
  onServed: ((peer: string) => void) | undefined = undefined
  /** Those of them that should not have: the peer was not authorized. */
  readonly trespasses: string[] = []
  /** Every transition of this run, as `peer from -> to`, and every peer that was authorized. */
  transitions: string[] = []
  authorizations: string[] = []
  /** What the service of this run is made of. */
  components!: PeerLifecycleComponents
  /** The service of this run. */
  peers!: PeerLifecycle<string>
  dialer!: SimulatedDialer
  connections: SimulatedConnection[] = []
  #options: SimulatedNodeInit
  /** As libp2p does, from the end of its start to the beginning of its stop. */
  #isListening = false

  private constructor(
    network: Network,
    peerId: PeerId,
    address: string,
    options: SimulatedNodeInit
  ) {
    this.network = network
    this.peerId = peerId
    this.address = multiaddr(address)
    this.#options = options
    this.peerStore = new SimulatedPeerStore(peerId, new TypedEventEmitter())
    network.add(this)
    this.#construct()
  }

  static async start(
    network: Network,
    peerId: PeerId,
    address: string,
    options: SimulatedNodeInit = {}
  ): Promise<SimulatedNode> {
    const node = SimulatedNode.idle(network, peerId, address, options)
    await node.start()
    return node
  }

  /** A node that has not been started. */
  static idle(
    this: void,
    network: Network,
    peerId: PeerId,
    address: string,
    options: SimulatedNodeInit = {}
  ): SimulatedNode {
    return new SimulatedNode(network, peerId, address, options)
  }

  get gater(): PeerLifecycleComponents['connectionGater'] {
    return this.components.connectionGater
  }

  /** Starts again after a stop, with a new service and, where given, other options. */
  async startAnew(options: SimulatedNodeInit = {}): Promise<void> {
    this.#options = { ...this.#options, ...options }
    this.#construct()
    await this.start()
  }

  async stop(): Promise<void> {
    const service = this.peers as unknown as Startable
    await service.beforeStop?.()
    this.#isListening = false
    this.dialer.stop()
    await Promise.all([service.stop(), ...this.connections.map((connection) => connection.close())])
  }

  /** Another part of the node, the DHT say, dials a peer. */
  async dialAsOthers(peerId: PeerId, signal?: AbortSignal): Promise<Connection> {
    return this.dialer.open(peerId, { priority: 50, ...(signal && { signal }) })
  }

  get isFull(): boolean {
    return !this.#isListening || this.connections.length >= MAX_CONNECTIONS
  }

  opened(connection: Connection): void {
    this.connections.push(connection as SimulatedConnection)
    this.components.events.safeDispatchEvent('connection:open', { detail: connection })
    const isFirst = this.#of(connection.remotePeer).length === 1
    if (isFirst) this.#tell('peer:connect', connection.remotePeer)
  }

  closed(connection: Connection): void {
    this.connections = this.connections.filter((other) => other !== connection)
    this.components.events.safeDispatchEvent('connection:close', { detail: connection })
    const isLast = this.#of(connection.remotePeer).length === 0
    if (isLast) this.#tell('peer:disconnect', connection.remotePeer)
  }

  select(protocols: readonly string[]): string | undefined {
    const known = this.components.registrar.getProtocols()
    return protocols.find((protocol) => known.includes(protocol))
  }

  async incoming(stream: Stream, connection: Connection): Promise<void> {
    const { registrar, peerStore } = this.components
    await peerStore.merge(connection.remotePeer, { protocols: [stream.protocol] })
    const { handler, options } = registrar.getHandler(stream.protocol)
    if (connection.limits !== undefined && options.runOnLimitedConnection !== true) {
      throw new Error('Cannot open a stream on a limited connection')
    }
    const layers = registrar.getMiddleware(stream.protocol)
    await runMiddleware(layers, stream, connection)
    await handler(stream, connection)
  }

  async outgoing(stream: Stream, connection: Connection): Promise<void> {
    const { registrar, peerStore } = this.components
    await peerStore.merge(connection.remotePeer, { protocols: [stream.protocol] })
    const layers = registrar.getMiddleware(stream.protocol)
    await runMiddleware(layers, stream, connection)
  }

  #of(peerId: PeerId): Connection[] {
    return this.connections.filter(({ remotePeer }) => remotePeer.equals(peerId))
  }

  #tell(type: 'peer:connect' | 'peer:disconnect', detail: PeerId): void {
    this.components.events.safeDispatchEvent(type, { detail })
  }

  #construct(): void {
    const events = new MortalEvents()
    this.peerStore.moveTo(events)
    const peerStore = this.peerStore.component
    const {
      logger = { forComponent: () => silent },
      through = (given) => given,
      isTerse = false,
      ...given
    } = this.#options
    this.dialer = new SimulatedDialer(this.network, this, peerStore, () => this.connections)
    const components = {
      peerId: this.peerId,
      peerStore,
      events,
      datastore: this.datastore,
      registrar: simulatedRegistrar(),
      connectionGater: {},
      connectionManager: this.dialer.component,
      addressManager: { getAddresses: () => [this.address] },
      peerRouting: NO_ROUTING,
      logger
    }
    this.components = through(components as PeerLifecycleComponents)
    const { clock, random } = this.network
    const handshake = chain()
    const options = { protocolPrefix: PREFIX, handshake, clock, random, ...given }
    this.peers = peerLifecycle<string>(options)(this.components)
    this.transitions = []
    this.authorizations = []
    if (isTerse) return
    this.peers.addEventListener('peer:transition', ({ detail: { peer, from, to } }) => {
      this.transitions.push(`${peer} ${from} -> ${to}`)
      if (to === 'authorized') this.authorizations.push(peer)
    })
  }

  /** Starts the service that was constructed last: after a stop the same one, as libp2p does. */
  async start(): Promise<void> {
    const { registrar } = this.components
    const { isTerse = false } = this.#options
    if (!registrar.getProtocols().includes(APP)) {
      await registrar.handle(APP, (stream, { remotePeer }) => {
        const peer = remotePeer.toString()
        if (!isTerse) this.served.push(peer)
        if (!this.peers.isAuthorized(remotePeer)) this.trespasses.push(peer)
        this.onServed?.(peer)
        void stream.close()
      })
    }
    const service = this.peers as unknown as Startable
    await service.beforeStart?.()
    await service.start()
    this.#isListening = true
    await service.afterStart?.()
  }
}

/** A node without a DHT. */
const NO_ROUTING = {
  findPeer: async () => {
    throw Object.assign(new Error('Not found'), { name: 'NoPeerRoutersError' })
  },
  getClosestPeers: async function* () {
    yield* []
    throw Object.assign(new Error('No routers'), { name: 'NoPeerRoutersError' })
  }
}
