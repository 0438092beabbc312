import { isWireReason } from '../machines/index.ts'
import type { Clock } from './clock.ts'
import type { LifecycleProtocol } from './handshake/protocol.ts'
import type { Leaving } from './peers/standstill.ts'
import type { TrackedPeer } from './peers/tracked-peer.ts'
import type { WireReason } from '../machines/index.ts'
import type { Connection, Logger } from '@libp2p/interface'

/** Milliseconds that last words get to be flushed before their connection is closed. */
const FLUSH_TIMEOUT = 1_000

/** Milliseconds that a connection gets to close before it is aborted. */
const CLOSE_TIMEOUT = 1_000

/** What is under way for one peer, and what it is told until then. */
interface Farewell {
  readonly leaving: Leaving
  readonly work: Set<Promise<void>>
}

/** The rest of the house, as far as farewells reach into it. */
export interface FarewellPorts {
  readonly protocol: Pick<LifecycleProtocol<unknown>, 'flushed' | 'requests'>
  /** The peer is not being left any more: it may be dialed again, and come again. */
  onOver(peer: string): void
}

/**
 * How a peer is left: last words first, then the connection. A goodbye that is not heard ends in the end
 * of the connection, so that both sides agree in any case. Until all of it is over nobody goes to the
 * peer and nobody lets it in: whatever began in that time, the end of the connection would cut off.
 */
export class Farewells {
  readonly #clock: Clock
  readonly #ports: FarewellPorts
  readonly #log: Logger
  /** Goodbyes under way (said -> heard | given up). */
  readonly #goodbyes = new Map<string, Promise<void>>()
  /** Peers that are being left (something for it begun -> the connection is closed, or stays). */
  readonly #farewells = new Map<string, Farewell>()

  constructor(clock: Clock, ports: FarewellPorts, log: Logger) {
    this.#clock = clock
    this.#ports = ports
    this.#log = log
  }

  /** What a peer is told that comes while it is being left; undefined if it is not. */
  leaving(peer: string): Leaving | undefined {
    return this.#farewells.get(peer)?.leaving
  }

  /** Says goodbye over the newest connection, as soon as the last words of the handshake are heard. */
  sayGoodbye(peer: TrackedPeer, reason: WireReason, retryAfter: number): void {
    const { key, connections } = peer
    const connection = connections.findLast(({ status }) => status === 'open')
    if (connection === undefined) return
    const { protocol } = this.#ports
    // a goodbye may overtake our ACCEPT on its own stream, and whoever is not authorized does not heed it
    const goodbye = protocol
      .flushed(key)
      .then(() => protocol.requests.goodbye(connection, reason, retryAfter))
      .then((isHeard) => (isHeard ? undefined : this.#closeAll(connections)))
      .finally(() => {
        if (this.#goodbyes.get(key) === goodbye) this.#goodbyes.delete(key)
      })
    this.#goodbyes.set(key, goodbye)
    this.#track(key, goodbye, { reason, closes: false })
  }

  /**
   * Closes the connections of the peer as soon as the last words are flushed, those that open meanwhile
   * included.
   */
  closeConnections(peer: TrackedPeer): void {
    const { key, connections, context } = peer
    if (connections.length === 0) return
    const words = Promise.all([this.#goodbyes.get(key), this.#ports.protocol.flushed(key)])
    const closed = this.#atMost(FLUSH_TIMEOUT, words)
      .then(() => this.#closeAll(connections))
      .then(() => this.#sweep(peer))
    const { reason, by } = context
    const isOurs = by === 'local' && reason !== undefined && isWireReason(reason)
    // whoever was not sent away by us may come back in a moment
    this.#track(key, closed, { reason: isOurs ? reason : 'busy', closes: true })
  }

  /** Settles when nobody is being left any more, at the latest after `deadline` milliseconds. */
  async all(deadline: number): Promise<void> {
    const work = [...this.#farewells.values()].flatMap((farewell) => [...farewell.work])
    await this.#atMost(deadline, Promise.all(work))
  }

  /** Settles when this peer is not being left any more. */
  async of(peer: string): Promise<void> {
    const farewell = this.#farewells.get(peer)
    if (farewell !== undefined) await Promise.all(farewell.work)
  }

  #track(peer: string, part: Promise<void>, { reason, closes }: Omit<Leaving, 'until'>): void {
    const before = this.#farewells.get(peer)
    const work = before?.work ?? new Set()
    const until = this.#clock.now() + FLUSH_TIMEOUT + 2 * CLOSE_TIMEOUT
    const leaving = { reason, closes: closes || before?.leaving.closes === true, until }
    this.#farewells.set(peer, { leaving, work: work.add(part) })
    const over = (): void => {
      work.delete(part)
      if (work.size > 0) return
      this.#farewells.delete(peer)
      this.#ports.onOver(peer)
    }
    part.then(over, over)
  }

  /** What opened while the others were being closed. */
  async #sweep({ connections }: TrackedPeer): Promise<void> {
    await this.#closeAll(connections.filter(({ status }) => status === 'open'))
  }

  async #closeAll(connections: readonly Connection[]): Promise<void> {
    await Promise.all(connections.map((connection) => this.#close(connection)))
  }

  /** Closes the connection; one that does not close in time is aborted. Never rejects. */
  async #close(connection: Connection): Promise<void> {
    const { promise: late, resolve } = Promise.withResolvers<Error>()
    const cancel = this.#clock.after(CLOSE_TIMEOUT, () => resolve(new Error('It took too long')))
    const error = await Promise.race([closeOne(connection), late])
    cancel()
    if (error === undefined) return
    const { remotePeer } = connection
    this.#log('could not close a connection to %p in time, aborting it - %e', remotePeer, error)
    connection.abort(error)
  }

  #atMost(deadline: number, work: Promise<unknown>): Promise<void> {
    return new Promise((resolve) => {
      const cancel = this.#clock.after(deadline, resolve)
      void Promise.allSettled([work]).then(() => {
        cancel()
        return resolve()
      })
    })
  }
}

/** Why the connection could not be closed; undefined if it is. */
async function closeOne(connection: Connection): Promise<Error | undefined> {
  try {
    await connection.close()
    return undefined
  } catch (error) {
    return error instanceof Error ? error : new Error('close failed')
  }
}
