import { surplusOf } from './admission/surplus.ts'
import { UnpromotedConnections } from './admission/unpromoted.ts'
import { closeConnection } from './close-connection.ts'
import type { UnpromotedInit, UnpromotedPorts } from './admission/unpromoted.ts'
import type { Channels } from './channels.ts'
import type { Peers } from './peers/peers.ts'
import type { TrackedPeer } from './peers/tracked-peer.ts'
import type { Connection } from '@libp2p/interface'

export interface ConnectionsInit extends UnpromotedInit {
  readonly allowRelayed: boolean
  readonly connectionsPerPeer: number
}

/** The rest of the house, as far as connections reach into it. */
export interface ConnectionPorts extends Pick<UnpromotedPorts, 'isKeptAlive'> {
  readonly peers: Peers
  readonly channels: Pick<Channels<unknown>, 'opened'>
  /** Is it a protocol of the application? */
  readonly isApplication: (protocol: string) => boolean
  /** Whoever it is, somebody can be reached. */
  reached(): void
  /** The connection that carried the agreement is gone, another one stays. */
  onCarrierLost(peer: TrackedPeer): void
}

/** Connections that were closed because there were too many. */
export interface ConnectionCounts {
  /** Of one peer. */
  surplus: number
  /** Of peers without a slot, or that were idle for too long. */
  unpromoted: number
}

/** Connections as they come and go, and what that means to their peers. */
export class Connections {
  readonly counts: ConnectionCounts = { surplus: 0, unpromoted: 0 }
  readonly #init: ConnectionsInit
  readonly #ports: ConnectionPorts
  readonly #unpromoted: UnpromotedConnections

  constructor(init: ConnectionsInit, ports: ConnectionPorts) {
    this.#init = init
    this.#ports = ports
    this.#unpromoted = new UnpromotedConnections(init, {
      isPromoted: (key) => {
        const peer = ports.peers.get(key)
        return peer !== undefined && (peer.holdsSlot || peer.isPending)
      },
      isKeptAlive: (peer) => ports.isKeptAlive(peer),
      close: (connection) => {
        this.counts.unpromoted++
        void closeConnection(connection)
      }
    })
  }

  /** The newest connection that can carry the peer's handshake. */
  of(peer: TrackedPeer): Connection | undefined {
    return peer.connections.findLast((connection) => this.isUsable(connection))
  }

  /** Can this connection carry a handshake? */
  isUsable({ status, limits }: Connection): boolean {
    return status === 'open' && (limits === undefined || this.#init.allowRelayed)
  }

  start(): void {
    this.#unpromoted.start()
  }

  stop(): void {
    this.#unpromoted.stop()
  }

  opened(connection: Connection): void {
    const { peers, channels } = this.#ports
    const peer = peers.opened(connection)
    this.#ports.reached()
    channels.opened(connection)
    this.#unpromoted.opened(connection)
    // what was agreed on in its channel makes it a carrier first
    if (peer !== undefined) queueMicrotask(() => this.#closeSurplus(peer))
    // the peer came to us while our own dial was still looking for it
    const isMet = peer?.path === 'dialing' && connection.direction === 'inbound'
    if (isMet && this.isUsable(connection)) {
      peers.send(peer, { type: 'dial.succeeded', session: peer.context.session })
    }
  }

  closed(connection: Connection): void {
    const { peers } = this.#ports
    this.#unpromoted.closed(connection)
    peers.closed(connection)
    const peer = peers.get(connection.remotePeer.toString())
    if (peer?.carrier !== connection) return
    peer.carrier = this.of(peer)
    // what may carry no handshake carries no agreement: to the other side it may be a stranger's connection
    if (peer.carrier === undefined && peer.path === 'authorized') {
      return peers.send(peer, { type: 'connection.closed', ...peers.moment() })
    }
    // the peer may have lost all that it had, and know us only as the stranger on the connection that is
    // left; if so, it says so when it is asked
    this.#ports.onCarrierLost(peer)
  }

  /** A peer has moved: it may have no slot any more. */
  settled(): void {
    this.#unpromoted.changed()
  }

  #closeSurplus({ connections, carrier }: TrackedPeer): void {
    const { connectionsPerPeer: limit } = this.#init
    const rules = { limit, carrier, isApplication: this.#ports.isApplication }
    for (const connection of surplusOf(connections, rules)) {
      this.counts.surplus++
      void closeConnection(connection)
    }
  }
}
