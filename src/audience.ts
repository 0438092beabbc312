import type { PeerFault } from './events.ts'
import type { PeerPath, TrackedPeer } from './peers/tracked-peer.ts'
import type { PeerEvent, Reason } from '../machines/index.ts'

/** Who is told of what happens here. */
export interface Audience {
  /** An event was delivered to the peer and all that follows is done; `from` is where it was before. */
  onSettled(peer: TrackedPeer, from: PeerPath, event: PeerEvent): void
  /** The peer is tracked no more. */
  onForgotten(peer: TrackedPeer, from: PeerPath, reason: Reason): void
  onFault(fault: PeerFault): void
  isAwaited(peer: string): boolean
}
