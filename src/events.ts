import type { PeerEvent, Reason, Side } from '../machines/index.ts'
import type { PeerPath, PeerState } from './peers/tracked-peer.ts'
import type { PeerId } from '@libp2p/interface'

/** A peer that is authorized: what `connect()` resolves with. */
export interface AuthorizedPeer<Hello = unknown> {
  readonly peerId: PeerId
  /** What `verify` made of the peer's payload. */
  readonly hello: Hello
  /** Whose wish it was: `outbound` if our scheduler chose the peer, whoever opened the connection. */
  readonly direction: 'inbound' | 'outbound'
  /** Epoch milliseconds. */
  readonly since: number
}

/** A peer has moved from one of the six words to another. Plain data. */
export interface PeerTransition {
  /** The peer's id as text. */
  readonly peer: string
  readonly from: PeerState
  readonly to: PeerState
  /** The states with their detail, such as `connected.queued`. */
  readonly fromPath: PeerPath
  readonly toPath: PeerPath
  /** What happened. */
  readonly event: PeerEvent['type']
  /** The word, if it was a "no"; the event's name otherwise. */
  readonly reason: Reason | PeerEvent['type']
  readonly by?: Side
  readonly detail?: string
}

/** A peer was said no to, or said no. */
export interface PeerRejection {
  readonly peer: string
  readonly peerId: PeerId
  readonly reason: Reason
  readonly by: Side
  readonly detail?: string
  /** Epoch milliseconds from which the scheduler considers the peer again; Infinity if never. */
  readonly retryAt: number
}

/** A peer is not authorized any more. Application streams with it have been reset. */
export interface PeerDeauthorization {
  readonly peer: string
  readonly peerId: PeerId
  readonly reason: Reason
  readonly by: Side
  readonly detail?: string
}

/**
 * The application's own code failed: a function of its handshake, a listener, an observer. Contained, told
 * once; of an observer that goes on failing once a minute.
 */
export interface PeerFault {
  /** The peer it was about, if it was about one. */
  readonly peer?: string
  readonly source:
    | 'hello'
    | 'verify'
    | 'prove'
    | 'verifyProof'
    | 'subscribe'
    | 'filter'
    | 'listener'
    | 'machine'
    | 'addressOf'
    | 'inspect'
  readonly error: unknown
}

export interface PeerLifecycleEvents<Hello = unknown> {
  /** Every change between the six words, with its cause. */
  'peer:transition': CustomEvent<PeerTransition>
  /** Both sides accepted: application streams pass from now on. */
  'peer:authorized': CustomEvent<AuthorizedPeer<Hello> & { readonly peer: string }>
  'peer:rejected': CustomEvent<PeerRejection>
  'peer:deauthorized': CustomEvent<PeerDeauthorization>
  'peer:fault': CustomEvent<PeerFault>
}

declare module '@libp2p/interface' {
  // the mirrored events, so that `node.addEventListener('peer:authorized', ...)` is typed
  interface Libp2pEvents {
    'peer:transition': CustomEvent<PeerTransition>
    'peer:authorized': CustomEvent<AuthorizedPeer & { readonly peer: string }>
    'peer:rejected': CustomEvent<PeerRejection>
    'peer:deauthorized': CustomEvent<PeerDeauthorization>
  }
}
