import { GatedTopology } from './gated-topology.ts'
import type { PeerConnections } from './peer-connections.ts'
import type { GateRules } from './standing.ts'
import type { StreamDoors } from './stream-doors.ts'
import type {
  AbortOptions,
  Logger,
  StreamHandler,
  StreamHandlerOptions,
  StreamHandlerRecord,
  StreamMiddleware,
  Topology
} from '@libp2p/interface'
import type { Registrar } from '@libp2p/interface-internal'

export interface GatedRegistrarInit {
  rules: GateRules
  doors: StreamDoors
  connections: PeerConnections
  log: Logger
  /** A stream may have come whose protocol is being negotiated. */
  onNegotiation: () => void
}

/**
 * Takes the place of libp2p's registrar, in front of it. Through it pass all handlers, all middleware and all
 * topologies of the node, whoever registers them; those of open protocols go through unchanged.
 */
export class GatedRegistrar implements Registrar {
  readonly [Symbol.toStringTag] = '@libp2p/registrar'

  readonly #inner: Registrar
  readonly #init: GatedRegistrarInit
  readonly #rules: GateRules
  readonly #doors: StreamDoors
  readonly #topologies = new Set<GatedTopology>()
  readonly #topologyIds = new Map<string, GatedTopology>()

  constructor(inner: Registrar, init: GatedRegistrarInit) {
    this.#inner = inner
    this.#init = init
    this.#rules = init.rules
    this.#doors = init.doors
  }

  /** Asked for every inbound stream, before anything is read of it; and by whoever wants to know. */
  getProtocols(): string[] {
    this.#init.onNegotiation()
    return this.#inner.getProtocols()
  }

  async handle(
    protocol: string,
    handler: StreamHandler,
    options?: StreamHandlerOptions
  ): Promise<void> {
    const guarded = this.#rules.isOpen(protocol) ? handler : this.#doors.guard(protocol, handler)
    await this.#inner.handle(protocol, guarded, options)
  }

  async unhandle(protocols: string | string[], options?: AbortOptions): Promise<void> {
    // the interface says one protocol, libp2p's registrar takes several, and callers rely on it
    await this.#inner.unhandle(protocols as string, options)
  }

  getHandler(protocol: string): StreamHandlerRecord {
    const record = this.#inner.getHandler(protocol)
    if (this.#isGuarded(protocol, record.handler)) return record
    return { ...record, handler: this.#doors.guard(protocol, record.handler) }
  }

  use(protocol: string, middleware: StreamMiddleware[]): void {
    this.#inner.use(protocol, middleware)
  }

  unuse(protocol: string): void {
    this.#inner.unuse(protocol)
  }

  /**
   * A fresh array at every call: libp2p appends the protocol's handler to the one it gets, so that with the
   * registered array itself the n-th stream would run the handler n times, outbound streams included.
   */
  getMiddleware(protocol: string): StreamMiddleware[] {
    const middleware = this.#inner.getMiddleware(protocol)
    return this.#rules.isOpen(protocol) ? [...middleware] : [this.#doors.middleware, ...middleware]
  }

  async register(
    protocol: string,
    topology: Topology | null | undefined,
    options?: AbortOptions
  ): Promise<string> {
    // an absent topology is for libp2p's registrar to complain about
    if (!topology || this.#rules.isOpen(protocol)) {
      return this.#inner.register(protocol, topology as Topology, options)
    }

    const gated = new GatedTopology({ ...this.#init, topology })
    this.#topologies.add(gated)
    try {
      const id = await this.#inner.register(protocol, gated, options)
      this.#topologyIds.set(id, gated)
      return id
    } catch (err) {
      this.#topologies.delete(gated)
      throw err
    }
  }

  unregister(id: string): void {
    this.#inner.unregister(id)
    const gated = this.#topologyIds.get(id)
    if (gated === undefined) return
    this.#topologyIds.delete(id)
    this.#topologies.delete(gated)
  }

  getTopologies(protocol: string): Topology[] {
    return this.#inner.getTopologies(protocol)
  }

  /** The topologies of gated protocols. */
  get topologies(): Iterable<GatedTopology> {
    return this.#topologies
  }

  /**
   * Gated protocols with a handler or a topology that went to libp2p's registrar directly, past this one:
   * the work of a service that was constructed before the gate.
   */
  ungated(): string[] {
    return this.#inner
      .getProtocols()
      .filter(
        (protocol) =>
          !this.#isGuarded(protocol, this.#inner.getHandler(protocol).handler) ||
          !this.#inner
            .getTopologies(protocol)
            .every((topology) => this.#isGated(protocol, topology))
      )
  }

  #isGuarded(protocol: string, handler: StreamHandler): boolean {
    return this.#rules.isOpen(protocol) || this.#doors.guards(handler)
  }

  #isGated(protocol: string, topology: Topology): boolean {
    return this.#rules.isOpen(protocol) || this.#topologies.has(topology as GatedTopology)
  }
}
