import { constants } from 'node:http2'
import { bindCaller } from './caller.ts'
import { IdleSession } from './idle-session.ts'
import type { Caller } from './grpc-node.ts'
import type { Clock } from '../clock.ts'
import type {
  Http2Server,
  Http2ServerRequest,
  Http2ServerResponse,
  Http2Session,
  ServerHttp2Session
} from 'node:http2'
import type { Duplex } from 'node:stream'

/** A handler for requests of Node's HTTP/2 server, such as `connectNodeAdapter()` gives. */
export type RequestHandler = (request: Http2ServerRequest, response: Http2ServerResponse) => void

export interface SessionEvents {
  /** Who is at the other end of the stream, now. */
  whoIs: () => Caller
  /** To be called when the peer speaks HTTP/2. */
  onBegun: () => void
}

/** Runs HTTP/2, as the server, on streams. */
export interface Sessions {
  /** Takes the duplex over; it is destroyed when the session ends. */
  open(duplex: Duplex, events: SessionEvents): void
}

/** Sessions of a grpc-js server, which tells nothing of them. */
export class InjectedSessions implements Sessions {
  readonly #injector: { injectConnection(connection: Duplex): void }

  constructor(injector: { injectConnection(connection: Duplex): void }) {
    this.#injector = injector
  }

  open(duplex: Duplex, { whoIs, onBegun }: SessionEvents): void {
    bindCaller(duplex, whoIs)
    this.#injector.injectConnection(duplex)
    duplex.once('data', onBegun)
  }
}

export interface OwnSessionsInit {
  server: Http2Server
  handler: RequestHandler
  window: number
  idleTimeout: number
  clock: Clock
}

/** Sessions of an HTTP/2 server of our own, which listens nowhere. */
export class OwnSessions implements Sessions {
  readonly #init: OwnSessionsInit
  readonly #sessions = new WeakMap<Http2Session, IdleSession>()

  constructor(init: OwnSessionsInit) {
    this.#init = init
    const { server } = init
    server.on('request', (request, response) => this.#onRequest(request, response))
    // Node emits it for every session that breaks; the session is destroyed by then, and nobody else is hurt
    server.on('sessionError', () => {})
  }

  open(duplex: Duplex, { whoIs, onBegun }: SessionEvents): void {
    const { server, clock, window, idleTimeout } = this.#init
    // in front of Node's own listener, whose code for it would read as our fault
    let session: ServerHttp2Session | undefined
    duplex.on('error', (cause: Error) => {
      session?.destroy(lostCall(cause), constants.NGHTTP2_REFUSED_STREAM)
    })
    const onSession = (opened: ServerHttp2Session): void => {
      session = opened
    }
    // within this call Node makes the session and announces it
    server.on('session', onSession)
    server.emit('connection', duplex)
    server.off('session', onSession)
    // a stream that was over on arrival has none, or one that is over
    if (session === undefined || session.destroyed) return

    bindCaller(session, whoIs)
    session.setLocalWindowSize(window)
    session.once('remoteSettings', onBegun)
    this.#sessions.set(session, new IdleSession({ session, duplex, idleTimeout, clock }))
  }

  #onRequest(request: Http2ServerRequest, response: Http2ServerResponse): void {
    const { session } = request.stream
    if (session !== undefined) this.#sessions.get(session)?.began(request.stream)
    try {
      this.#init.handler(request, response)
    } catch {
      // what a peer sends can make it throw (an authority that is no host), and nobody would catch it
      request.stream.close(constants.NGHTTP2_PROTOCOL_ERROR)
    }
  }
}

/**
 * What a handler gets when it writes to a call whose stream is gone. The code is the one of a client that hung
 * up, which connect takes without a word on the console.
 */
function lostCall(cause: Error): Error {
  return Object.assign(new Error(cause.message, { cause }), { code: 'ECONNRESET' })
}
