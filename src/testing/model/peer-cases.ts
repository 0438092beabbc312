import { initialTransition, transition } from 'xstate'
import { peerMachine } from '../../../machines/index.ts'
import type {
  Direction,
  PeerContext,
  PeerEvent,
  Priority,
  Reason,
  Side
} from '../../../machines/index.ts'
import type { SnapshotFrom } from 'xstate'

/** Every event in every form that a guard can tell apart, made to fit the peer it is sent to. */

export type PeerSnapshot = SnapshotFrom<typeof peerMachine>

/**
 * An event for a peer: its session and its cool-down are those of this context, or expressly not.
 */
export type Step = (context: PeerContext) => PeerEvent

/** The moment of every event, unless it says otherwise. */
export const NOW = 100_000
const MINUTE = 60_000
const moment = { at: NOW, luck: 0.5 }

export const wanted =
  (priority: Priority, lasting: boolean): Step =>
  () => ({ type: 'peer.wanted', priority, lasting, urgent: !lasting })

/** `connect()`: one attempt, now. */
export const connect = wanted('requested', false)

export const granted =
  (direction: Direction, usable: boolean): Step =>
  ({ session }) => ({ type: 'slot.granted', direction, usable, session: session + 1 })

export const refused =
  (reason: Reason, by: Side, retryAfter = 0): Step =>
  ({ session }) => ({ type: 'handshake.refused', session, reason, by, retryAfter, ...moment })

export const dialFailed =
  (reason: Reason, isExcused = false): Step =>
  ({ session }) => ({ type: 'dial.failed', session, reason, isExcused, ...moment })

export const feelerFailed =
  (isExcused: boolean): Step =>
  () => ({ type: 'feeler.failed', reason: 'dial-failed', isExcused, ...moment })

export const offered =
  (wins: boolean): Step =>
  ({ session }) => ({ type: 'handshake.offered', session, wins })

export const goodbye =
  (reason: Reason, at = NOW): Step =>
  () => ({ type: 'goodbye.received', reason, by: 'remote', retryAfter: 0, at, luck: 0.5 })

export const updateRefused =
  (reason: Reason, by: Side): Step =>
  () => ({ type: 'update.refused', reason, by, retryAfter: 0, ...moment })

const channelRefused =
  (reason: Reason, by: Side): Step =>
  () => ({ type: 'channel.refused', reason, by, retryAfter: 0, ...moment })

export const dismissed =
  (reason: Reason): Step =>
  () => ({ type: 'peer.dismissed', reason, ...moment })

export const opened: Step = () => ({ type: 'connection.opened' })
export const closed: Step = () => ({ type: 'connection.closed', ...moment })
export const unwanted: Step = () => ({ type: 'peer.unwanted' })
export const banned: Step = () => ({ type: 'peer.banned', at: NOW, until: NOW + 60 * MINUTE })
export const unbanned: Step = () => ({ type: 'peer.unbanned' })
const pardoned: Step = () => ({ type: 'peer.pardoned' })
export const forgotten: Step = () => ({ type: 'peer.forgotten' })
export const over: Step = ({ until }) => ({ type: 'coolDown.over', until })
export const streamOpened: Step = ({ session }) => ({ type: 'handshake.opened', session })
export const yielded: Step = ({ session }) => ({ type: 'handshake.yielded', session })
export const accepted: Step = ({ session }) => ({ type: 'handshake.accepted', session, at: NOW })
const dialSucceeded: Step = ({ session }) => ({ type: 'dial.succeeded', session })
export const dialExpired =
  (isExcused: boolean): Step =>
  ({ session }) => ({ type: 'dial.expired', session, isExcused, ...moment })

/** What was known before a restart: a "no" with an hour to go. */
export const restored =
  (reason: Reason, by: Side, failures = 1): Step =>
  () => ({ type: 'peer.restored', reason, by, failures, until: NOW + 60 * MINUTE })

export const readdressed: Step = () => ({ type: 'peer.readdressed' })
export const returned: Step = () => ({ type: 'network.returned' })
const overdue =
  (isExcused: boolean): Step =>
  ({ session }) => ({ type: 'handshake.expired', session, isExcused, ...moment })
export const expired = overdue(false)
export const sleptThrough = overdue(true)

/** The same answer, to the session before. */
const late =
  (step: Step): Step =>
  (context) =>
    step({ ...context, session: context.session - 1 })

const current = (step: Step): Record<string, Step> => ({ current: step, stale: late(step) })

