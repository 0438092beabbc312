import { MAX_ATTEMPTS } from '../../machines/dispositions.ts'
import {
  dispositionOf,
  DISPOSITIONS,
  PEER_EVENTS,
  peerMachineWith,
  tableOf
} from '../../machines/index.ts'
import { CASES, liveIn, newPeer } from '../../src/testing/model/peer-cases.ts'
import { SITUATIONS } from './peer-situations.ts'
import { walk } from './walk.ts'
import type { PeerSnapshot, Step } from '../../src/testing/model/peer-cases.ts'
import type { Edge, Walk } from './walk.ts'
import type { Disposition, DispositionTable, PeerEvent, WireReason } from '../../machines/index.ts'

/** Every state of a peer that its guards can tell apart. */

export type PeerEdge = Edge<PeerSnapshot, PeerEvent>

const rows = DISPOSITIONS.remote as Readonly<Record<WireReason, Disposition>>

/**
 * A table in which much is the other way round: words that keep close, words that close keep, verdicts
 * yield, cool-downs are over at once, and another word bans.
 */
export const OVERRIDDEN: DispositionTable = tableOf(
  {
    ...DISPOSITIONS.local,
    timeout: { ...DISPOSITIONS.local.timeout, connection: 'close', refusesInbound: true },
    incompatible: { ...DISPOSITIONS.local.incompatible, bans: true },
    'protocol-violation': { ...DISPOSITIONS.local['protocol-violation'], bans: false },
    requested: {
      ...DISPOSITIONS.local.requested,
      connection: 'keep',
      coolDown: { base: 0, factor: 1, cap: 0, jitter: 0 }
    },
    evicted: { ...DISPOSITIONS.local.evicted, connection: 'close', forgets: true },
    'dial-failed': { ...DISPOSITIONS.local['dial-failed'], yields: false, forgets: true }
  },
  {
    ...rows,
    incompatible: { ...rows.incompatible, connection: 'keep', yields: true },
    'too-many-peers': { ...rows['too-many-peers'], connection: 'close', forgets: true }
  }
)

/** Every form of every event. */
const steps: Step[] = PEER_EVENTS.flatMap((type) => Object.values(CASES[type]))

/**
 * What tells two peers apart. Sessions and ends of cool-downs are only ever compared with
 * themselves, and of the failures only whether there were too many: so sixteen failures in a row
 * are no edges of the walk, but where it starts from a second time.
 */
function keyOf({ value, context }: PeerSnapshot, table: DispositionTable): string {
  const { direction, priority, lasting, reason, by, failures, session, until } = context
  const disposition = reason === undefined ? undefined : dispositionOf(reason, by ?? 'local', table)
  const { connection, refusesInbound, yields, bans, fault } = disposition ?? {}
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
      bans,
      fault
    ],
    [failures >= MAX_ATTEMPTS, session > 0, until > 0]
  ])
}

/** The walk through the whole chart, with this table; about a second. */
function walkPeer(table: DispositionTable = DISPOSITIONS): Walk<PeerSnapshot, PeerEvent> {
  const machine = peerMachineWith(table)
  const spent = SITUATIONS['discovered.coolingDown']?.['spent'] ?? []
  return walk(
    machine,
    [newPeer(machine), liveIn(machine, ...spent)],
    ({ context }) => steps.map((step) => step(context)),
    (snapshot) => keyOf(snapshot, table)
  )
}

/** What every law must hold for: the chart with the table as it is, and with another one. */
export function walkBoth(): Walk<PeerSnapshot, PeerEvent> {
  const walks = [walkPeer(), walkPeer(OVERRIDDEN)]
  return {
    states: walks.flatMap(({ states }) => states),
    edges: walks.flatMap(({ edges }) => edges)
  }
}
