import { randomBytes } from 'node:crypto'
import { setImmediate as turn } from 'node:timers/promises'
import { publicKeyFromRaw } from '@libp2p/crypto/keys'
import { isPeerId } from '@libp2p/interface'
import { peerIdFromPublicKey, peerIdFromString } from '@libp2p/peer-id'
import { CODE_P2P, multiaddr } from '@multiformats/multiaddr'
import type { Connection, DialTarget, Libp2pEvents, PeerId } from '@libp2p/interface'
import type { ConnectionManager } from '@libp2p/interface-internal'
import type { TypedEventTarget } from 'main-event'

/** Of ten dials seven fail; three connect, fail to open a handshake stream, and lose the connection. */
const SHARE_OF_FAILURES = 0.7

const ADDRESS = multiaddr('/ip4/20.0.0.1/tcp/4001')

const UNREACHABLE = new Error('connect ECONNREFUSED')
const NO_STREAM = new Error('The stream was reset')

/** A dial that is under way. */
interface Dial {
  readonly peer: PeerId
  readonly resolve: (connection: Connection) => void
  readonly reject: (error: Error) => void
}

/** Stands in for the network: dials that end when they are told to, and connections that carry no stream. */
export class Links {
  /** Events that the charts have been given cause for from here. */
  events = 0
  readonly connectionManager: ConnectionManager
  readonly #bus: TypedEventTarget<Libp2pEvents>
  readonly #luck: () => number
  readonly #open = new Set<Connection>()
  #dials: Dial[] = []
  #count = 0

  constructor(bus: TypedEventTarget<Libp2pEvents>, luck: () => number) {
    this.#bus = bus
    this.#luck = luck
    const manager: Pick<
      ConnectionManager,
      'openConnection' | 'getConnections' | 'getMaxConnections'
    > = {
      openConnection: async (target) => this.#dial(peerOf(target)),
      getConnections: (peer) =>
        [...this.#open].filter(({ remotePeer }) => peer === undefined || remotePeer.equals(peer)),
      getMaxConnections: () => Infinity
    }
    this.connectionManager = manager as ConnectionManager
  }

  /** Somebody else's connection that stays: as long as it is there, failing dials are not our fault. */
  openStranger(): void {
    this.#opened(randomPeer())
  }

  /** Ends the dials that are under way. False if there were none. */
  async endDials(): Promise<boolean> {
    const dials = this.#dials
    this.#dials = []
    const connections: Connection[] = []
    for (const { peer, resolve, reject } of dials) {
      this.events++ // dial.failed, or dial.succeeded
      if (this.#luck() < SHARE_OF_FAILURES) {
        reject(UNREACHABLE)
      } else {
        const connection = this.#opened(peer)
        connections.push(connection)
        resolve(connection)
      }
    }
    await turn()
    for (const connection of connections) this.#closed(connection)
    await turn()
    return this.#dials.length > 0
  }

  async #dial(peer: PeerId): Promise<Connection> {
    this.events++ // slot.granted
    return new Promise((resolve, reject) => {
      this.#dials.push({ peer, resolve, reject })
    })
  }

  #opened(remotePeer: PeerId): Connection {
    const connection = {
      id: `connection-${++this.#count}`,
      remotePeer,
      remoteAddr: ADDRESS,
      direction: 'outbound',
      status: 'open',
      limits: undefined,
      streams: [],
      newStream: async () => {
        this.events++ // handshake.refused
        throw NO_STREAM
      }
    } as unknown as Connection
    this.#open.add(connection)
    this.#bus.safeDispatchEvent('connection:open', { detail: connection })
    return connection
  }

  #closed(connection: Connection): void {
    this.events++ // connection.closed
    connection.status = 'closed'
    this.#open.delete(connection)
    this.#bus.safeDispatchEvent('connection:close', { detail: connection })
  }
}

/** Whom a dial is for: addresses that are dialed end in the peer's id. */
function peerOf(target: DialTarget): PeerId {
  if (isPeerId(target)) return target
  const [address] = [target].flat()
  const id = address?.getComponents().findLast(({ code }) => code === CODE_P2P)?.value
  if (id === undefined) throw new Error(`Expected an address of a peer, got ${String(address)}`)
  return peerIdFromString(id)
}

/** Nobody's peer id. No key pair is made for it: there is nobody it has to be proven to. */
export function randomPeer(): PeerId {
  return peerIdFromPublicKey(publicKeyFromRaw(randomBytes(32)))
}
