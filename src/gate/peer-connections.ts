import type { Connection, Stream } from '@libp2p/interface'

/**
 * The connections of each peer, oldest first, as `connection:open` and `connection:close` tell them.
 * `peer:connect` and `peer:disconnect` are no substitute: for an RSA peer they can come in the wrong order,
 * and none comes when the node stops.
 */
export class PeerConnections {
  readonly #byPeer = new Map<string, Set<Connection>>()

  /** Takes note of a connection. One that has ended already is left out: its close may have been missed. */
  add(connection: Connection): void {
    if (connection.status !== 'open' && connection.status !== 'closing') return
    const peer = connection.remotePeer.toString()
    const connections = this.#byPeer.get(peer)
    if (connections === undefined) this.#byPeer.set(peer, new Set([connection]))
    else connections.add(connection)
  }

  /** Strikes a connection out. True if it was the last of its peer. */
  delete(connection: Connection): boolean {
    const peer = connection.remotePeer.toString()
    const connections = this.#byPeer.get(peer)
    if (connections === undefined || !connections.delete(connection)) return false
    if (connections.size > 0) return false
    return this.#byPeer.delete(peer)
  }

  has(peer: string): boolean {
    return this.#byPeer.has(peer)
  }

  /** The youngest open connection that is acceptable, an unlimited one before a limited one. */
  newest(peer: string, accepts: (connection: Connection) => boolean): Connection | undefined {
    const open = [...(this.#byPeer.get(peer) ?? [])].filter(
      (connection) => connection.status === 'open' && accepts(connection)
    )
    return open.findLast((connection) => connection.limits === undefined) ?? open.at(-1)
  }

  /** Every stream of the peer at this moment, on all its connections, both ways. A copy. */
  streams(peer: string): Stream[] {
    return [...(this.#byPeer.get(peer) ?? [])].flatMap((connection) => connection.streams)
  }

  /** Every connection whose peer is not left out. */
  of(isLeftOut: (peer: string) => boolean): Connection[] {
    return [...this.#byPeer].flatMap(([peer, connections]) =>
      isLeftOut(peer) ? [] : [...connections]
    )
  }

  clear(): void {
    this.#byPeer.clear()
  }
}
