import { byYouth, isEvictable } from './held-peer.ts'
import type { HeldPeer } from './held-peer.ts'

/**
 * Who makes room for a peer that the application asked for, although every slot is taken. Chosen before
 * the dial and reserved for it, so that no two dials ever count on one victim (Tendermint 0.35,
 * `findUpgradeCandidate` in internal/p2p/peermanager.go, and its issue 5936).
 *
 * Tendermint takes the peer with the lowest score; without scores the one that has been here for the
 * shortest time is worth least. Never one that we dialed, or that the application trusts or asked for.
 *
 * @param reserved - Sessions that other dials count on
 */
export function chooseVictim<Peer extends HeldPeer>(
  held: readonly Peer[],
  reserved: ReadonlySet<number>
): Peer | undefined {
  return held
    .filter((peer) => isEvictable(peer) && !reserved.has(peer.session))
    .toSorted(byYouth)[0]
}
