import {
  DIAL_CLASSES,
  LOCAL_REASONS,
  PEER_EVENTS,
  SLOT_KINDS,
  WIRE_REASONS
} from '../../machines/index.ts'
import { DOORS } from '../refusals.ts'
import type { SchedulerMode, Side } from '../../machines/index.ts'

/** What every metric's name begins with. */
const PREFIX = 'libp2p_peer_lifecycle'

/** A metric with one series for each value of its label. */
export interface Group {
  readonly name: string
  readonly help: string
  readonly label: string
  /** Every value that the label can have: no other is ever shown. */
  readonly values: readonly string[]
}

export interface Histogram {
  readonly name: string
  readonly help: string
  /** Upper bounds in seconds. */
  readonly buckets: readonly number[]
}

// a word that is missing here does not compile
const words = <T extends string>(all: Readonly<Record<T, true>>): readonly T[] =>
  Object.keys(all) as T[]

const MODES = words<SchedulerMode>({
  stopped: true,
  filling: true,
  full: true,
  offline: true,
  draining: true
})

const SIDES = words<Side>({ local: true, remote: true, network: true })

const STATES = ['discovered', 'dialing', 'connected', 'handshaking', 'authorized', 'rejected']

/** How a dial of ours ended. */
export const DIAL_OUTCOMES = [
  'connected',
  'failed',
  'no-address',
  'timed-out',
  'refused',
  'abandoned'
] as const

/** How a handshake ended. */
export const HANDSHAKE_OUTCOMES = [
  'accepted',
  'refused',
  'refused-by-peer',
  'lost',
  'timed-out',
  'abandoned'
] as const

/** What is as it is at the moment. */
export const GAUGES = {
  peers: {
    name: `${PREFIX}_peers`,
    help: 'Tracked peers by state',
    label: 'state',
    values: STATES
  },
  slots: { name: `${PREFIX}_slots`, help: 'Held slots by kind', label: 'kind', values: SLOT_KINDS },
  slotLimits: {
    name: `${PREFIX}_slot_limit`,
    help: 'Slots that can be held at most',
    label: 'pool',
    values: ['ordinary', 'discovered', 'inbound', 'reserved', 'trusted', 'upgrade']
  },
  queue: {
    name: `${PREFIX}_queued`,
    help: 'Candidates that wait for a slot by class',
    label: 'class',
    values: DIAL_CLASSES
  },
  mode: {
    name: `${PREFIX}_scheduler_mode`,
    help: 'Mode of the scheduler, 1 for the one it is in',
    label: 'mode',
    values: MODES
  },
  connections: {
    name: `${PREFIX}_connections`,
    help: 'Open connections by what their peer may do',
    label: 'standing',
    values: ['authorized', 'pending', 'unpromoted']
  },
  underWay: {
    name: `${PREFIX}_handshakes_under_way`,
    help: 'Handshakes under way and dials that are to end in one by whose wish they are',
    label: 'direction',
    values: ['inbound', 'outbound']
  },
  entries: {
    name: `${PREFIX}_table_entries`,
    help: 'Entries of bounded tables',
    label: 'table',
    values: ['peers', 'bans', 'banned-ips', 'held-streams']
  },
  limits: {
    name: `${PREFIX}_table_limit`,
    help: 'Entries that bounded tables can have at most',
    label: 'table',
    values: ['peers', 'bans', 'banned-ips', 'held-streams']
  },
  health: {
    name: `${PREFIX}_working`,
    help: 'Whether a part that may fail works, 1 if it does',
    label: 'part',
    values: ['memory']
  }
} as const satisfies Record<string, Group>

/** What has happened since the node was made. */
export const COUNTERS = {
  transitions: {
    name: `${PREFIX}_transitions_total`,
    help: 'Changes between the six states by the new one',
    label: 'to',
    values: STATES
  },
  causes: {
    name: `${PREFIX}_transition_causes_total`,
    help: 'Changes between the six states by the event that caused them',
    label: 'event',
    values: PEER_EVENTS
  },
  refusals: {
    name: `${PREFIX}_refusals_total`,
    help: 'Refusals by word',
    label: 'reason',
    values: [...WIRE_REASONS, ...LOCAL_REASONS]
  },
  doors: {
    name: `${PREFIX}_refusals_by_door_total`,
    help: 'Refusals by the door at which they were said, and streams that the gate refused',
    label: 'door',
    values: DOORS
  },
  sides: {
    name: `${PREFIX}_refusals_by_side_total`,
    help: 'Refusals by the side that said them',
    label: 'by',
    values: SIDES
  },
  streams: {
    name: `${PREFIX}_gate_streams_total`,
    help: 'Streams that the gate did not let pass at once, by what became of them',
    label: 'fate',
    values: ['refused-inbound', 'refused-outbound', 'delivered', 'dropped', 'revoked']
  },
  dials: {
    name: `${PREFIX}_dials_total`,
    help: 'Dials of the scheduler by outcome',
    label: 'outcome',
    values: DIAL_OUTCOMES
  },
  handshakes: {
    name: `${PREFIX}_handshakes_total`,
    help: 'Handshakes by outcome',
    label: 'outcome',
    values: HANDSHAKE_OUTCOMES
  }
} as const satisfies Record<string, Group>

export const HISTOGRAMS = {
  dial: {
    name: `${PREFIX}_dial_seconds`,
    help: 'Seconds that dials of the scheduler took, however they ended',
    buckets: [0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10]
  },
  handshake: {
    name: `${PREFIX}_handshake_seconds`,
    help: 'Seconds from the slot to the verdict, of handshakes on a stream',
    buckets: [0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5]
  }
} as const satisfies Record<string, Histogram>

export type GaugeName = keyof typeof GAUGES
export type CounterName = keyof typeof COUNTERS
export type HistogramName = keyof typeof HISTOGRAMS
