import type { DeedPorts } from './deed-ports.ts'
import type { Resident } from './resident.ts'

/** Milliseconds after which two that met must be authorized: the deadline of one handshake. */
const MET = 5_000

/** Slots that both must have, so that others who come at the same moment change nothing. */
const ROOM = 3

/**
 * Two nodes ask for each other at the same moment, which crosses their dials and handshakes. If nothing
 * stands between them and nothing disturbs them, both are authorized soon.
 */
export function meet(a: Resident, b: Resident, { clock, links, complain }: DeedPorts): void {
  const lives = [a.life, b.life]
  const isFree = isOpenTo(a, b) && isOpenTo(b, a) && links.isOpen(a, b) && links.isOpen(b, a)
  a.life?.node.peers.enqueue(b.dialable)
  b.life?.node.peers.enqueue(a.dialable)
  if (!isFree) return
  const began = clock.now()
  clock.after(MET, () => {
    if (a.life !== lives[0] || b.life !== lives[1]) return
    if (a.disturbedAt >= began || b.disturbedAt >= began || !links.isOpen(a, b)) return
    if (a.authorizes(b) && b.authorizes(a)) return
    complain(a, 'liveness', 'they met undisturbed, and are not authorized', b.key)
  })
}

/** Is there room for the other, and nothing against it? */
function isOpenTo({ life, isWell }: Resident, other: Resident): boolean {
  if (life === undefined || !isWell) return false
  const { peers } = life.node
  const { slots, maxPeers, mode } = peers.status()
  const { path, by } = peers.explain(other.peerId)
  const isAtRest = AT_REST.has(path) && by === undefined
  return slots.length + ROOM <= maxPeers && mode !== 'offline' && isAtRest
}

/** Where a peer is that nobody is busy with. */
const AT_REST: ReadonlySet<string> = new Set([
  'unknown',
  'discovered.idle',
  'discovered.queued',
  'connected.unpromoted',
  'connected.queued'
])
