import { callerOf } from '../../src/grpc/index.ts'
import type { GrpcNode } from '../../src/grpc/index.ts'
import type { Interceptor } from '@connectrpc/connect'
import type { Connection, PeerId, Stream, StreamHandler } from '@libp2p/interface'

/** What passed between gRPC on this node and one peer. */
export interface Traffic {
  streams: number
  /** Bytes, in and out. */
  received: number
  sent: number
  /** Calls that reached a handler here. */
  calls: number
}

/**
 * Stands between libp2p and gRPC, and counts what passes, peer by peer. An application needs nothing like it: it is
 * here so that the example can say what did not pass, and be wrong about it.
 */
export class Witness implements GrpcNode {
  readonly #node: GrpcNode
  readonly #traffic = new Map<string, Traffic>()

  constructor(node: GrpcNode) {
    this.#node = node
  }

  /** By peer id. */
  get traffic(): Record<string, Traffic> {
    return Object.fromEntries(this.#traffic)
  }

  /** Counts the calls; to be handed to the server. */
  readonly countCalls: Interceptor = (next) => async (request) => {
    const { peerId } = callerOf({ values: request.contextValues })
    this.#of(peerId).calls++
    return next(request)
  }

  get services(): GrpcNode['services'] {
    return this.#node.services
  }

  readonly handle: GrpcNode['handle'] = async (protocols, handler, options) => {
    const watched: StreamHandler = (stream, connection) => {
      this.#watch(stream, connection.remotePeer)
      return handler(stream, connection)
    }
    await this.#node.handle(protocols, watched, options)
  }

  readonly unhandle: GrpcNode['unhandle'] = async (protocols, options) =>
    this.#node.unhandle(protocols, options)

  readonly getConnections: GrpcNode['getConnections'] = (peer) =>
    this.#node.getConnections(peer).map((connection) => this.#watched(connection))

  #watched(connection: Connection): Connection {
    const newStream: Connection['newStream'] = async (protocols, options) => {
      const stream = await connection.newStream(protocols, options)
      this.#watch(stream, connection.remotePeer)
      return stream
    }
    return new Proxy(connection, {
      get: (target, name) => (name === 'newStream' ? newStream : Reflect.get(target, name))
    })
  }

  #watch(stream: Stream, peer: PeerId): void {
    const traffic = this.#of(peer)
    traffic.streams++
    const send = stream.send.bind(stream)
    stream.send = (data) => {
      traffic.sent += data.byteLength
      return send(data)
    }
    // not before somebody reads: libp2p gives what has come to the first listener there is
    const listen = stream.addEventListener.bind(stream)
    stream.addEventListener = (...args: Parameters<typeof listen>) => {
      if (args[0] === 'message') {
        stream.addEventListener = listen
        listen('message', ({ data }) => (traffic.received += data.byteLength))
      }
      listen(...args)
    }
  }

  #of(peer: PeerId): Traffic {
    const traffic = this.#traffic.get(peer.toString()) ?? {
      streams: 0,
      received: 0,
      sent: 0,
      calls: 0
    }
    this.#traffic.set(peer.toString(), traffic)
    return traffic
  }
}
