import type { Reason, Side } from './reasons.ts'

/**
 * What follows from a "no". One table for our own verdicts and one for what the remote said of us:
 * only what this node saw with its own eyes bans, so that nobody can talk us into banning a third.
 */

const SECOND = 1_000
const MINUTE = 60 * SECOND
const HOUR = 60 * MINUTE

/**
 * How long a ban lasts unless the application says otherwise: 48 hours. Longer than the cool-down of any
 * lesser offence, of which a wrong chain has the longest with a day; Bitcoin Core bans for a day.
 */
export const BAN_DURATION = 48 * HOUR

/** First step of the back-off after an ordinary failure: go-libp2p's 5 s. */
export const BACK_OFF_BASE = 5 * SECOND

/** Longest back-off of a peer that the scheduler may as well do without: Tendermint's 30 minutes. */
export const BACK_OFF_CAP = 30 * MINUTE

/** Longest back-off of a static peer: 5 minutes, as in Tendermint and CometBFT. */
export const STATIC_BACK_OFF_CAP = 5 * MINUTE

/** No back-off is shorter, however lucky the draw: one second, so that no failure loops hot. */
export const BACK_OFF_FLOOR = SECOND

/** Failed attempts after which a discovered or requested candidate is no longer wanted: CometBFT's 16. */
export const MAX_ATTEMPTS = 16

/** A session shorter than this does not clear the count of failures: one minute. */
export const LASTING_SESSION = MINUTE

/** The longest `retry_after` of a remote that is honoured: an hour. */
export const RETRY_AFTER_CAP = HOUR

/** The shortest `retry_after` of a remote that is honoured: five seconds. */
export const RETRY_AFTER_FLOOR = 5 * SECOND

export interface Disposition {
  /** Does the connection stay (unpromoted), or is it closed and refused until the cool-down is over? */
  readonly connection: 'keep' | 'close'
  /** Milliseconds in which the scheduler leaves the peer alone; `back-off` grows with failures. */
  readonly coolDown: number | 'back-off'
  /** Are the peer's own handshakes refused during the cool-down, too? */
  readonly refusesInbound: boolean
  /** Does an explicit `connect()` override the cool-down? */
  readonly yields: boolean
  /** Is the peer entered in the ban table? */
  readonly bans: boolean
}

const keep = (coolDown: Disposition['coolDown']): Disposition => ({
  connection: 'keep',
  coolDown,
  refusesInbound: false,
  yields: coolDown === 'back-off',
  bans: false
})

const close = (coolDown: Disposition['coolDown']): Disposition => ({
  connection: 'close',
  coolDown,
  refusesInbound: true,
  yields: false,
  bans: false
})

/** Our own verdicts, and what happened to us. */
const LOCAL: Readonly<Record<Reason, Disposition>> = Object.freeze({
  incompatible: close(24 * HOUR), // Prysm, Nimbus
  'unsupported-version': close(HOUR),
  'too-many-peers': keep(0),
  'authentication-failed': close(5 * MINUTE), // Aztec
  'protocol-violation': { ...close(BAN_DURATION), bans: true },
  timeout: keep('back-off'),
  banned: close(BAN_DURATION),
  'not-allowed': { ...keep(10 * MINUTE), refusesInbound: true },
  self: close(24 * HOUR),
  refused: close(10 * MINUTE),
  internal: keep('back-off'),
  'shutting-down': close(10 * MINUTE),
  requested: { ...close(MINUTE), yields: true }, // Nimbus: a minute between disconnect and redial
  idle: close(5 * MINUTE),
  evicted: { ...keep(5 * MINUTE), refusesInbound: true },
  busy: keep(30 * SECOND),
  'dial-failed': keep('back-off'),
  'no-address': keep('back-off'),
  'unsupported-protocol': keep(HOUR),
  'stream-closed': keep('back-off'),
  'connection-closed': keep('back-off'),
  restarted: keep(0),
  aborted: { ...keep(0), yields: true },
  stopped: keep(0),
  forgotten: keep(0),
  'cooling-down': keep(0),
  'share-full': keep(0),
  'subnet-full': keep(0),
  'queue-full': keep(0),
  filtered: keep(HOUR),
  'dial-limit': keep(0),
  offline: keep(0),
  'not-wanted': keep(0),
  'in-progress': keep(0)
})

const heard = (coolDown: Disposition['coolDown'], connection: 'keep' | 'close'): Disposition => ({
  connection,
  coolDown,
  refusesInbound: false,
  yields: coolDown === 'back-off',
  bans: false
})

/** What the remote said of us. A peer that comes back by itself has changed its mind: let it in. */
const REMOTE: Readonly<Partial<Record<Reason, Disposition>>> = Object.freeze({
  incompatible: heard(24 * HOUR, 'close'),
  'unsupported-version': heard(HOUR, 'close'),
  'too-many-peers': heard(5 * MINUTE, 'keep'), // Prysm, Lodestar
  'authentication-failed': heard(10 * MINUTE, 'keep'),
  'protocol-violation': heard(10 * MINUTE, 'keep'),
  banned: heard(HOUR, 'close'),
  'not-allowed': heard(10 * MINUTE, 'keep'),
  self: heard(24 * HOUR, 'close'),
  refused: heard(10 * MINUTE, 'keep'),
  'shutting-down': heard(10 * MINUTE, 'keep'), // Nimbus
  requested: heard(MINUTE, 'keep'),
  idle: heard(5 * MINUTE, 'keep'),
  evicted: heard(5 * MINUTE, 'keep'),
  busy: heard(30 * SECOND, 'keep')
})

/** What follows from this word, said by this side. */
export function dispositionOf(reason: Reason, by: Side): Disposition {
  return (by === 'remote' ? REMOTE[reason] : undefined) ?? LOCAL[reason]
}

/**
 * The length of a back-off in milliseconds: 5 s doubled with every failure in a row, capped, times
 * `luck` in [0, 1): full jitter (AWS Architecture Blog, "Exponential Backoff And Jitter"). It is drawn
 * once, at the failure; a delay drawn anew at every look, as in Tendermint, is never due.
 */
export function backOff(failures: number, luck: number, cap: number): number {
  const step = Math.min(cap, BACK_OFF_BASE * 2 ** Math.max(0, failures - 1))
  return Math.max(BACK_OFF_FLOOR, Math.round(step * luck))
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
export function coolDownOf(cause: CoolDownCause): number {
  const { coolDown, connection } = dispositionOf(cause.reason, cause.by)
  if (cause.retryAfter > 0 && connection === 'keep' && cause.by === 'remote') {
    return Math.min(RETRY_AFTER_CAP, Math.max(RETRY_AFTER_FLOOR, cause.retryAfter * SECOND))
  }
  if (coolDown !== 'back-off') return coolDown
  return backOff(cause.failures, cause.luck, cause.isStatic ? STATIC_BACK_OFF_CAP : BACK_OFF_CAP)
}
