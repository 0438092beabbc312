import { CODE_P2P, multiaddr } from '@multiformats/multiaddr'
import { ManualClock } from '../manual-clock.ts'
import { settled } from '../settled.ts'
import { luckOf } from './luck.ts'
import { named, SimulatedConnection } from './simulated-connection.ts'
import { Wire } from './wire.ts'
import type { Host } from './host.ts'
import type { Carrier } from './wire.ts'
import type { Connection, MultiaddrConnection, PeerId } from '@libp2p/interface'
import type { Multiaddr } from '@multiformats/multiaddr'

/**
 * How a dial to a host goes: through; refused at once; into a black hole, from which nothing comes back;
 * or through a relay only.
 */
export type Route = 'open' | 'refused' | 'hanging' | 'relayed'

export interface NetworkInit {
  /** Decides every draw in the network and in its nodes: one seed, one course of events. */
  readonly seed?: number
  /** Milliseconds one way. */
  readonly latency?: number
  /** Decides when whatever is on its way arrives, in the place of the latency. */
  readonly carrier?: Carrier
  /** What a new connection runs over, in the place of a wire with the latency. */
  readonly wire?: (dialer: Host, listener: Host) => Wire
  /** How things stand between two hosts now, if not for all alike: then `route()` and `latency` are not asked. */
  readonly between?: (dialer: Host, listener: Host) => Passage
}

/** The way between two hosts. */
export interface Passage {
  readonly route: Route
  /** Milliseconds one way. */
  readonly latency: number
}

/**
 * A network in one process: hosts, the connections between them, and a time that is moved by hand. With
 * the same seed and the same orders everything happens in the same order.
 */
export class Network {
  readonly clock = new ManualClock()
  readonly random: () => number
  readonly latency: number
  readonly #carrier: Carrier | undefined
  readonly #between: NetworkInit['between']
  readonly #wire: NetworkInit['wire']
  readonly #hosts = new Map<string, Host>()
  readonly #addresses = new Map<string, Host>()
  readonly #routes = new Map<string, Route>()
  /** Connections, by the end of whoever dialed (dialed -> down). */
  readonly #connections = new Set<SimulatedConnection>()
  #isDown = false
  #dialed = 0

  constructor({ seed = 1, latency = 0, carrier, between, wire }: NetworkInit = {}) {
    this.random = luckOf(seed)
    this.latency = latency
    this.#carrier = carrier
    this.#between = between
    this.#wire = wire
  }

