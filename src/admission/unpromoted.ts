import type { Cancel, Clock } from '../clock.ts'
import type { Connection, PeerId } from '@libp2p/interface'

/** Milliseconds after which connections that are too many, and were not idle, are looked at again. */
const LOOK_INTERVAL = 10_000

/** How often a connection is looked at within the time in which it may be idle. */
const LOOKS = 4

export interface UnpromotedInit {
  readonly clock: Clock
  /** Connections of peers without a slot that are kept. */
  readonly maxUnpromoted: number
  /** Milliseconds that one may be idle. */
  readonly unpromotedIdle: number
}

/** The rest of the house, as far as unpromoted connections reach into it. */
export interface UnpromotedPorts {
  /** Has the peer a slot, or is it about to get one? */
  isPromoted(peer: string): boolean
  /** Does another part of the node, the DHT say, keep the peer alive? */
  isKeptAlive(peer: PeerId): Promise<boolean>
  close(connection: Connection): void
}

/**
 * Connections of peers without a slot, kept within a budget: of too many the oldest idle ones are closed, and
 * those that have been idle for too long, but none that the DHT wants to keep. Their peers are not charged
 * for it. Without limits nothing is ever looked at.
 */
export class UnpromotedConnections {
  readonly #init: UnpromotedInit
  readonly #ports: UnpromotedPorts
  /** When each was last seen in use, the oldest connection first (opened -> closed). */
  readonly #busyAt = new Map<Connection, number>()
  /** Those that are being closed. */
  readonly #closing = new WeakSet<Connection>()
  /** The next look (somebody is there -> nobody is | stop). */
  #look: Cancel | undefined
  #isTrimming = false
  #isStopped = false

  constructor(init: UnpromotedInit, ports: UnpromotedPorts) {
    this.#init = init
    this.#ports = ports
  }

  get #isLimited(): boolean {
    return this.#init.maxUnpromoted !== Infinity || this.#init.unpromotedIdle !== Infinity
  }

  /** How many are too many. */
  get #excess(): number {
    return this.#unpromoted().length - this.#init.maxUnpromoted
  }

  start(): void {
    this.#isStopped = false
  }

  stop(): void {
    this.#isStopped = true
    this.#look?.()
    this.#look = undefined
    this.#busyAt.clear()
  }

  opened(connection: Connection): void {
    if (!this.#isLimited || this.#isStopped) return
    this.#busyAt.set(connection, this.#init.clock.now())
    this.changed()
  }

  closed(connection: Connection): void {
    this.#busyAt.delete(connection)
  }

  /** A connection came, or a peer has lost its slot: there may be too many now. */
  changed(): void {
    const isTooMany = this.#excess > 0
    if (isTooMany) void this.#trim()
    // a peer with a slot is looked at, too: when it loses the slot, it has been in use until then
    const isTimed = this.#busyAt.size > 0 && this.#init.unpromotedIdle !== Infinity
    if (isTooMany || isTimed) this.#arm()
  }

  #arm(): void {
    const interval = Math.min(LOOK_INTERVAL, this.#init.unpromotedIdle / LOOKS)
    this.#look ??= this.#init.clock.after(interval, () => {
      this.#look = undefined
      const now = this.#init.clock.now()
      for (const connection of this.#busyAt.keys()) {
        if (!this.#isIdle(connection)) this.#busyAt.set(connection, now)
      }
      void this.#trim()
      this.changed()
    })
  }

  /** One after another, since each is asked about first; whatever has changed meanwhile is looked at anew. */
  async #trim(): Promise<void> {
    if (this.#isTrimming) return
    this.#isTrimming = true
    try {
      let excess = this.#excess
      for (const connection of this.#unpromoted()) {
        if (!this.#isTooMuch(connection, excess)) continue
        // whoever cannot be asked about is left alone
        const isKept = await this.#ports.isKeptAlive(connection.remotePeer).catch(() => true)
        excess = this.#excess
        if (isKept || !this.#isTooMuch(connection, excess)) continue
        this.#closing.add(connection)
        this.#ports.close(connection)
        excess--
      }
    } finally {
      this.#isTrimming = false
    }
  }

  #isTooMuch(connection: Connection, excess: number): boolean {
    const busyAt = this.#busyAt.get(connection)
    if (busyAt === undefined || !this.#isIdle(connection)) return false
    return excess > 0 || this.#init.clock.now() - busyAt >= this.#init.unpromotedIdle
  }

  /** The oldest first, without those that are being closed. */
  #unpromoted(): Connection[] {
    return [...this.#busyAt.keys()].filter(
      (connection) => !this.#closing.has(connection) && !this.#isPromoted(connection)
    )
  }

  #isIdle(connection: Connection): boolean {
    if (this.#isPromoted(connection)) return false
    return !connection.streams.some(({ status }) => status === 'open' || status === 'closing')
  }

  #isPromoted({ remotePeer }: Connection): boolean {
    return this.#ports.isPromoted(remotePeer.toString())
  }
}
