import { MAX_ATTEMPTS } from '../../machines/dispositions.ts'
import { dispositionOf, PEER_EVENTS, peerMachine } from '../../machines/index.ts'
import { CASES, live, newPeer } from './peer-cases.ts'
import { SITUATIONS } from './peer-situations.ts'
import { walk } from './walk.ts'
import type { PeerSnapshot, Step } from './peer-cases.ts'
import type { Edge, Walk } from './walk.ts'
import type { PeerEvent } from '../../machines/index.ts'

/** Every state of a peer that its guards can tell apart. */

export type PeerEdge = Edge<PeerSnapshot, PeerEvent>

/** Every form of every event. */
const steps: Step[] = PEER_EVENTS.flatMap((type) => Object.values(CASES[type]))

/**
 * What tells two peers apart. Sessions and ends of cool-downs are only ever compared with
 * themselves, and of the failures only whether there were too many: so sixteen failures in a row
 * are no edges of the walk, but where it starts from a second time.
 */
function keyOf({ value, context }: PeerSnapshot): string {
  const { direction, priority, lasting, reason, by, failures, session, until } = context
  const disposition = reason === undefined ? undefined : dispositionOf(reason, by ?? 'local')
  const { connection, refusesInbound, yields, bans } = disposition ?? {}
  return JSON.stringify([
    value,
    [
      direction,
      priority,
      lasting,
      by,
      reason === 'banned',
      reason === 'not-allowed',
      reason === 'dial-failed' || reason === 'no-address',
      connection,
      refusesInbound,
      yields,
      bans
    ],
    [failures >= MAX_ATTEMPTS, session > 0, until > 0]
  ])
}

/** The walk through the whole chart; about a second. */
export function walkPeer(): Walk<PeerSnapshot, PeerEvent> {
  const spent = SITUATIONS['discovered.coolingDown']?.['spent'] ?? []
  return walk(
    peerMachine,
    [newPeer(), live(...spent)],
    ({ context }) => steps.map((step) => step(context)),
    keyOf
  )
}
