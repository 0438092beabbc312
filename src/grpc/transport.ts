import { Code, ConnectError } from '@connectrpc/connect'
import { createGrpcTransport } from '@connectrpc/connect-node'
import { realClock } from '../real-clock.ts'
import { CallSessions } from './call-sessions.ts'
import { MAX_MESSAGE, SESSION_WINDOW } from './http2-limits.ts'
import { above0, protocolId } from './option-values.ts'
import type { GrpcNode } from './grpc-node.ts'
import type { Clock } from '../clock.ts'
import type { Transport } from '@connectrpc/connect'
import type { GrpcTransportOptions } from '@connectrpc/connect-node'
import type { PeerId } from '@libp2p/interface'
import type { ClientSessionOptions } from 'node:http2'

/** As long as connect's own. */
const IDLE_TIMEOUT = 15 * 60_000

/** Options of `grpcTransport`: connect's own, without those that a stream has no use for. */
export interface GrpcTransportInit extends Omit<
  GrpcTransportOptions,
  | 'baseUrl'
  | 'nodeOptions'
  | 'sessionManager'
  | 'pingIntervalMs'
  | 'pingIdleConnection'
  | 'pingTimeoutMs'
  | 'idleConnectionTimeoutMs'
> {
  /** The gated protocol under which the peer serves gRPC, such as `/mychain/grpc/1.0.0`. */
  protocol: string

  /**
   * Bytes of the longest message that is taken.
   *
   * @default 16777216
   */
  readMaxBytes?: number

  /**
   * Compressions that responses may have. None, because compressing costs more than sending here.
   *
   * @default []
   */
  acceptCompression?: GrpcTransportOptions['acceptCompression'] & {}

  /**
   * Bytes of all calls that the peer may send before they are read.
   *
   * @default 4194304
   */
  sessionWindow?: number

  /**
   * Milliseconds without a call after which the stream is closed; the next call opens another.
   *
   * @default 900000
   */
  idleTimeout?: number

  /**
   * Options of Node's HTTP/2 client, on top of the library's own.
   *
   * @default a window of 2 MiB a call, and limits of what the peer may make us store
   */
  http2?: ClientSessionOptions

  /**
   * True if calls may be made over a connection of limited time and bytes, such as a relayed one.
   *
   * @default false
   */
  runOnLimitedConnection?: boolean

  /** @default real time */
  clock?: Clock
}

/** A connect transport to one peer. */
export interface PeerTransport extends Transport {
  /** Ends the calls that are under way, `canceled`, and every later one. Resolves when no stream is left. */
  close(): Promise<void>
}

/**
 * A transport for connect's `createClient` that carries every call to one peer over one stream of a gated
 * protocol. The stream is opened with the first call, and anew when it was lost: a transport outlives
 * connections. It dials nobody; `peers.connect()` and the scheduler do.
 *
 * How a call fails:
 * - `permission_denied`: the peer is not authorized, because somebody said no; `unauthenticated`: because there
 *   was no handshake with it yet, or since. Nothing was sent
 * - `unavailable`: the stream was lost in mid-call: the peer was deauthorized, by either side, or has gone
 * - `unimplemented`: the peer does not serve the protocol, or the method
 *
 * @throws InvalidOptionsError if an option is not what it ought to be
 *
 * @example
 *
 * ```ts
 * const transport = grpcTransport(node, peerId, { protocol: '/mychain/grpc/1.0.0' })
 * const { height } = await createClient(Status, transport).get({})
 * ```
 */
export function grpcTransport(
  node: GrpcNode,
  peerId: PeerId,
  init: GrpcTransportInit
): PeerTransport {
  const { protocol, http2, sessionWindow, idleTimeout, ...rest } = init
  const { runOnLimitedConnection = false, clock = realClock(), ...options } = rest
  const sessions = new CallSessions({
    peer: { node, peerId, protocol: protocolId(protocol), clock, runOnLimitedConnection },
    http2,
    window: above0('sessionWindow', sessionWindow, SESSION_WINDOW),
    idleTimeout: above0('idleTimeout', idleTimeout, IDLE_TIMEOUT)
  })
  const transport = createGrpcTransport({
    readMaxBytes: MAX_MESSAGE,
    acceptCompression: [],
    ...options,
    baseUrl: sessions.authority,
    sessionManager: sessions
  })
  return Object.assign(transport, {
    close: async () => sessions.close(new ConnectError('The transport is closed', Code.Canceled))
  })
}
