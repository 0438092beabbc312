import type { Connection } from '@libp2p/interface'

/**
 * Who opened a connection: we, when the scheduler had given its peer a slot and it was being dialed (`own`);
 * the peer (`inbound`); or another part of this node, such as the DHT or a relay (`foreign`).
 */
export const OPENERS = ['own', 'inbound', 'foreign'] as const

export type Opener = (typeof OPENERS)[number]

/** Whose connections are our own: libp2p does not know, and later nobody does. */
export class Openers {
  readonly #own = new WeakSet<Connection>()

  /** A connection of a peer has opened, which was in this state then. */
  opened(connection: Connection, path: string): void {
    if (connection.direction === 'outbound' && path === 'dialing') this.#own.add(connection)
  }

  of(connection: Connection): Opener {
    if (connection.direction === 'inbound') return 'inbound'
    return this.#own.has(connection) ? 'own' : 'foreign'
  }
}
