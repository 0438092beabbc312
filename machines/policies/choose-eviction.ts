import { isEvictable } from './held-peer.ts'
import { protectByRatio } from './protect-by-ratio.ts'
import type { LocatedPeer } from './held-peer.ts'

/**
 * How a peer is connected: over a relay, from this machine or its local network, over a transport without
 * an IP address, or plainly.
 */
export type Road = 'relayed' | 'local' | 'other' | 'plain'

/** Roads that are slower than others, or that many peers share by no fault of theirs. */
const DISADVANTAGED: readonly Road[] = ['relayed', 'other', 'local']

/** A peer that may have to go, with what an attacker cannot have all of at once. Plain data. */
export interface EvictionCandidate extends LocatedPeer {
  /** Since when it is here: its authorization or, before that, its slot; in the clock's milliseconds. */
  readonly since: number
  /** The net group under a secret key: nobody else can tell which groups rank high. */
  readonly rank: number
  /** Round trip in milliseconds; Infinity if it was not measured. */
  readonly ping: number
  /** When the application last said that it was useful; -Infinity if never. */
  readonly usefulAt: number
  readonly road: Road
}

/** How many peers each class protects. */
export interface EvictionClasses {
  readonly groups: number
  readonly pings: number
  readonly useful: number
}

/**
 * Bitcoin Core's classes: 4 by net group, 8 by ping, 4 by transactions and 4 by blocks, which are one
 * class here, since what is useful is the application's to say.
 */
export const EVICTION_CLASSES: EvictionClasses = Object.freeze({ groups: 4, pings: 8, useful: 8 })

/** The inbound peers that Bitcoin Core has its classes for: 125 less 11 outbound ones. */
const CLASSES_ARE_FOR = 114

/** The classes for as many inbound peers as there may be: in proportion, and at least one peer each. */
export function classesFor(inboundLimit: number): EvictionClasses {
  const share = Math.min(1, inboundLimit / CLASSES_ARE_FOR)
  const scaled = (size: number): number => Math.max(1, Math.round(size * share))
  const { groups, pings, useful } = EVICTION_CLASSES
  return { groups: scaled(groups), pings: scaled(pings), useful: scaled(useful) }
}

/**
 * Who makes room for an inbound newcomer while the inbound share is full (Bitcoin Core,
 * `SelectNodeToEvict` in src/node/eviction.cpp). First those are protected that stand out by something
 * that an attacker cannot fake, each class by another thing: net groups that a secret key prefers, the
 * lowest pings, the most recent useful work, and of the rest the half that has been here for the longest.
 * Then the youngest peer of the net group with the most peers left has to go: whoever fills our slots
 * from one network evicts himself.
 *
 * Peers without a net group count as one group. Nobody whom we dialed, or whom the application trusts or
 * asked for, is ever chosen.
 *
 * @returns Undefined if everybody is protected
 */
export function chooseEviction<Peer extends EvictionCandidate>(
  held: readonly Peer[],
  classes: EvictionClasses
): Peer | undefined {
  let left = held.filter(isEvictable)
  left = withoutLast(left, classes.groups, (a, b) => a.rank - b.rank)
  left = withoutLast(left, classes.pings, (a, b) => descending(a.ping, b.ping))
  left = withoutLast(left, classes.useful, (a, b) => -descending(a.usefulAt, b.usefulAt))
  return youngestOfLargestGroup(protectByRatio(left, DISADVANTAGED))
}

/** The rest without the `count` that come last in this order; of equals, those longest here come last. */
function withoutLast<Peer extends EvictionCandidate>(
  peers: readonly Peer[],
  count: number,
  order: (a: Peer, b: Peer) => number
): Peer[] {
  const sorted = peers.toSorted((a, b) => order(a, b) || b.since - a.since)
  return sorted.slice(0, Math.max(0, sorted.length - count))
}

/** @param peers - The youngest first */
function youngestOfLargestGroup<Peer extends EvictionCandidate>(
  peers: readonly Peer[]
): Peer | undefined {
  let largest: readonly Peer[] = []
  for (const group of Map.groupBy(peers, (peer) => peer.group).values()) {
    // groups come in the order of their youngest peers: of equal ones the first has the youngest
    if (group.length > largest.length) largest = group
  }
  return largest[0]
}

/** Infinities are equal to themselves. */
// of two infinities it is no number, which decides as little as 0
const descending = (a: number, b: number): number => b - a
