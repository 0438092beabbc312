/**
 * Every "no" in the library is one of these words: the same word in an event, a log line, a metric, an
 * error, the documentation and, where it has a code, on the wire.
 */

/** Words with a code on the wire, in the order of their codes (REJECT and GOODBYE share the list). */
export const WIRE_REASONS = [
  'incompatible',
  'unsupported-version',
  'too-many-peers',
  'authentication-failed',
  'protocol-violation',
  'timeout',
  'banned',
  'not-allowed',
  'self',
  'refused',
  'internal',
  'shutting-down',
  'requested',
  'idle',
  'evicted',
  'busy'
] as const

/** Words that never leave this node: what happened to us, or why the scheduler did not choose a peer. */
export const LOCAL_REASONS = [
  'dial-failed',
  'no-address',
  'unsupported-protocol',
  'stream-closed',
  'connection-closed',
  'restarted',
  'aborted',
  'stopped',
  'forgotten',
  'cooling-down',
  'share-full',
  'subnet-full',
  'queue-full',
  'filtered',
  'dial-limit',
  'offline',
  'not-wanted',
  'in-progress'
] as const

/** A reason that can be said to a peer, in REJECT or GOODBYE. */
export type WireReason = (typeof WIRE_REASONS)[number]

/** Any reason for any "no". */
export type Reason = WireReason | (typeof LOCAL_REASONS)[number]

/** Who said no: this node, the remote peer, or neither (the network between them). */
export type Side = 'local' | 'remote' | 'network'

/** The wire code of a word: 1 to 16. */
export function codeOf(reason: WireReason): number {
  return WIRE_REASONS.indexOf(reason) + 1
}

/** The word of a wire code. A code that is not in the list, of a later version say, is `refused`. */
export function reasonOf(code: number): WireReason {
  return WIRE_REASONS[code - 1] ?? 'refused'
}

/** What a peer is told of a word: the word itself or, of one that never leaves this node, what it comes to. */
export function wordFor(reason: Reason): WireReason {
  if (reason === 'subnet-full' || reason === 'share-full') return 'too-many-peers'
  return isWireReason(reason) ? reason : 'refused'
}

/** True if the word has a wire code, so that it may be said to a peer. */
export function isWireReason(reason: string): reason is WireReason {
  return (WIRE_REASONS as readonly string[]).includes(reason)
}
