import { assign } from 'xstate'
import { rejected } from './peer-rejected.ts'
import { discovered, connected } from './peer-resting.ts'
import { authorized, dialing, handshaking } from './peer-session.ts'
import { NO_REFUSAL } from './peer-context.ts'
import { notesWith } from './peer-notes.ts'
import { peerSetup } from './peer-setup.ts'
import { verdictsWith } from './peer-verdicts.ts'
import type { DispositionTable } from './dispositions.ts'

/**
 * The life of one peer, as this node sees it.
 *
 * A peer is *discovered* and, if somebody wants it, waits in the queue. A connection makes it *connected*
 * and nothing more: whoever opened it, the peer is unpromoted until the scheduler grants a slot. With a
 * slot it is *dialing* (or its connection is adopted), then *handshaking*, and ends *authorized*, when
 * both sides have said ACCEPT, or *rejected*, with a word and a cool-down. Losing the last connection
 * leads back to *discovered*.
 *
 * The chart is pure: no timer, no promise, no invoke. What is to be done are named effects that the
 * interpreter carries out after the state has changed; results and deadlines come back as events of the
 * session they belong to, so that a late answer of an earlier session changes nothing.
 */

export const peerMachine = peerSetup.createMachine({
  id: 'peer',
  description: 'The life of one peer, as this node sees it',
  context: ({ input }) => ({
    peer: input.peer,
    session: 0,
    direction: undefined,
    priority: undefined,
    lasting: undefined,
    failures: 0,
    authorizedAt: 0,
    ...NO_REFUSAL
  }),
  initial: 'discovered',
  states: {
    discovered,
    dialing,
    connected,
    handshaking,
    authorized,
    rejected,
    forgotten: {
      description: 'Made room for another peer',
      type: 'final'
    }
  }
})

/** The same chart, in which another table says what follows from a "no". */
export function peerMachineWith(table: DispositionTable): typeof peerMachine {
  const notes = notesWith(table)
  return peerMachine.provide({
    guards: verdictsWith(table),
    actions: {
      noteFailure: assign(notes.noteFailure),
      noteDialExpiry: assign(notes.noteDialExpiry),
      noteHandshakeExpiry: assign(notes.noteHandshakeExpiry),
      noteRefusal: assign(notes.noteRefusal),
      noteSessionRefusal: assign(notes.noteSessionRefusal),
      noteLoss: assign(notes.noteLoss),
      noteSessionLoss: assign(notes.noteSessionLoss),
      noteDismissal: assign(notes.noteDismissal)
    }
  })
}
