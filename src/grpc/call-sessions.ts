import { connect } from 'node:http2'
import { IdleSession } from './idle-session.ts'
import { CLIENT_OPTIONS, maxReadBufferOf } from './http2-limits.ts'
import { assertAuthorized, openPeerStream } from './peer-stream.ts'
import { readToEnd } from './response-reader.ts'
import { StreamDuplex } from './stream-duplex.ts'
import { StreamLostError } from './stream-lost-error.ts'
import type { PeerStreamInit } from './peer-stream.ts'
import type { ConnectError } from '@connectrpc/connect'
import type { GrpcTransportOptions } from '@connectrpc/connect-node'
import type {
  ClientHttp2Session,
  ClientHttp2Stream,
  ClientSessionOptions,
  OutgoingHttpHeaders
} from 'node:http2'

type SessionManager = NonNullable<GrpcTransportOptions['sessionManager']>

export interface CallSessionsInit {
  peer: PeerStreamInit
  http2: ClientSessionOptions | undefined
  /** Bytes of all calls that the peer may send before they are read. */
  window: number
  /** Milliseconds without a call after which the stream is closed. */
  idleTimeout: number
}

/** A session that can take calls. */
interface OpenSession {
  readonly session: ClientHttp2Session
  readonly idle: IdleSession
  /** Resolves when the session takes calls, rejects if it never will. */
  readonly isReady: Promise<void>
}

/**
 * The HTTP/2 sessions of a transport: the one that calls are made on, and those before it that are still
 * finishing theirs. It asks before every call whether the peer is authorized, opens a stream with the first
 * call and anew when it was lost, and gives every response a reader that works.
 *
 * Not connect's own `Http2SessionManager`: that one, when a call is made in the moment after a session broke, stops
 * listening to it, and the session's error, which is yet to come, ends the process.
 */
export class CallSessions implements SessionManager {
  readonly authority = 'http://peer'
  readonly #init: CallSessionsInit
  #current: OpenSession | undefined
  // opened by a call, gone when the stream is
  readonly #streams = new Set<StreamDuplex>()
  #closed: ConnectError | undefined

  constructor(init: CallSessionsInit) {
    this.#init = init
  }

  async request(
    method: string,
    path: string,
    headers: OutgoingHttpHeaders,
    options: Parameters<SessionManager['request']>[3]
  ): Promise<ClientHttp2Stream> {
    if (this.#closed !== undefined) throw this.#closed
    assertAuthorized(this.#init.peer)
    const { session, idle, isReady } = this.#usable()
    if (session.connecting) await isReady
    const call = session.request({ ...headers, ':method': method, ':path': path }, options)
    idle.began(call)
    return readToEnd(call)
  }

  /** For connect's keep-alive. libp2p watches over connections itself. */
  notifyResponseByteRead(): void {}

  /** Ends all calls with the reason, and every later one. Resolves when no stream is left. */
  async close(reason: ConnectError): Promise<void> {
    this.#closed ??= reason
    const streams = [...this.#streams]
    for (const stream of streams) stream.destroy(reason)
    await Promise.all(streams.map(async (stream) => stream.ended))
  }

  #usable(): OpenSession {
    // a session that has got, or sent, a goodbye is closed: it finishes its calls and takes no more
    if (this.#current?.session.closed === false && !this.#current.session.destroyed) {
      return this.#current
    }
    this.#current = this.#open()
    return this.#current
  }

  #open(): OpenSession {
    const { http2, window, idleTimeout, peer } = this.#init
    const duplex = this.#stream()
    const session = connect(this.authority, {
      ...CLIENT_OPTIONS,
      ...http2,
      settings: { ...CLIENT_OPTIONS.settings, ...http2?.settings },
      createConnection: () => duplex
    })
    const ready = Promise.withResolvers<void>()
    // nobody may be waiting
    ready.promise.catch(() => {})
    session.once('connect', () => {
      if (!session.destroyed) session.setLocalWindowSize(window)
      ready.resolve()
    })
    // the calls on the session hear of it by their own streams
    session.on('error', ready.reject)
    session.once('close', () => {
      ready.reject(new StreamLostError('The stream ended before there was a call on it'))
      if (this.#current?.session === session) this.#current = undefined
    })
    const idle = new IdleSession({ session, duplex, idleTimeout, clock: peer.clock })
    return { session, idle, isReady: ready.promise }
  }

  #stream(): StreamDuplex {
    const { peer, window } = this.#init
    const duplex = new StreamDuplex({
      stream: async (signal) => openPeerStream(peer, signal),
      maxReadBufferLength: maxReadBufferOf(window),
      outlives: true,
      clock: peer.clock
    })
    this.#streams.add(duplex)
    duplex.once('close', () => this.#streams.delete(duplex))
    return duplex
  }
}