  /**
   * Nothing is carried any more on what connects this host, now or on the way. Nobody is told.
   *
   * @returns The ends that the others hold
   */
  cutOff(host: Host): SimulatedConnection[] {
    const ends = [...this.#connections].flatMap((dialed) => [dialed, dialed.other])
    const cut = ends.filter(({ other }) => other.host === host)
    for (const { wire } of cut) wire.cut()
    return cut
  }

  /** What the connections that are open now run over. */
  get wires(): Wire[] {
    return [...this.#connections].map(({ wire }) => wire)
  }

  add(host: Host): void {
    this.#hosts.set(host.peerId.toString(), host)
    this.#addresses.set(host.address.toString(), host)
  }

  host(peerId: PeerId): Host | undefined {
    return this.#hosts.get(peerId.toString())
  }

  /** Who can be dialed at this address, whatever peer id it ends in. */
  at(address: Multiaddr): Host | undefined {
    return this.#addresses.get(address.decapsulateCode(CODE_P2P).toString())
  }

  /** From now on dials to this host go so. Connections that are there stay. */
  route(to: PeerId, route: Route): void {
    this.#routes.set(to.toString(), route)
  }

  /** Everybody loses all connections, and nobody reaches anybody until it is up again. */
  down(): void {
    this.#isDown = true
    for (const connection of this.#connections) {
      connection.end('reset')
      connection.other.end('reset')
    }
    this.#connections.clear()
  }

  up(): void {
    this.#isDown = false
  }

  /**
   * Dials a host, with both gaters asked as libp2p asks them: whom the other side denies has a connection
   * for a moment, all the same.
   *
   * @param to - Nobody, if nobody is there
   * @param from - Where the other side sees the dialer; its own address if left out
   */
  async dial(
    dialer: Host,
    to: PeerId | undefined,
    { from = dialer.address, signal }: { from?: Multiaddr; signal?: AbortSignal } = {}
  ): Promise<SimulatedConnection> {
    const listener = to && this.host(to)
    if (listener === undefined) {
      await this.#travel(this.latency)
      throw refused()
    }
    const { route, latency } = this.#passage(dialer, listener)
    await this.#travel(latency)
    if (route === 'hanging') await new Promise<never>(() => {})
    if (route === 'refused') throw refused()
    const there = maConnOf(from)
    if (listener.isFull || (await listener.gater.denyInboundConnection?.(there)) === true) {
      throw named('Error', 'read ECONNRESET')
    }
    await this.#travel(latency)
    const here = maConnOf(listener.address)
    if (await isDenied(dialer, 'Outbound', listener, here)) {
      throw named('ConnectionInterceptedError', 'The dial was denied')
    }
    signal?.throwIfAborted()
    // much may have changed on the way
    if (this.#passage(dialer, listener).route !== route) throw refused()
    const wire =
      this.#wire?.(dialer, listener) ??
      new Wire(this.clock, () => this.#passage(dialer, listener).latency, this.#carrier)
    const id = `connection-${++this.#dialed}`
    const limits = route === 'relayed' ? { limits: { bytes: 1_000n } } : {}
    const { dialed, accepted } = SimulatedConnection.pair(
      {
        id,
        wire,
        host: dialer,
        direction: 'outbound',
        ...ends(listener, listener.address),
        ...limits
      },
      {
        id: `${id}-in`,
        wire,
        host: listener,
        direction: 'inbound',
        ...ends(dialer, from),
        ...limits
      }
    )
    this.#connections.add(dialed)
    dialed.addEventListener('close', () => this.#connections.delete(dialed))
    dialer.opened(dialed)
    dialed.begin()
    const opens = { from: 'outbound', what: 'opens' } as const
    wire.carry(() => void this.#accept(listener, dialer, accepted, there), opens)
    return dialed
  }

  /** Lets time pass, deadline by deadline, and everything that follows from each. */
  async advance(ms: number): Promise<void> {
    const end = this.clock.now() + ms
    await settled()
    for (let next = this.clock.next; next !== undefined && next <= end; next = this.clock.next) {
      this.clock.advance(next - this.clock.now())
      await settled()
    }
    this.clock.advance(end - this.clock.now())
    await settled()
  }

  async #accept(
    listener: Host,
    dialer: Host,
    accepted: SimulatedConnection,
    maConn: MultiaddrConnection
  ): Promise<void> {
    if (await isDenied(listener, 'Inbound', dialer, maConn)) {
      accepted.abort(new Error('denied'))
      return
    }
    // the dialer may have gone meanwhile, and others may have come
    if (listener.isFull) accepted.abort(new Error('too many connections'))
    if (accepted.status !== 'open') return
    listener.opened(accepted)
    accepted.begin()
  }

  #passage(dialer: Host, listener: Host | undefined): Passage {
    const { latency } = this
    if (this.#isDown || listener === undefined) return { route: 'refused', latency }
    if (this.#between !== undefined) return this.#between(dialer, listener)
    return { route: this.#routes.get(listener.peerId.toString()) ?? 'open', latency }
  }

  #travel(latency: number): Promise<void> {
    const carrier = this.#carrier
    if (carrier !== undefined) return new Promise((resolve) => carrier(resolve, 'dial'))
    if (latency === 0) return Promise.resolve()
    return new Promise((resolve) => {
      this.clock.after(latency, resolve)
    })
  }
}

const refused = (): Error => named('Error', 'connect ECONNREFUSED')

async function isDenied(
  by: Host,
  direction: 'Inbound' | 'Outbound',
  { peerId }: Host,
  maConn: MultiaddrConnection
): Promise<boolean> {
  const { gater } = by
  if (direction === 'Outbound' && (await gater.denyOutboundConnection?.(peerId, maConn)) === true) {
    return true
  }
  if ((await gater[`deny${direction}EncryptedConnection`]?.(peerId, maConn)) === true) return true
  return (await gater[`deny${direction}UpgradedConnection`]?.(peerId, maConn)) ?? false
}

const ends = (
  { peerId }: Host,
  address: Multiaddr
): Pick<Connection, 'remotePeer' | 'remoteAddr'> => ({
  remotePeer: peerId,
  remoteAddr: multiaddr(`${address.toString()}/p2p/${peerId.toString()}`)
})

const maConnOf = (remoteAddr: Multiaddr): MultiaddrConnection =>
  ({ remoteAddr }) as MultiaddrConnection
