import { assign, setup } from 'xstate'
import { coolDownOf, dispositionOf, LASTING_SESSION, MAX_ATTEMPTS } from './dispositions.ts'
import type { Priority } from './dial-plan.ts'
import type { Direction, PeerEvent } from './peer-events.ts'
import type { Reason, Side } from './reasons.ts'

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

export interface PeerContext {
  readonly peer: string
  /** The session that holds, or last held, a slot; 0 before the first. */
  readonly session: number
  readonly direction: Direction | undefined
  /** How much the peer is wanted now; a `connect()` raises it for one attempt. */
  readonly priority: Priority | undefined
  /** How much it is wanted when nobody waits for it. */
  readonly lasting: Priority | undefined
  /** Failures in a row; saturates. */
  readonly failures: number
  /** When it was authorized last. */
  readonly authorizedAt: number
  /** The last "no", while it has effect. */
  readonly reason: Reason | undefined
  readonly by: Side | undefined
  readonly detail: string | undefined
  /** End of the cool-down, in the clock's milliseconds; 0 outside one. */
  readonly until: number
  /** Failures that the last "no" added: 1, or 0 if it was excused. */
  readonly counted: number
}

export interface PeerInput {
  readonly peer: string
}

/**
 * `slot`: holds one. `waiting`: a deadline is armed. `queued`: a candidate. `pending`: a verdict is to be
 * expected. `linked`: has a connection. `linking`: one is being made, and others change nothing.
 */
export type PeerTag = 'slot' | 'waiting' | 'queued' | 'pending' | 'linked' | 'linking'

const RANK: Readonly<Record<Priority, number>> = { discovered: 1, requested: 2, static: 3 }

const higher = (a: Priority | undefined, b: Priority | undefined): Priority | undefined =>
  (a === undefined ? 0 : RANK[a]) >= (b === undefined ? 0 : RANK[b]) ? a : b

const MAX_FAILURES = 31

export const NO_REFUSAL = {
  reason: undefined,
  by: undefined,
  detail: undefined,
  until: 0,
  counted: 0
} as const
const LOSS = { reason: 'connection-closed', by: 'network', retryAfter: 0 } as const

const lastingAfterDismissal = ({ lasting }: PeerContext): Priority | undefined =>
  lasting === 'requested' ? undefined : lasting

const hasAttemptsLeft = (context: PeerContext): boolean =>
  context.lasting === 'static' || context.failures < MAX_ATTEMPTS

/** Does the last "no" stand in the ban table: because somebody said so here, or as its consequence? */
const isBan = ({ reason, by = 'local' }: PeerContext): boolean =>
  reason !== undefined &&
  ((reason === 'banned' && by === 'local') || dispositionOf(reason, by).bans)

/** Did the last "no" come of the network, which may be another one now? */
const isNetworkFault = ({ reason, by }: PeerContext): boolean =>
  by === 'network' && reason !== 'unsupported-protocol'

/** Does our own handshake's verdict "not on the list" stand? Lists change. */
const isPardonable = ({ reason, by }: PeerContext): boolean =>
  reason === 'not-allowed' && by === 'local'

/** The context after a session: one that lasted clears the failures before it, however it ended. */
const afterSession = (context: PeerContext, at: number): PeerContext =>
  at - context.authorizedAt >= LASTING_SESSION ? { ...context, failures: 0 } : context

type EventOf<T extends PeerEvent['type']> = Extract<PeerEvent, { type: T }>

/** A "no" as it is noted: the word, its side, and a cool-down whose length is drawn once. */
const noted = (
  context: PeerContext,
  no: {
    reason: Reason
    by: Side
    retryAfter: number
    detail?: string | undefined
    at: number
    luck: number
    isExcused?: boolean
  }
): Partial<PeerContext> => {
  const counted = no.isExcused === true || context.failures >= MAX_FAILURES ? 0 : 1
  const failures = context.failures + counted
  // what is excused is cooled down as a first failure is
  const inARow = no.isExcused === true ? 1 : failures
  const isStatic = context.lasting === 'static'
  return {
    reason: no.reason,
    by: no.by,
    detail: no.detail,
    until: no.at + coolDownOf({ ...no, failures: inARow, isStatic }),
    failures,
    counted,
    priority: context.lasting,
    direction: undefined
  }
}

