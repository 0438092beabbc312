import { PEER_TABLE } from '../machines/peer.table.ts'
import type { PeerEvent } from '../../machines/index.ts'
import type { PeerLifecycle } from '../../src/index.ts'
import type { PeerId } from '@libp2p/interface'

/**
 * Every step that is remembered of the peer, against the table of what each event does in each state.
 *
 * @returns The steps, by state and event
 */
export function checkMoves(peers: PeerLifecycle<string>, peer: PeerId): string[] {
  return peers.explain(peer).history.map(({ from, to, event }) => {
    if (to !== 'forgotten' && !targetsOf(from, event).includes(to)) {
      throw new Error(`${event} must not lead from ${from} to ${to}`)
    }
    return `${from} on ${event}`
  })
}

/** Where an event may lead in a state, by the table that was written by hand. */
function targetsOf(from: string, event: PeerEvent['type']): string[] {
  const cell = PEER_TABLE[from]?.[event] ?? 'ignored'
  const outcomes = typeof cell === 'string' ? [cell] : Object.values(cell)
  return outcomes.map((outcome) => outcome.split(':')[0] ?? '')
}
