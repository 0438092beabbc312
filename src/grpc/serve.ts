import { createServer } from 'node:http2'
import { InvalidOptionsError } from '../errors.ts'
import { realClock } from '../real-clock.ts'
import { connectHandler } from './connect-handler.ts'
import { maxReadBufferOf, SERVER_OPTIONS, SESSION_WINDOW } from './http2-limits.ts'
import { above0, protocolId } from './option-values.ts'
import { InjectedSessions, OwnSessions } from './server-sessions.ts'
import { ServedStreams } from './served-streams.ts'
import type { Clock } from '../clock.ts'
import type { ConnectHandlerInit } from './connect-handler.ts'
import type { GrpcNode } from './grpc-node.ts'
import type { RequestHandler, Sessions } from './server-sessions.ts'
import type { ServerOptions } from 'node:http2'
import type { Duplex } from 'node:stream'

/** What `createConnectionInjector()` of grpc-js gives. */
export interface ConnectionInjector {
  injectConnection(connection: Duplex): void
}

interface ServeInit {
  /** The gated protocol under which gRPC is served, such as `/mychain/grpc/1.0.0`. */
  protocol: string

  /**
   * Streams of one peer that are served at once; a further one is reset. A client uses one.
   *
   * @default 4
   */
  maxStreamsPerPeer?: number

  /**
   * Milliseconds in which a peer that has opened a stream must have begun to speak HTTP/2.
   *
   * @default 10000
   */
  openTimeout?: number

  /**
   * Milliseconds without a call after which a stream is closed; only with `routes` or a request handler,
   * because grpc-js has an option for it. Connect's clients leave after 15 minutes.
   *
   * @default 1200000
   */
  idleTimeout?: number

  /**
   * Bytes of all calls of a stream that a peer may send before they are read. With grpc-js: not less than its option
   * `grpc-node.flow_control_window`, or a stream that rests may be reset.
   *
   * @default 4194304
   */
  sessionWindow?: number

  /**
   * Options of Node's HTTP/2 server on top of the library's own, which are safe against peers that mean no good.
   * Only with `routes` or a request handler; grpc-js makes its server itself.
   */
  http2?: ServerOptions

  /**
   * True to serve on connections of limited time and bytes, such as relayed ones.
   *
   * @default false
   */
  runOnLimitedConnection?: boolean

  /** @default real time */
  clock?: Clock
}

/** Services that connect serves: the road for most. */
export interface ServeRoutesInit extends ServeInit, ConnectHandlerInit {}

/** A server that is there already: its limits are its own affair. */
export interface ServeServerInit extends ServeInit {
  /**
   * A handler for Node's HTTP/2 requests, such as `connectNodeAdapter()` gives (with `contextValues: callerValues` if
   * it asks `callerOf`), or what `createConnectionInjector()` of a grpc-js server gives.
   */
  server: RequestHandler | ConnectionInjector
}

export type ServeGrpcInit = ServeRoutesInit | ServeServerInit

/** gRPC that is being served. */
export interface ServedGrpc {
  /** Streams that are open at this moment. */
  readonly streams: number

  /**
   * Takes no stream any more and resets those that are open: calls under way end `unavailable`. Resolves
   * when none is left. The server itself, if one was given, is the application's to stop.
   */
  close(): Promise<void>
}

/**
 * Serves gRPC to authorized peers over streams of a gated protocol. Resolves when the protocol is registered.
 *
 * When a peer is deauthorized, its calls end in the same moment: for the caller with `unavailable`, in the handler
 * with a `context.signal` whose reason is `unavailable` (with grpc-js: `cancelled`).
 *
 * @throws InvalidOptionsError if it is not clear what shall be served and where, or a number is out of range
 *
 * @example
 *
 * ```ts
 * const served = await serveGrpc(node, {
 *   protocol: '/mychain/grpc/1.0.0',
 *   routes: (router) => router.service(Status, {
 *     get: (_, context) => ({ height, chain: callerOf<ChainHello>(context).hello.chainId })
 *   })
 * })
 * ```
 */
export async function serveGrpc(node: GrpcNode, init: ServeGrpcInit): Promise<ServedGrpc> {
  const { runOnLimitedConnection = false, clock = realClock() } = init
  const protocol = protocolId(init.protocol)
  const served = new ServedStreams({
    node,
    clock,
    sessions: sessionsOf(init, clock),
    maxStreamsPerPeer: above0('maxStreamsPerPeer', init.maxStreamsPerPeer, 4),
    openTimeout: above0('openTimeout', init.openTimeout, 10_000),
    maxReadBufferLength: maxReadBufferOf(
      above0('sessionWindow', init.sessionWindow, SESSION_WINDOW)
    )
  })
  await node.handle(protocol, (stream, connection) => served.accept(stream, connection), {
    runOnLimitedConnection
  })
  return {
    get streams() {
      return served.size
    },
    close: async () => {
      await node.unhandle(protocol)
      await served.close()
    }
  }
}

function sessionsOf(init: ServeGrpcInit, clock: Clock): Sessions {
  const isRoutes = 'routes' in init
  if (isRoutes === 'server' in init) {
    throw new InvalidOptionsError(
      'Expected either routes or server, what gRPC shall be served with'
    )
  }
  if (!isRoutes && typeof init.server !== 'function') return new InjectedSessions(init.server)
  const handler = isRoutes ? connectHandler(init) : (init.server as RequestHandler)
  const settings = { ...SERVER_OPTIONS.settings, ...init.http2?.settings }
  return new OwnSessions({
    server: createServer({ ...SERVER_OPTIONS, ...init.http2, settings }),
    handler,
    window: above0('sessionWindow', init.sessionWindow, SESSION_WINDOW),
    idleTimeout: above0('idleTimeout', init.idleTimeout, 20 * 60_000),
    clock
  })
}
