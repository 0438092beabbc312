import type { Cancel, Clock } from '../clock.ts'
import type { Connection } from '@libp2p/interface'

/**
 * Milliseconds that an inbound stream gets to name its protocol before it counts. An honest peer names it in
 * the same flight; libp2p itself waits for ten seconds.
 */
const NAMING_TIME = 1_000

export interface UnnamedStreamsInit {
  readonly clock: Clock
  /** Streams without a protocol that one connection may hold open. With Infinity nobody looks. */
  readonly limit: number
  /** The connections to look at: those of peers that are not authorized. */
  watched(): Connection[]
  /** The connection holds more of them. */
  onFlood(connection: Connection): void
}

/**
 * Inbound streams of which nobody has said what they are for. They have come to no door of the gate yet, and
 * a peer that opens a thousand and is silent has the node hold a thousand. libp2p tells nobody of them; but
 * for each it asks the registrar what protocols there are, and that is the sign to look a moment later.
 */
export class UnnamedStreams {
  readonly #init: UnnamedStreamsInit
  /** The look that is due (one stream too many came -> looked | stop). */
  #look: Cancel | undefined

  constructor(init: UnnamedStreamsInit) {
    this.#init = init
  }

  /** A stream has come, to a connection that libp2p does not tell. */
  came(): void {
    if (this.#look !== undefined || this.#flooded().length === 0) return
    // those that came just now are about to name theirs
    this.#look = this.#init.clock.after(NAMING_TIME, () => {
      this.#look = undefined
      for (const connection of this.#flooded()) this.#init.onFlood(connection)
    })
  }

  #flooded(): Connection[] {
    const { limit } = this.#init
    return limit === Infinity
      ? []
      : this.#init.watched().filter((connection) => unnamedOf(connection) > limit)
  }

  stop(): void {
    this.#look?.()
    this.#look = undefined
  }
}

const unnamedOf = ({ streams }: Connection): number =>
  streams.filter(({ direction, protocol }) => direction === 'inbound' && protocol === '').length
