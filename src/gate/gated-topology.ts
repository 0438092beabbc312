import type { PeerConnections } from './peer-connections.ts'
import type { GateRules } from './standing.ts'
import type { Connection, Logger, PeerId, Topology } from '@libp2p/interface'

export interface GatedTopologyInit {
  /** What the caller registered. */
  topology: Topology
  rules: GateRules
  connections: PeerConnections
  log: Logger
}

/**
 * Stands in for a topology of a gated protocol. To the topology a peer is connected while it is authorized,
 * connected and known to speak the protocol, and not a moment longer.
 *
 * The caller's `filter` is kept here and not shown to libp2p's registrar, which would mark the peer as
 * notified when it is only waiting. A callback that throws or rejects is logged and harms nobody else.
 */
export class GatedTopology implements Topology {
  readonly #topology: Topology
  readonly #rules: GateRules
  readonly #connections: PeerConnections
  readonly #log: Logger

  // connected peers that speak the protocol; the last connection's end strikes a peer out
  readonly #peers = new Map<string, 'waiting' | 'told'>()

  constructor(init: GatedTopologyInit) {
    this.#topology = init.topology
    this.#rules = init.rules
    this.#connections = init.connections
    this.#log = init.log
  }

  get notifyOnLimitedConnection(): boolean {
    return this.#topology.notifyOnLimitedConnection === true
  }

  /** How many peers the topology knows or waits for. */
  get size(): number {
    return this.#peers.size
  }

  /** Called by libp2p's registrar when a peer has been identified: once per connection and per push. */
  async onConnect(peerId: PeerId, connection: Connection): Promise<void> {
    const peer = peerId.toString()
    // identified, but gone in the meantime (or the gate is not started): nobody would strike it out again
    if (!this.#connections.has(peer)) return
    if (!this.#peers.has(peer)) this.#peers.set(peer, 'waiting')
    if (this.#rules.standing(peer) === 'authorized') await this.#tell(peerId, connection)
  }

  /** Called by libp2p's registrar when a peer is gone, or has given the protocol up. */
  async onDisconnect(peerId: PeerId): Promise<void> {
    const told = this.#peers.get(peerId.toString()) === 'told'
    this.#peers.delete(peerId.toString())
    if (told) await this.#untell(peerId)
  }

  /** The peer has become authorized: if it waits, the topology hears of it. */
  async authorized(peerId: PeerId): Promise<void> {
    const peer = peerId.toString()
    if (this.#peers.get(peer) !== 'waiting' || this.#rules.standing(peer) !== 'authorized') return
    const connection = this.#connections.newest(
      peer,
      ({ limits }) => limits === undefined || this.notifyOnLimitedConnection
    )
    if (connection !== undefined) await this.#tell(peerId, connection)
  }

  /** The peer has ceased to be authorized: to the topology it is gone. It waits for the next time. */
  async deauthorized(peerId: PeerId): Promise<void> {
    if (this.#peers.get(peerId.toString()) !== 'told') return
    this.#peers.set(peerId.toString(), 'waiting')
    await this.#untell(peerId)
  }

  /** Forgets every peer without a word, as libp2p does when the node stops. */
  clear(): void {
    this.#peers.clear()
  }

  // the three questions of libp2p's registrar, in its order: known to the filter? mark it, then tell

  async #tell(peerId: PeerId, connection: Connection): Promise<void> {
    try {
      const { filter } = this.#topology
      if (filter?.has(peerId) === true) return
      filter?.add(peerId)
      this.#peers.set(peerId.toString(), 'told')
      await this.#topology.onConnect?.(peerId, connection)
    } catch (err) {
      this.#log.error('a topology failed to take %p - %e', peerId, err)
    }
  }

  async #untell(peerId: PeerId): Promise<void> {
    try {
      const { filter } = this.#topology
      if (filter?.has(peerId) === false) return
      filter?.remove(peerId)
      await this.#topology.onDisconnect?.(peerId)
    } catch (err) {
      this.#log.error('a topology failed to let %p go - %e', peerId, err)
    }
  }
}
