import { Http2SessionManager } from '@connectrpc/connect-node'
import { CLIENT_OPTIONS, MAX_READ_BUFFER, SESSION_WINDOW } from './http2-limits.ts'
import { assertAuthorized, openPeerStream } from './peer-stream.ts'
import { readToEnd } from './response-reader.ts'
import { StreamDuplex } from './stream-duplex.ts'
import type { PeerStreamInit } from './peer-stream.ts'
import type { ConnectError } from '@connectrpc/connect'
import type { GrpcTransportOptions } from '@connectrpc/connect-node'
import type {
  ClientHttp2Stream,
  ClientSessionOptions,
  Http2Session,
  OutgoingHttpHeaders
} from 'node:http2'

type SessionManager = NonNullable<GrpcTransportOptions['sessionManager']>
type Pings = ConstructorParameters<typeof Http2SessionManager>[1]

export interface CallSessionsInit {
  peer: PeerStreamInit
  http2: ClientSessionOptions | undefined
  pings: { [K in keyof NonNullable<Pings>]: NonNullable<Pings>[K] | undefined }
}

/**
 * The HTTP/2 sessions of a transport: one that calls are made on, and those before it that are still
 * finishing theirs. Connect's manager keeps them; here is what they run on, and the two things it does
 * not do: it asks before every call whether the peer is authorized, and gives responses a reader that works.
 */
export class CallSessions implements SessionManager {
  readonly authority = 'http://peer'
  readonly #peer: PeerStreamInit
  readonly #sessions: Http2SessionManager
  // opened by a call, gone when the stream is
  readonly #streams = new Set<StreamDuplex>()
  readonly #known = new WeakSet<Http2Session>()
  #closed: ConnectError | undefined

  constructor({ peer, http2, pings }: CallSessionsInit) {
    this.#peer = peer
    this.#sessions = new Http2SessionManager(this.authority, pings as Pings, {
      ...CLIENT_OPTIONS,
      ...http2,
      settings: { ...CLIENT_OPTIONS.settings, ...http2?.settings },
      createConnection: () => this.#connect()
    })
  }

  async request(
    method: string,
    path: string,
    headers: OutgoingHttpHeaders,
    options: Parameters<SessionManager['request']>[3]
  ): Promise<ClientHttp2Stream> {
    if (this.#closed !== undefined) throw this.#closed
    assertAuthorized(this.#peer)
    const response = await this.#sessions.request(method, path, headers, options)
    this.#widen(response.session)
    return readToEnd(response)
  }

  notifyResponseByteRead(response: ClientHttp2Stream): void {
    this.#sessions.notifyResponseByteRead(response)
  }

  async close(reason: ConnectError): Promise<void> {
    this.#closed = reason
    // not by the manager's abort(): a session that is just being connected would survive it
    for (const stream of this.#streams) stream.destroy(reason)
    await Promise.all([...this.#streams].map(ended))
  }

  #connect(): StreamDuplex {
    const { clock } = this.#peer
    const duplex = new StreamDuplex({
      stream: async (signal) => openPeerStream(this.#peer, signal),
      maxReadBufferLength: MAX_READ_BUFFER,
      outlives: true,
      clock
    })
    this.#streams.add(duplex)
    duplex.once('close', () => this.#streams.delete(duplex))
    return duplex
  }

  /** The window of all calls together is no setting: it is opened by hand, once. */
  #widen(session: Http2Session | undefined): void {
    if (session === undefined || this.#known.has(session)) return
    this.#known.add(session)
    session.setLocalWindowSize(SESSION_WINDOW)
  }
}

async function ended(duplex: StreamDuplex): Promise<void> {
  if (duplex.closed) return
  await new Promise((resolve) => duplex.once('close', resolve))
}
