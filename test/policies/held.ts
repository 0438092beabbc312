import type { EvictionCandidate } from '../../machines/policies/choose-eviction.ts'

/** A peer with a slot: an inbound one, authorized, of nobody's net group, unless it is told otherwise. */
export function held(init: Partial<EvictionCandidate> & { peer: string }): EvictionCandidate {
  sessions++
  return {
    session: sessions,
    kind: 'inbound',
    authorizedAt: 0,
    isKept: false,
    group: undefined,
    since: init.authorizedAt ?? 0,
    rank: 0,
    ping: Infinity,
    usefulAt: -Infinity,
    road: 'plain',
    ...init
  }
}

let sessions = 0

export const names = (peers: readonly { peer: string }[]): string[] => peers.map(({ peer }) => peer)
