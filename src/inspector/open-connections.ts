import { shown } from '../recorder/fields.ts'
import { MOST_CONNECTIONS } from '../recorder/format.ts'
import { unlike } from './divergence.ts'
import type { Difference } from './divergence.ts'
import type { ConnectionLine } from './read-recording.ts'
import type { RecordedConnection } from '../recorder/entry.ts'

/** The connections that are open in a recording: none opens twice, and none closes that was not open. */
export class OpenConnections {
  /** By their peer and their id. */
  readonly #open = new Map<string, Map<string, RecordedConnection>>()
  #size = 0

  /** They are open when the recording begins. */
  restore(peer: string, connections: readonly RecordedConnection[]): void {
    for (const connection of connections) {
      if (this.#of(peer)?.has(connection.id) === true) {
        throw new Error(`Expected each connection once, got ${shown(connection.id)} again`)
      }
      this.#add(peer, connection)
    }
  }

  /**
   * What differs, if something does.
   *
   * @param path - The state of the peer
   */
  play(line: ConnectionLine, path: string): Difference | undefined {
    const { peer, what, id, opener, limited, address } = line
    const known = this.#of(peer)?.get(id)
    const differs = unlike('what', what, known === undefined ? 'opened' : 'closed')
    if (differs !== undefined) return differs
    if (known === undefined) {
      this.#add(peer, { id, opener, limited, address })
      return unlike('opener', opener, openerIn(path, opener))
    }
    this.#open.get(peer)?.delete(id)
    this.#size--
    return (
      unlike('opener', opener, known.opener) ??
      unlike('limited', limited, known.limited) ??
      unlike('address', address, known.address)
    )
  }

  /** Of a peer that is tracked no more, connections are not told of any more. */
  forget(peer: string): void {
    this.#size -= this.#of(peer)?.size ?? 0
    this.#open.delete(peer)
  }

  #of(peer: string): ReadonlyMap<string, RecordedConnection> | undefined {
    return this.#open.get(peer)
  }

  #add(peer: string, connection: RecordedConnection): void {
    const open = this.#open.get(peer) ?? new Map<string, RecordedConnection>()
    this.#open.set(peer, open.set(connection.id, connection))
    this.#size++
    if (this.#size > MOST_CONNECTIONS) {
      throw new Error(`Expected at most ${MOST_CONNECTIONS} connections`)
    }
  }
}

/** Whose an outbound connection is follows from whether its peer was being dialed. */
function openerIn(path: string, opener: RecordedConnection['opener']): string {
  if (opener === 'inbound') return opener
  return path === 'dialing' ? 'own' : 'foreign'
}
