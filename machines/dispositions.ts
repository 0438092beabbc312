import { BACK_OFF, doubling, fixed, forStatic, honoured, lengthOf } from './cool-downs.ts'
import { WIRE_REASONS } from './reasons.ts'
import type { CoolDown } from './cool-downs.ts'
import type { Reason, Side, WireReason } from './reasons.ts'

/**
 * What follows from a "no". One table for our own verdicts and for what happens to us, one for what the
 * remote said of us: only what this node saw with its own eyes bans, so that nobody can talk us into
 * banning a third.
 */

const SECOND = 1_000
const MINUTE = 60 * SECOND
const HOUR = 60 * MINUTE

/**
 * How long a ban lasts unless the application says otherwise: 48 hours. Longer than the cool-down of any
 * lesser offence, of which a wrong chain has the longest with a day; Bitcoin Core bans for a day.
 */
export const BAN_DURATION = 48 * HOUR

/** Failed attempts after which a discovered or requested candidate is no longer wanted: CometBFT's 16. */
export const MAX_ATTEMPTS = 16

/** A session shorter than this does not clear the count of failures: one minute. */
export const LASTING_SESSION = MINUTE

/**
 * Whose fault a "no" is: the peer's, who broke a rule or is not of our kind; our own, in our judgement or
 * the remote's; the network's between us; or nobody's, as when a node is full.
 */
export type Fault = 'peer' | 'us' | 'network' | 'nobody'

export interface Disposition {
  /** Does the connection stay (unpromoted), or is it closed and refused until the cool-down is over? */
  readonly connection: 'keep' | 'close'
  /** How long the scheduler leaves the peer alone. */
  readonly coolDown: CoolDown
  /** Are the peer's own handshakes refused during the cool-down, too? */
  readonly refusesInbound: boolean
  /** Does an explicit `connect()` override the cool-down? */
  readonly yields: boolean
  /** Is the peer entered in the ban table? */
  readonly bans: boolean
  /** Is the peer no longer wanted as a candidate, unless it is static? */
  readonly forgets: boolean
  /** Whose fault it is. A fact, not a policy: it cannot be overridden. */
  readonly fault: Fault
}

/** What follows from every word, by who said it. Frozen. */
export interface DispositionTable {
  /** Our own verdicts, and trouble of ours. */
  readonly local: Readonly<Record<Reason, Disposition>>
  /** What happened on the way between: as if we had said it, but it bans nobody. */
  readonly network: Readonly<Record<Reason, Disposition>>
  /** What the remote said of us. */
  readonly remote: Readonly<Record<Reason, Disposition>>
}

const ROW = {
  connection: 'keep',
  refusesInbound: false,
  yields: false,
  bans: false,
  forgets: false
} as const

const keep = (fault: Fault, length: number): Disposition => ({
  ...ROW,
  coolDown: fixed(length),
  fault
})

/** An ordinary failure: it says little of the peer, and `connect()` need not wait. */
const backOffFor = (fault: Fault): Disposition => ({
  ...ROW,
  coolDown: BACK_OFF,
  yields: true,
  fault
})

const close = (fault: Fault, coolDown: number | CoolDown): Disposition => ({
  ...ROW,
  connection: 'close',
  coolDown: typeof coolDown === 'number' ? fixed(coolDown) : coolDown,
  refusesInbound: true,
  fault
})

/** A word of the scheduler, or the end of a wait: nothing follows from it. */
const NOTHING: Disposition = keep('nobody', 0)

/** Our own verdicts, and what happened to us. */
const LOCAL: Readonly<Record<Reason, Disposition>> = {
  incompatible: close('peer', 24 * HOUR), // Prysm, Nimbus
  'unsupported-version': close('peer', HOUR),
  'too-many-peers': keep('us', 0),
  'authentication-failed': close('peer', doubling(5 * MINUTE, 160 * MINUTE)), // Aztec
  'protocol-violation': { ...close('peer', BAN_DURATION), bans: true },
  timeout: backOffFor('network'),
  banned: close('peer', BAN_DURATION),
  'not-allowed': { ...keep('nobody', 10 * MINUTE), refusesInbound: true },
  self: { ...close('peer', 24 * HOUR), forgets: true },
  refused: close('peer', doubling(10 * MINUTE, 24 * HOUR)),
  internal: backOffFor('us'),
  'shutting-down': close('us', 10 * MINUTE),
  requested: { ...close('us', MINUTE), yields: true }, // Nimbus: a minute between disconnect and redial
  idle: close('nobody', 5 * MINUTE),
  evicted: { ...keep('nobody', 5 * MINUTE), refusesInbound: true },
  busy: keep('us', 30 * SECOND),
  'dial-failed': backOffFor('network'),
  'no-address': backOffFor('network'),
  'unsupported-protocol': keep('nobody', HOUR),
  'stream-closed': backOffFor('network'),
  'connection-closed': backOffFor('network'),
  restarted: NOTHING,
  aborted: { ...keep('us', 0), yields: true },
  stopped: NOTHING,
  forgotten: NOTHING,
  'cooling-down': NOTHING,
  'share-full': NOTHING,
  'subnet-full': NOTHING,
  'queue-full': NOTHING,
  filtered: keep('us', HOUR),
  'dial-limit': NOTHING,
  offline: NOTHING,
  'not-wanted': NOTHING,
  'in-progress': NOTHING
}

