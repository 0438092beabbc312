import type { Standing } from './gate/gate.ts'
import type { Standstill } from './peers/standstill.ts'
import type { PeerPath } from './peers/tracked-peer.ts'

/**
 * May streams pass, be held, or neither, where the peer is now? A dial can end in agreement at once, and
 * the peer may know it a moment before us.
 */
export function standingOf(path: PeerPath | undefined): Standing {
  if (path === 'authorized') return 'authorized'
  const isPending = path === 'dialing' || path?.startsWith('handshaking.') === true
  return isPending ? 'pending' : 'closed'
}

/** Whoever said "never" to us may think better of it and come; we do not go there. */
export function isDenied(
  standstill: Standstill | undefined,
  direction: 'inbound' | 'outbound'
): standstill is Standstill {
  if (direction === 'outbound' && standstill?.hangsUp === true) return true
  const disposition = standstill?.disposition
  if (disposition?.connection !== 'close') return false
  return direction === 'outbound' || disposition.refusesInbound
}
