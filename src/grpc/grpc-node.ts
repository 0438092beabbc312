import type { PeerLifecycle } from '../interface.ts'
import type { Libp2p, PeerId } from '@libp2p/interface'

/** What of a libp2p node gRPC uses: the lifecycle under `services.peers`, and its streams. */
export interface GrpcNode<Hello = unknown> extends Pick<
  Libp2p,
  'getConnections' | 'handle' | 'unhandle'
> {
  readonly services: {
    readonly peers: Pick<PeerLifecycle<Hello>, 'isAuthorized' | 'getPeer' | 'explain'>
  }
}

/** Who is at the other end of a call: verified, whatever the call says of itself. */
export interface Caller<Hello = unknown> {
  readonly peerId: PeerId

  /** What the handshake's `verify` made of the caller's payload, at the moment the call arrived. */
  readonly hello: Hello
}
