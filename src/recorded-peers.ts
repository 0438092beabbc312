import { printable } from './printable.ts'
import { slotOf } from './recorder/chart.ts'
import { LONGEST_ADDRESS, LONGEST_ID } from './recorder/format.ts'
import type { Openers } from './openers.ts'
import type { TrackedPeer } from './peers/tracked-peer.ts'
import type { RecordedConnection, RecordedPeer } from './recorder/entry.ts'
import type { Connection } from '@libp2p/interface'

const NO_CONNECTIONS: readonly RecordedConnection[] = Object.freeze([])

/** Peers and their connections as the recorder keeps them: plain data, and nothing that leads to a live object. */
export class RecordedPeers {
  readonly #openers: Openers
  /** A connection is told of when it opens, when it closes, and with its peer in between. */
  readonly #connections = new WeakMap<Connection, RecordedConnection>()

  constructor(openers: Openers) {
    this.#openers = openers
  }

  /** As it is now. */
  of(peer: TrackedPeer): RecordedPeer {
    const { key, path, context, since } = peer
    // all peers are looked at when a reel is full: by its name, and nothing is made for most of them
    const held = slotOf(path, context) === undefined ? undefined : peer.heldSince
    const connections =
      peer.connections.length === 0
        ? NO_CONNECTIONS
        : peer.connections.map((connection) => this.connection(connection))
    return { key, path, context, since, held, connections }
  }

  connection(connection: Connection): RecordedConnection {
    const known = this.#connections.get(connection)
    if (known !== undefined) return known
    const { id, limits, remoteAddr } = connection
    const recorded = {
      id: printable(id, LONGEST_ID),
      opener: this.#openers.of(connection),
      limited: limits !== undefined,
      address: printable(remoteAddr.toString(), LONGEST_ADDRESS)
    }
    this.#connections.set(connection, recorded)
    return recorded
  }
}
