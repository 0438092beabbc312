import { StreamDuplex } from './stream-duplex.ts'
import { StreamLostError } from './stream-lost-error.ts'
import type { Caller, GrpcNode } from './grpc-node.ts'
import type { Sessions } from './server-sessions.ts'
import type { Clock } from '../clock.ts'
import type { Connection, PeerId, Stream } from '@libp2p/interface'

export interface ServedStreamsInit {
  node: GrpcNode
  sessions: Sessions
  maxStreamsPerPeer: number
  openTimeout: number
  maxReadBufferLength: number
  clock: Clock
}

/**
 * The streams on which gRPC is served, by peer. A stream is in here from its arrival to its end, whatever
 * becomes of the HTTP/2 session on it; so the count bounds what a peer can make us keep.
 */
export class ServedStreams {
  readonly #init: ServedStreamsInit
  readonly #byPeer = new Map<string, Set<StreamDuplex>>()
  #isClosed = false

  constructor(init: ServedStreamsInit) {
    this.#init = init
  }

  get size(): number {
    let size = 0
    for (const streams of this.#byPeer.values()) size += streams.size
    return size
  }

  /** Serves an inbound stream, or resets it. */
  accept(stream: Stream, connection: Connection): void {
    const { node, maxStreamsPerPeer } = this.#init
    const peerId = connection.remotePeer
    const refusal = this.#isClosed
      ? 'gRPC is not served any more'
      : // the gate has asked, unless the application has put the protocol among the open ones
        !node.services.peers.isAuthorized(peerId)
        ? 'The peer is not authorized'
        : (this.#byPeer.get(peerId.toString())?.size ?? 0) >= maxStreamsPerPeer
          ? 'The peer has too many streams'
          : undefined
    if (refusal === undefined) this.#serve(stream, peerId)
    else stream.abort(new StreamLostError(refusal))
  }

  /** Ends every stream, and takes no more. Resolves when all are gone. */
  async close(): Promise<void> {
    this.#isClosed = true
    const streams = [...this.#byPeer.values()].flatMap((ofPeer) => [...ofPeer])
    await Promise.all(
      streams.map(async (duplex) => {
        duplex.destroy(new StreamLostError('gRPC is not served any more'))
        await duplex.ended
      })
    )
  }

  #serve(stream: Stream, peerId: PeerId): void {
    const { sessions, clock, openTimeout, maxReadBufferLength } = this.#init
    const duplex = new StreamDuplex({ stream, maxReadBufferLength, clock })
    const cancelDeadline = clock.after(openTimeout, () => {
      duplex.destroy(new StreamLostError('The peer did not begin to speak HTTP/2'))
    })
    this.#add(peerId.toString(), duplex)
    duplex.once('close', () => {
      cancelDeadline()
      this.#delete(peerId.toString(), duplex)
    })
    sessions.open(duplex, { whoIs: () => this.#callerAt(peerId), onBegun: cancelDeadline })
  }

  // read at the moment of the call, and never of a peer that is not authorized: its stream is gone
  #callerAt(peerId: PeerId): Caller {
    return { peerId, hello: this.#init.node.services.peers.getPeer(peerId)?.hello }
  }

  #add(peer: string, duplex: StreamDuplex): void {
    const streams = this.#byPeer.get(peer)
    if (streams === undefined) this.#byPeer.set(peer, new Set([duplex]))
    else streams.add(duplex)
  }

  #delete(peer: string, duplex: StreamDuplex): void {
    const streams = this.#byPeer.get(peer)
    if (streams?.delete(duplex) === true && streams.size === 0) this.#byPeer.delete(peer)
  }
}
