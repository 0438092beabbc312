import { isHolding, recount } from '../simulation/recount.ts'
import type { Pools } from '../simulation/recount.ts'
import type { Life } from './life.ts'
import type { Complaint } from './life.ts'
import type { PeerId } from '@libp2p/interface'

/** Does the node keep its laws, now that all is calm? Only what can have changed is looked at. */
export function census(
  life: Life,
  now: number,
  complain: Complaint,
  idOf: (key: string) => PeerId
): void {
  const { node, holding, authorized, bans } = life
  const { peers } = node
  const { slots, maxPeers, limits, slotsByKind } = peers.status()
  const owners = new Set<string>()
  for (const { peer } of slots) {
    if (owners.has(peer)) complain('slot', 'it holds two slots', peer)
    owners.add(peer)
    const path = peers.getPeer(idOf(peer))?.path
    if (path === undefined || !isHolding(path)) {
      complain('slot', `it holds a slot that it does not use: it is ${path ?? 'forgotten'}`, peer)
    }
  }
  for (const peer of holding) {
    if (!owners.has(peer)) complain('slot', 'it needs a slot, and holds none', peer)
  }
  for (const peer of authorized) {
    if (!holding.has(peer)) complain('cause', 'it is authorized, and has left that state', peer)
  }
  const ordinary = slots.filter(({ pool }) => pool === 'ordinary').length
  if (ordinary > maxPeers) complain('capacity', `${ordinary} of ${maxPeers} slots are held`)
  for (const kind of ['discovered', 'inbound'] as const) {
    if (slotsByKind[kind] > limits.slots[kind]) {
      complain('capacity', `${slotsByKind[kind]} ${kind} peers of ${limits.slots[kind]}`)
    }
  }
  for (const peer of authorized) {
    const isThere = node.connections.some(
      ({ remotePeer, status }) => status === 'open' && remotePeer.toString() === peer
    )
    if (!isThere) complain('connection', 'it is authorized without a connection', peer)
  }
  for (const [peer, until] of bans) {
    if (until <= now) bans.delete(peer)
    else if (owners.has(peer)) complain('one predicate', 'it is banned, and has a slot', peer)
  }
}

/** Everything, counted anew from what the node says of every peer. */
export function fullCensus(life: Life, pools: Pools, complain: Complaint): void {
  const { node, authorized } = life
  try {
    recount(node.peers, true, pools)
  } catch (error) {
    complain('slot', (error as Error).message)
  }
  const said = node.peers.getPeers({ state: 'authorized' }).map(({ peerId }) => peerId.toString())
  if (said.length !== authorized.size || said.some((peer) => !authorized.has(peer))) {
    complain('cause', `${said.length} are authorized, ${authorized.size} were announced`)
  }
}
