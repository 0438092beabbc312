import { PeerWalk } from './peer-walk.ts'
import type { ExplorePeersOptions, PeerExploration } from './peer-options.ts'

/**
 * Goes through everything that can happen between this node and so many peers, breadth first, with every
 * outcome that a dial, a handshake, a peer or the application may bring in any state, double answers and
 * those of earlier sessions included. Charts, slots, dial plan and scheduler are the production ones; peers
 * are told apart by what happened to them and not by who they are.
 *
 * After every step, when all is quiet, each law is recounted: a slot is held if and only if the state of the
 * peer needs one; no more slots are held than there are; nobody waits for a slot that is free; every state
 * that waits has its deadline armed; the gate is open for authorized peers only; an answer of an earlier
 * session changes nothing; nothing is left of a forgotten peer.
 *
 * Takes no time of any clock and draws no luck: the same options, the same exploration. Synchronous; a
 * million states take some ten seconds.
 *
 * @throws {RangeError} if there are no peers or more than eight, or no slots
 */
export function explorePeers(options: ExplorePeersOptions = {}): PeerExploration {
  return new PeerWalk(options).walk()
}
