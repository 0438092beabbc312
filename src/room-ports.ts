import type { Clock } from './clock.ts'
import type { PeerFault } from './events.ts'
import type { PeerLifecycleOptions } from './options.ts'
import type { PeerPath, TrackedPeer } from './peers/tracked-peer.ts'
import type { PeerEvent, Priority, Reason } from '../machines/index.ts'
import type { PeerId } from '@libp2p/interface'
import type { Multiaddr } from '@multiformats/multiaddr'

/** The options with time and luck in place. */
export type RoomOptions<Hello> = PeerLifecycleOptions<Hello> & {
  readonly clock: Clock
  readonly random: () => number
}

/** What the rooms ask of the house when something happens in them. */
export interface RoomPorts {
  onMove(from: PeerPath, event: PeerEvent): void
  onSettled(peer: TrackedPeer): void
  onForgotten(peer: TrackedPeer, from: PeerPath, reason: 'stopped' | 'forgotten' | 'internal'): void
  onFault(fault: PeerFault): void
  isAwaited(peer: string): boolean
  /** The scheduler gives the peer an outbound slot. */
  grant(peer: string, session: number): void
  /** A source of discovery has found a peer. */
  onCandidate(peer: PeerId): void
  /** The peer is remembered from before the node was restarted. */
  onRemembered(peer: PeerId, priority: Priority, named: readonly Multiaddr[]): void
  /** The network, which seemed gone from that time of the clock on, is back. */
  onNetworkReturned(since: number): void
  onCarrierLost(peer: TrackedPeer): void
  /** The peer is not being left any more. */
  onLeft(peer: string): void
  /** Says goodbye to the peer and leaves it. */
  dismiss(peer: TrackedPeer, reason: Reason): void
}
