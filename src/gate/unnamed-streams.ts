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

/** Milliseconds between two counts while streams pour in. */
const COUNT_INTERVAL = 100

/**
 * Inbound streams of which nobody has said what they are for. They have come to no door of the gate yet, and
 * a peer that opens a thousand and is silent has the node hold a thousand. libp2p tells nobody of them; but
 * for each it asks the registrar what protocols there are, and that is the sign to look a moment later.
 *
 * To count goes through every connection: it is done when enough have come since the last time that one
 * connection could hold too many, and not more often than every tenth of a second.
 */
export class UnnamedStreams {
  readonly #init: UnnamedStreamsInit
  /** The look that is due (one stream too many came -> looked | stop). */
  #look: Cancel | undefined
  /** The count that is due (came too soon after the last one -> counted | stop). */
  #count: Cancel | undefined
  /** When was counted last, in the clock's milliseconds. */
  #countedAt = -Infinity
  /** Streams that may still come before a connection can hold too many. */
  #left: number

  constructor(init: UnnamedStreamsInit) {
    this.#init = init
    this.#left = init.limit
  }

  /** A stream has come, to a connection that libp2p does not tell. */
  came(): void {
    if (this.#look !== undefined || this.#count !== undefined || this.#left-- > 0) return
    const { clock } = this.#init
    const wait = this.#countedAt + COUNT_INTERVAL - clock.now()
    if (wait <= 0) return this.#counted()
    this.#count = clock.after(wait, () => {
      this.#count = undefined
      this.#counted()
    })
  }

  #counted(): void {
    const { clock, limit } = this.#init
    this.#countedAt = clock.now()
    const most = Math.max(0, ...this.#init.watched().map(unnamedOf))
    this.#left = Math.max(0, limit - most)
    if (most <= limit) return
    // those that came just now are about to name theirs
    this.#look = clock.after(NAMING_TIME, () => {
      this.#look = undefined
      this.#left = 0
      for (const connection of this.#init.watched()) {
        if (unnamedOf(connection) > limit) this.#init.onFlood(connection)
      }
    })
  }

  stop(): void {
    this.#look?.()
    this.#look = undefined
    this.#count?.()
    this.#count = undefined
  }
}

const unnamedOf = ({ streams }: Connection): number =>
  streams.filter(({ direction, protocol }) => direction === 'inbound' && protocol === '').length
