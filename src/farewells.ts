import type { Clock } from './clock.ts'
import type { LifecycleProtocol } from './handshake/protocol.ts'
import type { TrackedPeer } from './peers/tracked-peer.ts'
import type { WireReason } from '../machines/index.ts'
import type { Connection, Logger } from '@libp2p/interface'

/** Milliseconds that last words get to be flushed before their connection is closed. */
const FLUSH_TIMEOUT = 1_000

/**
 * How a peer is left: last words first, then the connection. A goodbye that is not heard ends in the end
 * of the connection, so that both sides agree in any case.
 */
export class Farewells {
  readonly #clock: Clock
  readonly #protocol: Pick<LifecycleProtocol<unknown>, 'flushed' | 'requests'>
  readonly #log: Logger
  /** Goodbyes under way (said -> heard | given up). */
  readonly #goodbyes = new Map<string, Promise<void>>()
  /** Everything under way, by peer (begun -> the connection is closed, or stays). */
  readonly #running = new Map<Promise<void>, string>()

  constructor(
    clock: Clock,
    protocol: Pick<LifecycleProtocol<unknown>, 'flushed' | 'requests'>,
    log: Logger
  ) {
    this.#clock = clock
    this.#protocol = protocol
    this.#log = log
  }

  /** Says goodbye over the newest connection. */
  sayGoodbye(peer: TrackedPeer, reason: WireReason, retryAfter: number): void {
    const connections = peer.connections
    const connection = connections.findLast(({ status }) => status === 'open')
    if (connection === undefined) return
    const goodbye = this.#protocol.requests
      .goodbye(connection, reason, retryAfter)
      .then((isHeard) => (isHeard ? undefined : closeAll(connections, this.#log)))
      .finally(() => {
        if (this.#goodbyes.get(peer.key) === goodbye) this.#goodbyes.delete(peer.key)
      })
    this.#goodbyes.set(peer.key, goodbye)
    this.#track(peer.key, goodbye)
  }

  /** Closes the connections that the peer has now, as soon as the last words are flushed. */
  closeConnections(peer: TrackedPeer): void {
    const { key, connections } = peer
    if (connections.length === 0) return
    const words = Promise.all([this.#goodbyes.get(key), this.#protocol.flushed(key)])
    const flushed = this.#atMost(FLUSH_TIMEOUT, words)
    this.#track(
      key,
      flushed.then(() => closeAll(connections, this.#log))
    )
  }

  /** Settles when nobody is being left any more, at the latest after `deadline` milliseconds. */
  async all(deadline: number): Promise<void> {
    await this.#atMost(deadline, Promise.all(this.#running.keys()))
  }

  /** Settles when this peer is not being left any more. */
  async of(peer: string): Promise<void> {
    await Promise.all([...this.#running].filter(([, key]) => key === peer).map(([work]) => work))
  }

  #track(peer: string, farewell: Promise<void>): void {
    this.#running.set(farewell, peer)
    const over = (): void => void this.#running.delete(farewell)
    farewell.then(over, over)
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

async function closeAll(connections: readonly Connection[], log: Logger): Promise<void> {
  await Promise.all(
    connections.map(async (connection) => {
      try {
        await connection.close()
      } catch (error) {
        log(
          'could not close a connection to %p in time, aborting it - %e',
          connection.remotePeer,
          error
        )
        connection.abort(error instanceof Error ? error : new Error('close failed'))
      }
    })
  )
}