const closeFor = (fault: Fault, length: number): Disposition => ({
  ...keep(fault, length),
  connection: 'close'
})

/** What the remote said of us. A peer that comes back by itself has changed its mind: let it in. */
const REMOTE: Readonly<Record<WireReason, Disposition>> = {
  incompatible: closeFor('us', 24 * HOUR),
  'unsupported-version': closeFor('us', HOUR),
  'too-many-peers': keep('nobody', 5 * MINUTE), // Prysm, Lodestar
  'authentication-failed': {
    ...keep('us', 0),
    coolDown: doubling(10 * MINUTE, 160 * MINUTE)
  },
  'protocol-violation': keep('us', 10 * MINUTE),
  timeout: backOffFor('network'),
  banned: closeFor('us', HOUR),
  'not-allowed': keep('us', 10 * MINUTE),
  self: { ...closeFor('us', 24 * HOUR), forgets: true },
  refused: { ...keep('us', 0), coolDown: doubling(10 * MINUTE, 24 * HOUR) },
  internal: backOffFor('nobody'),
  'shutting-down': keep('nobody', 10 * MINUTE), // Nimbus
  requested: keep('nobody', MINUTE),
  idle: keep('nobody', 5 * MINUTE),
  evicted: keep('nobody', 5 * MINUTE),
  busy: keep('nobody', 30 * SECOND)
}

/** The words that something follows from; the others answer a question, and change nothing. */
export const NOTED_REASONS = [
  ...WIRE_REASONS,
  'dial-failed',
  'no-address',
  'unsupported-protocol',
  'stream-closed',
  'connection-closed',
  'filtered'
] as const satisfies readonly Reason[]

export type NotedReason = (typeof NOTED_REASONS)[number]

/** What follows from every word unless the application says otherwise. */
export const DISPOSITIONS: DispositionTable = tableOf(LOCAL, REMOTE)

/** A table of rows that nobody changes any more. What only happens to us nobody else can say. */
export function tableOf(
  local: Readonly<Record<Reason, Disposition>>,
  remote: Readonly<Record<WireReason, Disposition>>
): DispositionTable {
  return Object.freeze({
    local: frozen(local),
    network: frozen(local, { bans: false }),
    remote: frozen({ ...local, ...remote })
  })
}

function frozen(
  rows: Readonly<Record<Reason, Disposition>>,
  change: Partial<Disposition> = {}
): Readonly<Record<Reason, Disposition>> {
  const entries = Object.entries(rows).map(([reason, row]) => [
    reason,
    Object.freeze({ ...row, ...change })
  ])
  return Object.freeze(Object.fromEntries(entries)) as Readonly<Record<Reason, Disposition>>
}

/** What follows from this word, said by this side. */
export function dispositionOf(
  reason: Reason,
  by: Side,
  table: DispositionTable = DISPOSITIONS
): Disposition {
  return table[by][reason]
}

/** What decides the length of one cool-down. */
export interface CoolDownCause {
  readonly reason: Reason
  readonly by: Side
  /** Failures in a row, this one included. */
  readonly failures: number
  /** Seconds the remote asked for; 0 if it did not. */
  readonly retryAfter: number
  readonly isStatic: boolean
  readonly luck: number
}

/** How long the scheduler leaves a peer alone, in milliseconds. */
export function coolDownOf(cause: CoolDownCause, table: DispositionTable = DISPOSITIONS): number {
  const { coolDown, connection } = dispositionOf(cause.reason, cause.by, table)
  if (cause.retryAfter > 0 && connection === 'keep' && cause.by === 'remote') {
    return honoured(cause.retryAfter)
  }
  return lengthOf(cause.isStatic ? forStatic(coolDown) : coolDown, cause.failures, cause.luck)
}
