import { coolDownOf, dispositionOf, LASTING_SESSION } from './dispositions.ts'
import type { Priority } from './dial-plan.ts'
import type { DispositionTable } from './dispositions.ts'
import type { PeerContext } from './peer-context.ts'
import type { PeerEvent } from './peer-events.ts'
import type { Reason, Side } from './reasons.ts'

/** How a "no" is noted: the word, its side, and a cool-down whose length the table gives. */

export type EventOf<T extends PeerEvent['type']> = Extract<PeerEvent, { type: T }>

interface Args {
  readonly context: PeerContext
  readonly event: PeerEvent
}

/** A "no" in full. */
interface No {
  readonly reason: Reason
  readonly by: Side
  readonly retryAfter: number
  readonly detail?: string | undefined
  readonly at: number
  readonly luck: number
  readonly isExcused?: boolean
}

/** Failures in a row are counted no further: nothing grows any more by then. */
export const MAX_FAILURES = 31

const LOSS = { reason: 'connection-closed', by: 'network', retryAfter: 0 } as const

/** The wish that is left when the application wants the peer no more. */
export const lastingAfterDismissal = ({ lasting }: PeerContext): Priority | undefined =>
  lasting === 'requested' ? undefined : lasting

/** The context after a session: one that lasted clears the failures before it, however it ended. */
const afterSession = (context: PeerContext, at: number): PeerContext =>
  at - context.authorizedAt >= LASTING_SESSION ? { ...context, failures: 0 } : context

const noted = (table: DispositionTable, context: PeerContext, no: No): Partial<PeerContext> => {
  const counted = no.isExcused === true || context.failures >= MAX_FAILURES ? 0 : 1
  const failures = context.failures + counted
  // what is excused is cooled down as a first failure is
  const inARow = no.isExcused === true ? 1 : failures
  const isStatic = context.lasting === 'static'
  const isForgotten = dispositionOf(no.reason, no.by, table).forgets && !isStatic
  const lasting = isForgotten ? undefined : context.lasting
  return {
    reason: no.reason,
    by: no.by,
    detail: no.detail,
    until: no.at + coolDownOf({ ...no, failures: inARow, isStatic }, table),
    failures,
    counted,
    priority: lasting,
    lasting,
    direction: undefined
  }
}

/** What each kind of "no" changes in the context of a peer, by the name of its action. Pure. */
export function notesWith(table: DispositionTable) {
  const note = (context: PeerContext, no: No): Partial<PeerContext> => noted(table, context, no)
  return {
    noteFailure: ({ context, event }: Args) => {
      const failure = event as EventOf<'dial.failed'>
      return note(context, { ...failure, by: 'network', retryAfter: 0 })
    },
    noteDialExpiry: ({ context, event }: Args) => {
      const { at, luck, isExcused } = event as EventOf<'dial.expired'>
      const no = {
        reason: 'dial-failed',
        by: 'network',
        retryAfter: 0,
        detail: 'timed out'
      } as const
      return note(context, { ...no, at, luck, isExcused })
    },
    noteHandshakeExpiry: ({ context, event }: Args) => {
      const { at, luck, isExcused } = event as EventOf<'handshake.expired'>
      const no = { reason: 'timeout', by: 'local', retryAfter: 0 } as const
      return note(context, { ...no, at, luck, isExcused })
    },
    noteRefusal: ({ context, event }: Args) =>
      note(context, event as EventOf<'handshake.refused' | 'channel.refused'>),
    noteSessionRefusal: ({ context, event }: Args) => {
      const refusal = event as EventOf<'goodbye.received' | 'update.refused'>
      return note(afterSession(context, refusal.at), refusal)
    },
    noteLoss: ({ context, event }: Args) => {
      const { at, luck } = event as EventOf<'connection.closed'>
      return note(context, { at, luck, ...LOSS })
    },
    noteSessionLoss: ({ context, event }: Args) => {
      const { at, luck } = event as EventOf<'connection.closed'>
      return note(afterSession(context, at), { at, luck, ...LOSS })
    },
    noteDismissal: ({ context, event }: Args) => {
      const { at, luck, reason } = event as EventOf<'peer.dismissed'>
      const dismissed = { ...context, lasting: lastingAfterDismissal(context) }
      const no = note(dismissed, { at, luck, reason, by: 'local', retryAfter: 0 })
      return { ...no, failures: 0 }
    }
  } satisfies Record<string, (args: Args) => Partial<PeerContext>>
}
