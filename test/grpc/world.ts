import { createClient } from '@connectrpc/connect'
import { onTestFinished } from 'vitest'
import { grpcTransport, serveGrpc } from '../../src/grpc/index.ts'
import { authorize, ourNode, PREFIX, SOCKETS } from '../network/nodes.ts'
import { EchoService } from './echo-service.ts'
import { Echo } from './wire/echo_pb.js'
import type { GrpcTransportInit, PeerTransport, ServedGrpc } from '../../src/grpc/index.ts'
import type { ServeRoutesInit, ServeServerInit } from '../../src/grpc/index.ts'
import type { PeerLifecycleInit } from '../../src/index.ts'
import type { OurNode } from '../network/nodes.ts'
import type { Client } from '@connectrpc/connect'
import type { PeerId } from '@libp2p/interface'

/** The gated protocol under which the tests serve gRPC. */
export const GRPC = `${PREFIX}/grpc/1.0.0`

/** Two nodes that are authorized: one serves, the other calls. */
export interface World {
  readonly server: OurNode
  readonly client: OurNode
  readonly service: EchoService
  readonly served: ServedGrpc
  readonly transport: PeerTransport
  readonly echo: Client<typeof Echo>
}

export interface WorldInit {
  /** Without `server`: the echo service is served. */
  serve?: Partial<ServeRoutesInit> | Omit<ServeServerInit, 'protocol'>
  call?: Partial<GrpcTransportInit>
  peers?: Partial<PeerLifecycleInit>
}

export async function world({ serve, call, peers }: WorldInit = {}): Promise<World> {
  const [server, client] = await Promise.all([ourNode(peers, SOCKETS), ourNode(peers, SOCKETS)])
  const service = new EchoService()
  const served = await serveGrpc(
    server,
    serve !== undefined && 'server' in serve
      ? { protocol: GRPC, ...serve }
      : { protocol: GRPC, routes: service.routes, ...serve }
  )
  await authorize(client, server)
  return { server, client, service, served, ...callTo(client, server, call) }
}

/** A client of one node that calls another. */
export function callTo(
  client: OurNode,
  server: { peerId: PeerId },
  init: Partial<GrpcTransportInit> = {}
): Pick<World, 'transport' | 'echo'> {
  const transport = grpcTransport(client, server.peerId, { protocol: GRPC, ...init })
  onTestFinished(async () => transport.close())
  return { transport, echo: createClient(Echo, transport) }
}

/** The open streams of gRPC that a node has, by the status of each. */
export function streamsOf(node: OurNode): string[] {
  return node
    .getConnections()
    .flatMap(({ streams }) => streams)
    .filter(({ protocol }) => protocol === GRPC)
    .map(({ direction, status }) => `${direction} ${status}`)
}