/** The forms of each event by name; an event that has only one form has it under `any`. */
export const CASES: Readonly<Record<PeerEvent['type'], Readonly<Record<string, Step>>>> = {
  'peer.wanted': {
    'as discovered': wanted('discovered', true),
    'as requested': wanted('requested', true),
    'as static': wanted('static', true),
    urgently: connect
  },
  'peer.unwanted': { any: unwanted },
  'peer.dismissed': { closing: dismissed('requested'), keeping: dismissed('evicted') },
  'peer.banned': { any: banned },
  'peer.unbanned': { any: unbanned },
  'peer.pardoned': { any: pardoned },
  'peer.readdressed': { any: readdressed },
  'peer.restored': {
    'after a loss': restored('dial-failed', 'network'),
    'after a verdict': restored('incompatible', 'local'),
    'after a word': restored('too-many-peers', 'remote')
  },
  'network.returned': { any: returned },
  'peer.forgotten': { any: forgotten },
  'connection.opened': { any: opened },
  'connection.closed': {
    soon: closed,
    later: () => ({ type: 'connection.closed', at: NOW + MINUTE, luck: 0.5 })
  },
  'slot.granted': {
    inbound: granted('inbound', true),
    'in channel': granted('inbound', false),
    usable: granted('outbound', true),
    unusable: granted('outbound', false)
  },
  'dial.succeeded': current(dialSucceeded),
  'dial.failed': {
    ...current(dialFailed('dial-failed')),
    'current, firmly': dialFailed('unsupported-protocol'),
    'current, excused': dialFailed('dial-failed', true)
  },
  'dial.expired': {
    ...current(dialExpired(false)),
    'current, excused': dialExpired(true)
  },
  'feeler.failed': { any: feelerFailed(false), excused: feelerFailed(true) },
  'handshake.opened': current(streamOpened),
  'handshake.offered': {
    wins: offered(true),
    loses: offered(false),
    'stale, wins': late(offered(true)),
    'stale, loses': late(offered(false))
  },
  'handshake.yielded': current(yielded),
  'handshake.accepted': current(accepted),
  'handshake.refused': {
    banning: refused('protocol-violation', 'local'),
    closing: refused('incompatible', 'local'),
    keeping: refused('too-many-peers', 'remote'),
    accused: refused('protocol-violation', 'remote'),
    unlisted: refused('not-allowed', 'local'),
    stale: late(refused('protocol-violation', 'local'))
  },
  'handshake.expired': { ...current(expired), 'current, excused': sleptThrough },
  'channel.refused': {
    banning: channelRefused('protocol-violation', 'local'),
    closing: channelRefused('incompatible', 'remote'),
    keeping: channelRefused('too-many-peers', 'remote'),
    accused: channelRefused('protocol-violation', 'remote')
  },
  'goodbye.received': {
    closing: goodbye('incompatible'),
    keeping: goodbye('too-many-peers'),
    accused: goodbye('protocol-violation'),
    'keeping, later': goodbye('shutting-down', NOW + MINUTE)
  },
  'update.refused': {
    banning: updateRefused('protocol-violation', 'local'),
    closing: updateRefused('incompatible', 'remote'),
    keeping: updateRefused('too-many-peers', 'remote'),
    accused: updateRefused('protocol-violation', 'remote')
  },
  'coolDown.over': {
    current: over,
    stale: ({ until }) => ({ type: 'coolDown.over', until: until - 1 })
  }
}

/** A peer that nothing has happened to yet. */
export function newPeer(machine: typeof peerMachine = peerMachine): PeerSnapshot {
  return initialTransition(machine, { peer: 'p' })[0]
}

/** What the chart makes of an event, and the effects it names, in their order. */
export function take(
  snapshot: PeerSnapshot,
  step: Step
): { event: PeerEvent; next: PeerSnapshot; effects: string[] } {
  const event = step(snapshot.context)
  const [next, actions] = transition(snapshot.machine as typeof peerMachine, snapshot, event)
  return { event, next, effects: actions.map(({ type }) => type) }
}

/** A peer's life so far: a new peer, and every step in turn. */
export function live(...steps: readonly Step[]): PeerSnapshot {
  return liveIn(peerMachine, ...steps)
}

/** The same in another chart. */
export function liveIn(machine: typeof peerMachine, ...steps: readonly Step[]): PeerSnapshot {
  return steps.reduce((snapshot, step) => take(snapshot, step).next, newPeer(machine))
}
