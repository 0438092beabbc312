import { dispositionOf } from './dispositions.ts'
import type { Disposition, DispositionTable } from './dispositions.ts'
import type { PeerContext } from './peer-context.ts'
import type { PeerEvent } from './peer-events.ts'

/** The guards that ask the table what follows from a "no": the one that comes, or the one that stands. */

interface Args {
  readonly context: PeerContext
  readonly event: PeerEvent
}

/** Does our own handshake's verdict "not on the list" stand? Lists change. */
const isPardonable = ({ reason, by }: PeerContext): boolean =>
  reason === 'not-allowed' && by === 'local'

/** An answer of another session than the current one is stale. */
export const isCurrent = ({ context, event }: Args): boolean =>
  'session' in event && event.session === context.session

/** The guards that depend on the table, by name. Pure. */
export function verdictsWith(table: DispositionTable) {
  /** What follows from the "no" that an event brings; undefined if it brings none. */
  const brought = (event: PeerEvent): Disposition | undefined => {
    if (event.type === 'peer.dismissed') return dispositionOf(event.reason, 'local', table)
    if (event.type === 'handshake.expired') return dispositionOf('timeout', 'local', table)
    return 'by' in event ? dispositionOf(event.reason, event.by, table) : undefined
  }
  /** What follows from the "no" that stands; undefined if none does. */
  const standing = ({ reason, by = 'local' }: PeerContext): Disposition | undefined =>
    reason === undefined ? undefined : dispositionOf(reason, by, table)

  const closes = ({ event }: Args): boolean => brought(event)?.connection === 'close'
  const bans = ({ event }: Args): boolean => brought(event)?.bans === true

  /** Does the last "no" stand in the ban table: because somebody said so here, or as its consequence? */
  const isBan = (context: PeerContext): boolean =>
    (context.reason === 'banned' && context.by === 'local') || standing(context)?.bans === true
  /** Did the last "no" come of the network, which may be another one now? */
  const isNetworkFault = (context: PeerContext): boolean => standing(context)?.fault === 'network'

  return {
    closes,
    bans,
    isCurrentAndCloses: (args: Args) => isCurrent(args) && closes(args),
    isCurrentAndBans: (args: Args) => isCurrent(args) && bans(args),
    keepsOut: ({ context }: Args) => {
      const disposition = standing(context)
      return disposition?.connection === 'close' && disposition.refusesInbound
    },
    mayOverride: ({ context, event }: Args) =>
      event.type === 'peer.wanted' && event.urgent && standing(context)?.yields === true,
    isNetworkFaultAndWanted: ({ context }: Args) =>
      isNetworkFault(context) && context.priority !== undefined,
    isBanned: ({ context }: Args) => isBan(context),
    isBannedAndWanted: ({ context }: Args) => isBan(context) && context.priority !== undefined,
    isPardoned: ({ context }: Args) => isPardonable(context),
    isPardonedAndWanted: ({ context }: Args) =>
      isPardonable(context) && context.priority !== undefined
  } satisfies Record<string, (args: Args) => boolean>
}
