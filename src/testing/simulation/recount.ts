import { MAX_TRUSTED } from '../../../machines/index.ts'
import type { PeerLifecycle, PeerLifecycleInit } from '../../index.ts'

/** Paths in which a peer holds a slot. */
const HOLDING = /^(dialing|connected\.promoting|handshaking\..*|authorized)$/

/** How many slots there are beside `maxPeers`. */
export type Pools = Pick<PeerLifecycleInit, 'reservedSlots' | 'trustedPeers' | 'policies'>

/**
 * Slots = states: who holds a slot by the book, and who is in a state that needs one, both counted anew,
 * pool by pool. In the middle of an event a token may be on its way to its peer; when all is calm, none is.
 */
export function recount(peers: PeerLifecycle<string>, isCalm: boolean, pools: Pools = {}): void {
  const { slots, maxPeers } = peers.status()
  const limits = {
    ordinary: maxPeers,
    reserved: pools.reservedSlots ?? 0,
    // without a list they are trusted one by one, as the test goes on
    trusted: pools.trustedPeers?.length ?? MAX_TRUSTED,
    upgrade: pools.policies?.upgradeSlots ?? 0
  }
  for (const [pool, limit] of Object.entries(limits)) {
    const held = slots.filter((slot) => slot.pool === pool).length
    if (held > limit) throw new Error(`${held} ${pool} slots of ${limit} are held`)
  }
  const owners = slots.map(({ peer }) => peer)
  const holders = peers
    .getPeers()
    .filter(({ path }) => HOLDING.test(path))
    .map(({ peerId }) => peerId.toString())
  if (new Set(owners).size !== owners.length) throw new Error('A peer holds two slots')
  const homeless = holders.filter((peer) => !owners.includes(peer))
  if (homeless.length > 0) throw new Error(`Without a slot: ${homeless.join(', ')}`)
  const unused = owners.filter((peer) => !holders.includes(peer))
  if (isCalm && unused.length > 0) throw new Error(`Slots nobody uses: ${unused.join(', ')}`)
}

/** Does a peer in this path hold a slot? */
export const isHolding = (path: string): boolean => HOLDING.test(path)
