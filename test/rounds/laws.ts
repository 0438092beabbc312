import type { PeerLifecycle } from '../../src/index.ts'

/** Paths in which a peer holds a slot. */
const HOLDING = /^(dialing|connected\.promoting|handshaking\..*|authorized)$/

/**
 * Slots = states: who holds a slot by the book, and who is in a state that needs one, both counted anew.
 * In the middle of an event a token may be on its way to its peer; when all is calm, none is.
 */
export function recount(peers: PeerLifecycle<string>, isCalm: boolean): void {
  const { slots, maxPeers } = peers.status()
  const owners = slots.map(({ peer }) => peer).toSorted()
  const holders = peers
    .getPeers()
    .filter(({ path }) => HOLDING.test(path))
    .map(({ peerId }) => peerId.toString())
    .toSorted()
  const ordinary = slots.filter(({ kind }) => !BESIDE.has(kind))
  if (ordinary.length > maxPeers)
    throw new Error(`${ordinary.length} slots of ${maxPeers} are held`)
  if (new Set(owners).size !== owners.length) throw new Error('A peer holds two slots')
  const homeless = holders.filter((peer) => !owners.includes(peer))
  if (homeless.length > 0) throw new Error(`Without a slot: ${homeless.join(', ')}`)
  if (isCalm && owners.length > holders.length) {
    const leaked = owners.filter((peer) => !holders.includes(peer))
    throw new Error(`Slots that nobody uses: ${leaked.join(', ')}`)
  }
}

/** Kinds of slots that stand beside `maxPeers`. */
const BESIDE = new Set<string>(['reserved', 'trusted', 'upgrade'])
