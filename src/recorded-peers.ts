import { printable } from './printable.ts'
import { LONGEST_ADDRESS, LONGEST_ID } from './recorder/format.ts'
import type { Openers } from './openers.ts'
import type { TrackedPeer } from './peers/tracked-peer.ts'
import type { RecordedConnection, RecordedPeer } from './recorder/entry.ts'
import type { Connection } from '@libp2p/interface'

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
    const held = peer.holdsSlot ? peer.heldSince : undefined
    const connections = peer.connections.map((connection) => this.connection(connection))
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
