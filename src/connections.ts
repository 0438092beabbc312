import type { Channels } from './channels.ts'
import type { Peers } from './peers/peers.ts'
import type { TrackedPeer } from './peers/tracked-peer.ts'
import type { Connection } from '@libp2p/interface'

/** The rest of the house, as far as connections reach into it. */
export interface ConnectionPorts {
  readonly peers: Peers
  readonly channels: Pick<Channels<unknown>, 'opened'>
  readonly allowRelayed: boolean
  /** Whoever it is, somebody can be reached. */
  reached(): void
  /** The connection that carried the agreement is gone, another one stays. */
  onCarrierLost(peer: TrackedPeer): void
}

/** Connections as they come and go, and what that means to their peers. */
export class Connections {
  readonly #ports: ConnectionPorts

  constructor(ports: ConnectionPorts) {
    this.#ports = ports
  }

  /** The newest connection that can carry the peer's handshake. */
  of(peer: TrackedPeer): Connection | undefined {
    return peer.connections.findLast((connection) => this.isUsable(connection))
  }

  /** Can this connection carry a handshake? */
  isUsable({ status, limits }: Connection): boolean {
    return status === 'open' && (limits === undefined || this.#ports.allowRelayed)
  }

  opened(connection: Connection): void {
    const { peers, channels } = this.#ports
    const peer = peers.opened(connection)
    this.#ports.reached()
    channels.opened(connection)
    // the peer came to us while our own dial was still looking for it
    const isMet = peer?.path === 'dialing' && connection.direction === 'inbound'
    if (isMet && this.isUsable(connection)) {
      peers.send(peer, { type: 'dial.succeeded', session: peer.context.session })
    }
  }

  closed(connection: Connection): void {
    const { peers } = this.#ports
    peers.closed(connection)
    const peer = peers.get(connection.remotePeer.toString())
    if (peer?.carrier !== connection) return
    peer.carrier = this.of(peer)
    // the peer may have lost all that it had, and know us only as the stranger on the connection that is
    // left; if so, it says so when it is asked
    this.#ports.onCarrierLost(peer)
  }
}
