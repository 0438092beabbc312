import type { HeldPeer } from './held-peer.ts'

/** Nobody is dropped within the first 10 minutes: time to show what a peer is worth (go-ethereum). */
export const CHURN_PROTECTION = 600_000

/** How much earlier or later than the interval: go-ethereum draws from 3 to 7 minutes. */
const CHURN_JITTER = 0.4

export interface ChurnWorld {
  /** The clock's milliseconds. */
  readonly now: number
  /** Do discovered peers fill their share of the slots? */
  readonly isDiscoveredFull: boolean
  /** Do inbound peers fill theirs? */
  readonly isInboundFull: boolean
  /** In [0, 1). */
  readonly luck: number
}

/**
 * Who leaves so that the network mixes: one peer at random, out of a share of the slots that is full
 * (go-ethereum, `dropRandomPeer` in eth/dropper.go). Nobody whom the application trusts or asked for,
 * and nobody who has only just come.
 */
export function chooseChurn<Peer extends HeldPeer>(
  held: readonly Peer[],
  { now, isDiscoveredFull, isInboundFull, luck }: ChurnWorld
): Peer | undefined {
  const droppable = held.filter(
    ({ kind, authorizedAt, isKept }) =>
      !isKept &&
      ((kind === 'discovered' && isDiscoveredFull) || (kind === 'inbound' && isInboundFull)) &&
      authorizedAt !== undefined &&
      now - authorizedAt >= CHURN_PROTECTION
  )
  return droppable[Math.floor(luck * droppable.length)]
}

/** Milliseconds until somebody leaves next: the interval, give or take 40 %. */
export function churnDelay(interval: number, luck: number): number {
  return interval * (1 - CHURN_JITTER + 2 * CHURN_JITTER * luck)
}
