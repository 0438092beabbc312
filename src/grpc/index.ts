/**
 * gRPC over gated libp2p streams: a server handed the streams of one protocol, and a client that speaks to one
 * authorized peer. Built on connect; a grpc-js server can be served as well.
 *
 * @packageDocumentation
 */

export { callerOf, callerValues } from './caller.ts'
export { serveGrpc } from './serve.ts'
export { grpcTransport } from './transport.ts'

export type { GrpcJsCall } from './caller.ts'
export type { Caller, GrpcNode } from './grpc-node.ts'
export type {
  ConnectionInjector,
  ServedGrpc,
  ServeGrpcInit,
  ServeRoutesInit,
  ServeServerInit
} from './serve.ts'
export type { RequestHandler } from './server-sessions.ts'
export type { GrpcTransportInit, PeerTransport } from './transport.ts'
