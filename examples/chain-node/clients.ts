import { createClient } from '@connectrpc/connect'
import { grpcTransport } from '../../src/grpc/index.ts'
import { GRPC_PROTOCOL } from './libp2p.ts'
import { ChainService } from './wire/chain_pb.js'
import type { GrpcNode, PeerTransport } from '../../src/grpc/index.ts'
import type { Client } from '@connectrpc/connect'
import type { PeerId } from '@libp2p/interface'

export type ChainClient = Client<typeof ChainService>

/** A client for every peer that was called, and one stream under all calls to it. */
export class Clients {
  readonly #node: GrpcNode
  /** By peer (first call -> forget | close). */
  readonly #open = new Map<string, { client: ChainClient; transport: PeerTransport }>()

  constructor(node: GrpcNode) {
    this.#node = node
  }

  /** Costs nothing: a peer that is not authorized is refused by the first call, before anything is sent. */
  of(peer: PeerId): ChainClient {
    const open = this.#open.get(peer.toString())
    if (open !== undefined) return open.client
    const transport = grpcTransport(this.#node, peer, { protocol: GRPC_PROTOCOL })
    const client = createClient(ChainService, transport)
    this.#open.set(peer.toString(), { client, transport })
    return client
  }

  /** The peer has gone. */
  async forget(peer: PeerId): Promise<void> {
    const open = this.#open.get(peer.toString())
    this.#open.delete(peer.toString())
    await open?.transport.close()
  }

  async close(): Promise<void> {
    const open = [...this.#open.values()]
    this.#open.clear()
    await Promise.all(open.map(async ({ transport }) => transport.close()))
  }
}