export const peerSetup = setup({
  types: {
    context: {} as PeerContext,
    events: {} as PeerEvent,
    input: {} as PeerInput,
    tags: {} as PeerTag,
    meta: {} as { deadline?: 'dial' | 'handshake' | 'coolDown' }
  },
  guards: {
    isCurrent: ({ context, event }) => 'session' in event && event.session === context.session,
    isCurrentAndCloses: ({ context, event }) =>
      event.type === 'handshake.refused' &&
      event.session === context.session &&
      dispositionOf(event.reason, event.by).connection === 'close',
    isCurrentAndBans: ({ context, event }) =>
      event.type === 'handshake.refused' &&
      event.session === context.session &&
      dispositionOf(event.reason, event.by).bans,
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
    mayOverride: ({ context, event }) =>
      event.type === 'peer.wanted' &&
      event.urgent &&
      context.reason !== undefined &&
      dispositionOf(context.reason, context.by ?? 'local').yields,
    isNetworkFaultAndWanted: ({ context }) =>
      isNetworkFault(context) && context.priority !== undefined,
    isUnreachedAndWanted: ({ context }) =>
      (context.reason === 'dial-failed' || context.reason === 'no-address') &&
      context.priority !== undefined &&
      hasAttemptsLeft(context),
    isOfTheNetwork: ({ event }) => event.type === 'peer.restored' && event.by === 'network',
    isBanned: ({ context }) => isBan(context),
    isBannedAndWanted: ({ context }) => isBan(context) && context.priority !== undefined,
    isPardoned: ({ context }) => isPardonable(context),
    isPardonedAndWanted: ({ context }) => isPardonable(context) && context.priority !== undefined,
    keepsOut: ({ context }) => {
      if (context.reason === undefined) return false
      const { connection, refusesInbound } = dispositionOf(context.reason, context.by ?? 'local')
      return connection === 'close' && refusesInbound
    },
    closes: ({ event }) =>
      (event.type === 'peer.dismissed' &&
        dispositionOf(event.reason, 'local').connection === 'close') ||
      ((event.type === 'goodbye.received' ||
        event.type === 'update.refused' ||
        event.type === 'channel.refused') &&
        dispositionOf(event.reason, event.by).connection === 'close'),
    bans: ({ event }) =>
      (event.type === 'update.refused' || event.type === 'channel.refused') &&
      dispositionOf(event.reason, event.by).bans
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
    noteFailure: assign(({ context, event }) => {
      const failure = event as EventOf<'dial.failed'>
      return noted(context, { ...failure, by: 'network', retryAfter: 0 })
    }),
    noteDialExpiry: assign(({ context, event }) => {
      const { at, luck, isExcused } = event as EventOf<'dial.expired'>
      const no = {
        reason: 'dial-failed',
        by: 'network',
        retryAfter: 0,
        detail: 'timed out'
      } as const
      return noted(context, { ...no, at, luck, isExcused })
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
    noteHandshakeExpiry: assign(({ context, event }) => {
      const { at, luck, isExcused } = event as EventOf<'handshake.expired'>
      const no = { reason: 'timeout', by: 'local', retryAfter: 0 } as const
      return noted(context, { ...no, at, luck, isExcused })
    }),
    noteRefusal: assign(({ context, event }) =>
      noted(context, event as EventOf<'handshake.refused' | 'channel.refused'>)
    ),
    noteSessionRefusal: assign(({ context, event }) => {
      const refusal = event as EventOf<'goodbye.received' | 'update.refused'>
      return noted(afterSession(context, refusal.at), refusal)
    }),
    noteLoss: assign(({ context, event }) => {
      const { at, luck } = event as EventOf<'connection.closed'>
      return noted(context, { at, luck, ...LOSS })
    }),
    noteSessionLoss: assign(({ context, event }) => {
      const { at, luck } = event as EventOf<'connection.closed'>
      return noted(afterSession(context, at), { at, luck, ...LOSS })
    }),
    noteDismissal: assign(({ context, event }) => {
      const { at, luck, reason } = event as EventOf<'peer.dismissed'>
      const lasting = lastingAfterDismissal(context)
      const no = noted({ ...context, lasting }, { at, luck, reason, by: 'local', retryAfter: 0 })
      return { ...no, lasting, failures: 0 }
    }),
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
