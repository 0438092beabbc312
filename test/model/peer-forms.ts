import { peerMachineWith, PEER_EVENTS } from '../../machines/index.ts'
import { edgeTours } from '../../src/testing/model/edge-tours.ts'
import { CASES, newPeer } from '../../src/testing/model/peer-cases.ts'
import { OVERRIDDEN } from '../machines/peer-walk.ts'
import type { Tour } from '../../src/testing/model/edge-tours.ts'
import type { PeerContext, PeerEvent, peerMachine } from '../../machines/index.ts'
import type { PeerSnapshot } from '../../src/testing/model/peer-cases.ts'

/** Every form of every event for the peer's chart, and tours over all of its edges. */

export type PeerMachine = typeof peerMachine

/** The chart with a table of dispositions in which much is the other way round. */
export const overridden: PeerMachine = peerMachineWith(OVERRIDDEN)

/**
 * Edges that the chart defines for several states at once, and that one of them has for nothing.
 */
export const RULED_OUT: Readonly<Record<string, string>> = {
  'handshaking.securing on peer.unwanted [isOnlyRequested] -> connected.unpromoted':
    'a slot for a handshake in the channel is always the wish of the remote'
}

/** Events in a state, by the names of their forms, made for this context. */
export function formsFor(context: PeerContext): Record<string, PeerEvent> {
  const forms = PEER_EVENTS.flatMap((type) =>
    Object.entries(CASES[type]).map(([form, step]) => [`${type}: ${form}`, step(context)] as const)
  )
  return Object.fromEntries(forms)
}

/** Tours that take every edge of the chart that its table of dispositions does not rule out. */
export function toursOf(machine: PeerMachine): Tour<PeerMachine>[] {
  return edgeTours(machine, {
    start: newPeer(machine),
    events: ({ context }) => formsFor(context),
    keyOf
  })
}

/**
 * What guards look at; failures in a row are not, which matter only after sixteen of them. Sessions and
 * the ends of cool-downs are only ever compared with themselves.
 */
export function keyOf({ value, context }: PeerSnapshot): string {
  const { direction, priority, lasting, reason, by, session, until, counted } = context
  const facts = [direction, priority, lasting, reason, by, session > 0, until > 0, counted]
  return JSON.stringify([value, facts])
}
