import { PeerNotAuthorizedError } from '../errors.ts'

/**
 * What the gate needs to know of a peer, and all it knows:
 *
 * - `authorized`: streams pass, both ways
 * - `pending`: our handshake with it is running; inbound streams are held, outbound ones refused
 * - `closed`: everything else; gated streams are refused, both ways
 */
export type Standing = 'authorized' | 'pending' | 'closed'

/** The two questions every door of the gate asks, synchronously, at the moment a stream passes. */
export interface GateRules {
  /** True if the protocol is not gated. */
  isOpen(protocol: string): boolean

  /** The standing of a peer, by the string form of its id. `closed` while the gate is not started. */
  standing(peer: string): Standing
}

/** What the gate has done since it was made. Plain numbers that only grow, except `held`. */
export interface GateCounts {
  /** Inbound streams of gated protocols that were reset without having been held. */
  refusedInbound: number

  /** Streams of gated protocols that this node tried to open and did not get. */
  refusedOutbound: number

  /** Streams that are being held at this moment. */
  readonly held: number

  /** Streams that were held and then passed on, because the peer became authorized. */
  delivered: number

  /** Streams that were held and never passed on: a no, the deadline, the remote gave up, `stop()`. */
  heldDropped: number

  /** Connections that were closed because of too many streams without a protocol. */
  flooded: number

  /** Streams that were reset because their peer ceased to be authorized. */
  revoked: number
}

/** The error for a stream that did not pass. */
export function notAuthorized(peer: string, protocols: string | string[]): PeerNotAuthorizedError {
  const names = Array.isArray(protocols) ? protocols.join(', ') : protocols
  return new PeerNotAuthorizedError(`Peer ${peer} is not authorized, ${names} is gated`)
}
