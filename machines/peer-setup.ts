import { assign, setup } from 'xstate'
import { DISPOSITIONS, MAX_ATTEMPTS } from './dispositions.ts'
import { NO_REFUSAL } from './peer-context.ts'
import { lastingAfterDismissal, MAX_FAILURES, notesWith } from './peer-notes.ts'
import { isCurrent, verdictsWith } from './peer-verdicts.ts'
import type { Priority } from './dial-plan.ts'
import type { PeerContext, PeerInput, PeerTag } from './peer-context.ts'
import type { PeerEvent } from './peer-events.ts'
import type { EventOf } from './peer-notes.ts'

/** What the chart of a peer is made of: its context, its guards and actions by name, its effects. */

/** What the interpreter carries out when the chart names it. */
export const PEER_EFFECTS = [
  'dial',
  'cancelDial',
  'initiateHandshake',
  'answerHandshake',
  'declineHandshake',
  'abandonHandshake',
  'abortHandshake',
  'armDialDeadline',
  'armHandshakeDeadline',
  'armCoolDown',
  'clearDeadline',
  'releaseSlot',
  'tag',
  'untag',
  'openGate',
  'closeGate',
  'sayGoodbye',
  'closeConnections',
  'ban'
] as const

export type PeerEffect = (typeof PEER_EFFECTS)[number]

const RANK: Readonly<Record<Priority, number>> = { discovered: 1, requested: 2, static: 3 }

const higher = (a: Priority | undefined, b: Priority): Priority =>
  a !== undefined && RANK[a] > RANK[b] ? a : b

const hasAttemptsLeft = (context: PeerContext): boolean =>
  context.lasting === 'static' || context.failures < MAX_ATTEMPTS

const notes = notesWith(DISPOSITIONS)

export const peerSetup = setup({
  types: {
    context: {} as PeerContext,
    events: {} as PeerEvent,
    input: {} as PeerInput,
    tags: {} as PeerTag,
    meta: {} as { deadline?: 'dial' | 'handshake' | 'coolDown' }
  },
  guards: {
    ...verdictsWith(DISPOSITIONS),
    isCurrent,
    isCurrentAndWins: ({ context, event }) =>
      event.type === 'handshake.offered' && event.session === context.session && event.wins,
    isInbound: ({ event }) =>
      event.type === 'slot.granted' && event.direction === 'inbound' && event.usable,
    isInChannel: ({ event }) =>
      event.type === 'slot.granted' && event.direction === 'inbound' && !event.usable,
    isUsable: ({ event }) => event.type === 'slot.granted' && event.usable,
    isOnlyRequested: ({ context }) =>
      context.direction !== 'inbound' && context.lasting === undefined,
    isLastingly: ({ context }) => context.lasting !== undefined,
    isOver: ({ context, event }) => event.type === 'coolDown.over' && event.until === context.until,
    isOverAndWanted: ({ context, event }) =>
      event.type === 'coolDown.over' &&
      event.until === context.until &&
      context.priority !== undefined &&
      hasAttemptsLeft(context),
    isUnreachedAndWanted: ({ context }) =>
      (context.reason === 'dial-failed' || context.reason === 'no-address') &&
      context.priority !== undefined &&
      hasAttemptsLeft(context),
    isOfTheNetwork: ({ event }) => event.type === 'peer.restored' && event.by === 'network'
  },
  actions: {
    want: assign(({ context, event }) => {
      const { priority, lasting } = event as EventOf<'peer.wanted'>
      return {
        priority: higher(context.priority, priority),
        lasting: lasting ? higher(context.lasting, priority) : context.lasting
      }
    }),
    unwant: assign(({ context }) => ({ priority: context.lasting })),
    /** The application wants the peer no more; a discovery source still may, a static peer stays one. */
    withdraw: assign(({ context }) => {
      const lasting = lastingAfterDismissal(context)
      return { priority: lasting, lasting }
    }),
    resign: assign(({ context }) =>
      hasAttemptsLeft(context) ? {} : { priority: undefined, lasting: undefined }
    ),
    beginSession: assign(({ event }) => {
      const { session, direction } = event as EventOf<'slot.granted'>
      return { session, direction, ...NO_REFUSAL }
    }),
    /** What failed for want of a network has not failed. */
    excuse: assign(({ context }) => ({
      failures: context.failures - context.counted,
      ...NO_REFUSAL
    })),
    noteRestored: assign(({ event }) => {
      const { reason, by, until, failures } = event as EventOf<'peer.restored'>
      return { reason, by, until, failures: Math.min(MAX_FAILURES, Math.max(0, failures)) }
    }),
    noteFailure: assign(notes.noteFailure),
    noteDialExpiry: assign(notes.noteDialExpiry),
    noteHandshakeExpiry: assign(notes.noteHandshakeExpiry),
    noteRefusal: assign(notes.noteRefusal),
    noteSessionRefusal: assign(notes.noteSessionRefusal),
    noteLoss: assign(notes.noteLoss),
    noteSessionLoss: assign(notes.noteSessionLoss),
    noteDismissal: assign(notes.noteDismissal),
    noteBan: assign(({ context, event }) => {
      const { until } = event as EventOf<'peer.banned'>
      const { lasting } = context
      return { ...NO_REFUSAL, reason: 'banned', by: 'local', until, priority: lasting } as const
    }),
    noteAuthorization: assign(({ event }) => ({
      authorizedAt: (event as EventOf<'handshake.accepted'>).at
    })),
    clearRefusal: assign(NO_REFUSAL),
    dial: () => {},
    cancelDial: () => {},
    initiateHandshake: () => {},
    answerHandshake: () => {},
    declineHandshake: () => {},
    abandonHandshake: () => {},
    abortHandshake: () => {},
    armDialDeadline: () => {},
    armHandshakeDeadline: () => {},
    armCoolDown: () => {},
    clearDeadline: () => {},
    releaseSlot: () => {},
    tag: () => {},
    untag: () => {},
    openGate: () => {},
    closeGate: () => {},
    sayGoodbye: () => {},
    closeConnections: () => {},
    ban: () => {}
  }
})
