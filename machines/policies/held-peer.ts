import type { SlotKind } from '../slots.ts'

/** A peer with a slot, as the policies see it. Plain data. */
export interface HeldPeer {
  readonly peer: string
  /** The session that holds the slot. Of two, the greater number is the younger slot. */
  readonly session: number
  readonly kind: SlotKind
  /** When both sides accepted, in the clock's milliseconds; undefined before that. */
  readonly authorizedAt: number | undefined
  /**
   * Asked for by the application itself, whoever opened the connection: no policy ever takes its slot. Nor
   * that of a trusted peer, which is of a kind of its own.
   */
  readonly isKept: boolean
}

/** A peer with a slot, and the network it is in. */
export interface LocatedPeer extends HeldPeer {
  /** The net group of its address; undefined if it has none: local, relayed, or no IP address at all. */
  readonly group: string | undefined
}

/** May a policy take the slot of this peer for one that came to us? Only of one that came itself. */
export function isEvictable({ kind, isKept }: HeldPeer): boolean {
  return kind === 'inbound' && !isKept
}

/** Sorts the peer that came last to the front: one whose handshake is under way is younger than any other. */
export function byYouth(a: HeldPeer, b: HeldPeer): number {
  const difference = (b.authorizedAt ?? Infinity) - (a.authorizedAt ?? Infinity)
  // two handshakes under way: the difference of two infinities is no number
  return difference || b.session - a.session
}
