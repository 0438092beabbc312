import { notAuthorized } from './standing.ts'
import type { HeldStreams } from './held-streams.ts'
import type { GateCounts, GateRules } from './standing.ts'
import type { Connection, Logger, Stream, StreamHandler, StreamMiddleware } from '@libp2p/interface'

export interface StreamDoorsInit {
  rules: GateRules
  held: HeldStreams
  counts: Pick<GateCounts, 'refusedInbound' | 'refusedOutbound'>
  log: Logger
}

/**
 * The two doors that a stream of a gated protocol meets: the first middleware, which may hold it, and the
 * handler itself, which asks again at its entry, because the standing may change between the two, and because
 * `getHandler` gives a handler to anybody, without the middleware.
 *
 * A stream that does not pass is reset and `PeerNotAuthorizedError` thrown.
 */
export class StreamDoors {
  readonly #rules: GateRules
  readonly #held: HeldStreams
  readonly #counts: Pick<GateCounts, 'refusedInbound' | 'refusedOutbound'>
  readonly #log: Logger
  readonly #guarded = new WeakSet<StreamHandler>()

  constructor(init: StreamDoorsInit) {
    this.#rules = init.rules
    this.#held = init.held
    this.#counts = init.counts
    this.#log = init.log
  }

  /** The first door: comes before all other middleware of a gated protocol, both ways. */
  readonly middleware: StreamMiddleware = (stream, connection, next) => {
    if (this.#passes(stream, connection)) return next(stream, connection)
    if (this.#mayWait(stream, connection)) return this.#wait(stream, connection, next)
    return this.#refuse(stream.protocol, stream, connection)
  }

  /** The second door, around a handler: asked at its entry, never waiting. */
  guard(protocol: string, handler: StreamHandler): StreamHandler {
    const guarded: StreamHandler = (stream, connection) => {
      if (this.#passes(stream, connection)) return handler(stream, connection)
      return this.#refuse(protocol, stream, connection)
    }
    this.#guarded.add(guarded)
    return guarded
  }

  /** True if the handler came out of `guard`. */
  guards(handler: StreamHandler): boolean {
    return this.#guarded.has(handler)
  }

  async #wait(...[stream, connection, next]: Parameters<StreamMiddleware>): Promise<void> {
    await this.#held.hold(connection.remotePeer.toString(), stream)
    // between the verdict and this line somebody may have taken it back
    if (!this.#passes(stream, connection)) this.#refuse(stream.protocol, stream, connection)
    next(stream, connection)
  }

  // a stream that this side has reset belongs to an authorization that is over, even if there is a new one
  #passes(stream: Stream, connection: Connection): boolean {
    const standing = this.#rules.standing(connection.remotePeer.toString())
    return standing === 'authorized' && stream.status !== 'aborted'
  }

  // outbound streams never wait: gossipsub opens them one after another, one peer would hold up all
  #mayWait(stream: Stream, connection: Connection): boolean {
    const peer = connection.remotePeer.toString()
    return (
      stream.direction === 'inbound' &&
      stream.status === 'open' &&
      this.#rules.standing(peer) === 'pending' &&
      this.#held.hasRoom(peer)
    )
  }

  #refuse(protocol: string, stream: Stream, connection: Connection): never {
    if (stream.direction === 'inbound') this.#counts.refusedInbound++
    else this.#counts.refusedOutbound++
    this.#log(
      'refused an %s stream of %s with %p',
      stream.direction,
      protocol,
      connection.remotePeer
    )
    const err = notAuthorized(connection.remotePeer.toString(), protocol)
    stream.abort(err)
    throw err
  }
}
