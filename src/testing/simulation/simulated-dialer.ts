import { isPeerId } from '@libp2p/interface'
import { peerIdFromString } from '@libp2p/peer-id'
import { CODE_P2P } from '@multiformats/multiaddr'
import { named } from './simulated-connection.ts'
import type { Host } from './host.ts'
import type { Network } from './network.ts'
import type { Connection, DialTarget, PeerId, PeerStore } from '@libp2p/interface'
import type { ConnectionManager, OpenConnectionOptions } from '@libp2p/interface-internal'
import type { Multiaddr } from '@multiformats/multiaddr'

/** libp2p's default: with more than these, inbound connections are refused. */
export const MAX_CONNECTIONS = 300

/** A dial under way, which others may join. */
interface Job {
  readonly connection: Promise<Connection>
  readonly end: AbortController
  callers: number
}

/** Everybody who dials on a node, as the journal names them. */
export type Caller = 'scheduler' | 'others'

/** Priority that the scheduler's dials have in libp2p's queue. */
const SCHEDULER = 70

/**
 * libp2p's connection manager as a service sees it: a dial gives back a connection that is there, joins a
 * dial that is under way, or begins one; it is given up when everybody who waits for it has.
 */
export class SimulatedDialer {
  /** Peers that were dialed, in order, by whom; a dial that joined another one is none. */
  readonly journal: { readonly peer: string; readonly by: Caller }[] = []
  readonly #network: Network
  readonly #host: Host
  readonly #peerStore: PeerStore
  readonly #connections: () => readonly Connection[]
  readonly #jobs = new Map<string, Job>()

  constructor(
    network: Network,
    host: Host,
    peerStore: PeerStore,
    connections: () => readonly Connection[]
  ) {
    this.#network = network
    this.#host = host
    this.#peerStore = peerStore
    this.#connections = connections
  }

  get component(): ConnectionManager {
    const manager: Pick<
      ConnectionManager,
      | 'openConnection'
      | 'openStream'
      | 'getConnections'
      | 'getMaxConnections'
      | 'closeConnections'
      | 'getDialQueue'
    > = {
      openConnection: (target, options) => this.open(target, options),
      openStream: async (target, protocol, options) =>
        (await this.open(target, options)).newStream(protocol, options),
      getConnections: (peer) =>
        this.#connections().filter(
          ({ remotePeer }) => peer === undefined || remotePeer.equals(peer)
        ),
      getMaxConnections: () => MAX_CONNECTIONS,
      closeConnections: async (peer) => {
        await Promise.all(manager.getConnections(peer).map((connection) => connection.close()))
      },
      getDialQueue: () =>
        Array.from(this.#jobs.keys(), (id) => ({
          id,
          peerId: peerIdFromString(id),
          status: 'active',
          multiaddrs: []
        }))
    }
    return manager as ConnectionManager
  }

  async open(target: DialTarget, options: OpenConnectionOptions = {}): Promise<Connection> {
    const { signal, priority } = options
    signal?.throwIfAborted()
    const { peerId, addresses } = this.#read(target)
    const existing = this.#connections().find(
      ({ remotePeer, limits, status }) =>
        remotePeer.equals(peerId) && limits === undefined && status === 'open'
    )
    if (existing !== undefined) return existing
    const key = peerId.toString()
    const job = this.#jobs.get(key) ?? this.#begin(peerId, addresses, priority)
    job.callers++
    return this.#wait(job, signal)
  }

  /** The node stops, or its process dies: every dial is given up. */
  stop(): void {
    for (const { end } of this.#jobs.values()) end.abort()
  }

  #begin(peerId: PeerId, addresses: Multiaddr[], priority: number | undefined): Job {
    const key = peerId.toString()
    this.journal.push({ peer: key, by: priority === SCHEDULER ? 'scheduler' : 'others' })
    const end = new AbortController()
    const connection = this.#dial(peerId, addresses, end.signal).finally(() =>
      this.#jobs.delete(key)
    )
    const job = { connection, end, callers: 0 }
    this.#jobs.set(key, job)
    return job
  }

  #wait(job: Job, signal: AbortSignal | undefined): Promise<Connection> {
    return new Promise((resolve, reject) => {
      signal?.addEventListener('abort', () => {
        job.callers--
        if (job.callers === 0) job.end.abort()
        reject(named('AbortError', 'The dial was aborted'))
      })
      job.connection.then(resolve, reject)
    })
  }

  async #dial(peerId: PeerId, given: Multiaddr[], signal: AbortSignal): Promise<Connection> {
    const { gater } = this.#host
    if ((await gater.denyDialPeer?.(peerId)) === true) throw denied()
    const addresses = given.length > 0 ? given : await this.#addressesOf(peerId)
    const errors: unknown[] = []
    for (const address of addresses) {
      if ((await gater.denyDialMultiaddr?.(address)) === true) {
        errors.push(denied())
        continue
      }
      try {
        const connection = await orAbort(this.#dialAt(peerId, address, signal), signal)
        await this.#peerStore.merge(peerId, { multiaddrs: [connection.remoteAddr] })
        return connection
      } catch (error) {
        if (signal.aborted) throw error
        errors.push(error)
      }
    }
    throw errors.length === 1 ? errors[0] : new AggregateError(errors, 'All dials failed')
  }

  async #dialAt(peerId: PeerId, address: Multiaddr, signal: AbortSignal): Promise<Connection> {
    const host = this.#network.at(address)
    if (host !== undefined && !host.peerId.equals(peerId)) {
      throw named('UnexpectedPeerError', 'Somebody else answered')
    }
    return this.#network.dial(this.#host, host?.peerId, { signal })
  }

  async #addressesOf(peerId: PeerId): Promise<Multiaddr[]> {
    const peer = await this.#peerStore.get(peerId).catch(() => undefined)
    const addresses = peer?.addresses.map(({ multiaddr }) => multiaddr) ?? []
    if (addresses.length === 0) throw named('NoValidAddressesError', 'No address to dial')
    return addresses
  }

  #read(target: DialTarget): { peerId: PeerId; addresses: Multiaddr[] } {
    if (isPeerId(target)) return { peerId: target, addresses: [] }
    const addresses = [target].flat()
    const name = addresses
      .flatMap((address) => address.getComponents())
      .find(({ code }) => code === CODE_P2P)?.value
    const [first] = addresses
    const peerId =
      name === undefined ? first && this.#network.at(first)?.peerId : peerIdFromString(name)
    if (peerId === undefined) throw new Error(`Nobody is at ${String(first)}`)
    return { peerId, addresses }
  }
}

const denied = (): Error => named('DialDeniedError', 'The dial was denied')

/** The promise's result, unless the signal is aborted first. */
function orAbort<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    signal.addEventListener('abort', () => reject(named('AbortError', 'The dial was aborted')))
    promise.then(resolve, reject)
  })
}
