import { constants } from 'node:http2'
import { SESSION_WINDOW } from './http2-limits.ts'
import { bindCaller } from './caller.ts'
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

/** Milliseconds in which a session that is being closed has to be gone. */
const CLOSE_TIMEOUT = 10_000

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
  idleTimeout: number
  clock: Clock
}

/** Sessions of an HTTP/2 server of our own, which listens nowhere. */
export class OwnSessions implements Sessions {
  readonly #init: OwnSessionsInit
  // calls under way, and since when there are none
  readonly #calls = new WeakMap<Http2Session, { count: number; idleSince: number }>()

  constructor(init: OwnSessionsInit) {
    this.#init = init
    const { server } = init
    server.on('request', (request, response) => this.#onRequest(request, response))
    // Node emits it for every session that breaks; the session is destroyed by then, and nobody else is hurt
    server.on('sessionError', () => {})
  }

  open(duplex: Duplex, { whoIs, onBegun }: SessionEvents): void {
    const { server, clock, idleTimeout } = this.#init
    // in front of Node's own listener, whose code for it would read as our fault
    let session: ServerHttp2Session | undefined
    duplex.on('error', (cause: Error) => {
      session?.destroy(lostCall(cause), constants.NGHTTP2_REFUSED_STREAM)
    })
    server.once('session', (opened) => {
      session = opened
    })
    // within this call Node makes the session and announces it
    server.emit('connection', duplex)
    if (session === undefined) return

    bindCaller(session, whoIs)
    session.setLocalWindowSize(SESSION_WINDOW)
    session.once('remoteSettings', onBegun)
    this.#calls.set(session, { count: 0, idleSince: clock.now() })
    this.#watch(session, duplex, idleTimeout)
  }

  #onRequest(request: Http2ServerRequest, response: Http2ServerResponse): void {
    const { session } = request.stream
    const calls = session === undefined ? undefined : this.#calls.get(session)
    if (calls !== undefined) {
      calls.count++
      request.stream.once('close', () => {
        calls.count--
        calls.idleSince = this.#init.clock.now()
      })
    }
    try {
      this.#init.handler(request, response)
    } catch {
      // what a peer sends can make it throw (an authority that is no host), and nobody would catch it
      request.stream.close(constants.NGHTTP2_PROTOCOL_ERROR)
    }
  }

  /** Closes the session when it has been idle; armed anew until then, gone with the duplex. */
  #watch(session: ServerHttp2Session, duplex: Duplex, delay: number): void {
    const { clock, idleTimeout } = this.#init
    this.#arm(duplex, delay, () => {
      const { count, idleSince } = this.#calls.get(session) ?? { count: 0, idleSince: 0 }
      const left = count > 0 ? idleTimeout : idleSince + idleTimeout - clock.now()
      if (left > 0) {
        this.#watch(session, duplex, left)
        return
      }
      session.close()
      // one that reads nothing would not even notice
      this.#arm(duplex, CLOSE_TIMEOUT, () => duplex.destroy())
    })
  }

  /** A deadline that ends with the duplex. */
  #arm(duplex: Duplex, delay: number, callback: () => void): void {
    const cancel = this.#init.clock.after(delay, () => {
      duplex.off('close', cancel)
      callback()
    })
    duplex.once('close', cancel)
  }
}

/**
 * What a handler gets when it writes to a call whose stream is gone. The code is the one of a client that hung
 * up, which connect takes without a word on the console.
 */
function lostCall(cause: Error): Error {
  return Object.assign(new Error(cause.message, { cause }), { code: 'ECONNRESET' })
}
