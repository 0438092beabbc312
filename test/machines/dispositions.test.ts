/** What follows from every "no", whoever said it: golden, so that a change of policy is seen. */
import fc from 'fast-check'
import { expect, test } from 'vitest'
import * as numbers from '../../machines/dispositions.ts'
import {
  backOff,
  BAN_DURATION,
  coolDownOf,
  dispositionOf,
  LOCAL_REASONS,
  RETRY_AFTER_CAP,
  WIRE_REASONS
} from '../../machines/index.ts'
import type { CoolDownCause, Reason } from '../../machines/index.ts'

const SECOND = 1_000
const MINUTE = 60 * SECOND
const HOUR = 60 * MINUTE

/**
 * Kept or closed, how long, and what else: `deaf` to its own handshakes, `yields` to connect(),
 * `bans`.
 */
const LOCAL: Readonly<Record<Reason, string>> = {
  incompatible: 'close 24h deaf',
  'unsupported-version': 'close 1h deaf',
  'too-many-peers': 'keep 0s',
  'authentication-failed': 'close 5m deaf',
  'protocol-violation': 'close 48h deaf bans',
  timeout: 'keep back-off yields',
  banned: 'close 48h deaf',
  'not-allowed': 'keep 10m deaf',
  self: 'close 24h deaf',
  refused: 'close 10m deaf',
  internal: 'keep back-off yields',
  'shutting-down': 'close 10m deaf',
  requested: 'close 1m deaf yields',
  idle: 'close 5m deaf',
  evicted: 'keep 5m deaf',
  busy: 'keep 30s',
  'dial-failed': 'keep back-off yields',
  'no-address': 'keep back-off yields',
  'unsupported-protocol': 'keep 1h',
  'stream-closed': 'keep back-off yields',
  'connection-closed': 'keep back-off yields',
  restarted: 'keep 0s',
  aborted: 'keep 0s yields',
  stopped: 'keep 0s',
  forgotten: 'keep 0s',
  'cooling-down': 'keep 0s',
  'share-full': 'keep 0s',
  'subnet-full': 'keep 0s',
  'queue-full': 'keep 0s',
  filtered: 'keep 1h',
  'dial-limit': 'keep 0s',
  offline: 'keep 0s',
  'not-wanted': 'keep 0s',
  'in-progress': 'keep 0s'
}

/** Where it makes a difference that the remote said it of us. */
const REMOTE: Readonly<Record<Reason, string>> = {
  ...LOCAL,
  incompatible: 'close 24h',
  'unsupported-version': 'close 1h',
  'too-many-peers': 'keep 5m',
  'authentication-failed': 'keep 10m',
  'protocol-violation': 'keep 10m',
  banned: 'close 1h',
  'not-allowed': 'keep 10m',
  self: 'close 24h',
  refused: 'keep 10m',
  'shutting-down': 'keep 10m',
  requested: 'keep 1m',
  idle: 'keep 5m',
  evicted: 'keep 5m',
  busy: 'keep 30s'
}

test('the numbers of the policy', () => {
  const found = Object.entries(numbers).filter(([, value]) => typeof value === 'number')
  expect(Object.fromEntries(found)).toEqual({
    BAN_DURATION: 48 * HOUR,
    BACK_OFF_BASE: 5 * SECOND,
    BACK_OFF_CAP: 30 * MINUTE,
    STATIC_BACK_OFF_CAP: 5 * MINUTE,
    BACK_OFF_FLOOR: SECOND,
    MAX_ATTEMPTS: 16,
    LASTING_SESSION: MINUTE,
    RETRY_AFTER_CAP: HOUR,
    RETRY_AFTER_FLOOR: 5 * SECOND
  })
})

const REASONS: readonly Reason[] = [...WIRE_REASONS, ...LOCAL_REASONS]

function lengthOf(coolDown: number | 'back-off'): string {
  if (coolDown === 'back-off') return coolDown
  if (coolDown >= HOUR) return `${coolDown / HOUR}h`
  return coolDown >= MINUTE ? `${coolDown / MINUTE}m` : `${coolDown / SECOND}s`
}

test.each(['local', 'network', 'remote'] as const)('said by the %s side', (by) => {
  const found = REASONS.map((reason) => {
    const { connection, coolDown, refusesInbound, yields, bans } = dispositionOf(reason, by)
    const marks = [refusesInbound && 'deaf', yields && 'yields', bans && 'bans'].filter(Boolean)
    return [reason, [connection, lengthOf(coolDown), ...marks].join(' ')]
  })
  expect(Object.fromEntries(found)).toEqual(by === 'remote' ? REMOTE : LOCAL)
})

test('nobody talks us into a ban, nor into being deaf to a peer', () => {
  for (const reason of WIRE_REASONS) expect(dispositionOf(reason, 'remote').bans).toBe(false)
  for (const reason of Object.keys(REMOTE) as Reason[]) {
    const isOurs = LOCAL[reason] === REMOTE[reason]
    expect(isOurs || !dispositionOf(reason, 'remote').refusesInbound, reason).toBe(true)
  }
})

test('a timeout or a dial that failed is never held against a peer for good', () => {
  for (const reason of ['timeout', 'dial-failed', 'connection-closed', 'stream-closed'] as const) {
    expect(dispositionOf(reason, 'local')).toMatchObject({ bans: false, refusesInbound: false })
  }
})

const luck = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true })
const failures = fc.integer({ min: 1, max: 31 })
const CAP = 30 * MINUTE

test('back-off: 5 seconds doubled with every failure, capped', () => {
  const longest = [1, 2, 3, 4, 5, 9, 10, 31].map((times) => backOff(times, 1, CAP))
  expect(longest).toEqual([5, 10, 20, 40, 80, 1280, 1800, 1800].map((seconds) => seconds * SECOND))
  expect([5, 6, 7, 8].map((times) => backOff(times, 1, 5 * MINUTE))).toEqual(
    [80, 160, 300, 300].map((seconds) => seconds * SECOND)
  )
})

test('back-off: full jitter between the floor and the step, without a bias', () => {
  fc.assert(
    fc.property(failures, luck, (times, drawn) => {
      const step = Math.min(CAP, 5 * SECOND * 2 ** (times - 1))
      const length = backOff(times, drawn, CAP)
      expect(Number.isInteger(length)).toBe(true)
      expect(length).toBe(Math.max(SECOND, Math.round(step * drawn)))
    })
  )
  const draws = Array.from({ length: 1_000 }, (_, i) => backOff(8, (i + 0.5) / 1_000, CAP))
  const mean = draws.reduce((sum, each) => sum + each, 0) / draws.length
  expect(mean / (5 * SECOND * 2 ** 7)).toBeCloseTo(0.5, 2)
})

test('back-off: never shorter than a second, however lucky, and finite after any number of failures', () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 10_000 }), luck, (times, drawn) => {
      const length = backOff(times, drawn, CAP)
      expect(length >= SECOND && length <= CAP).toBe(true)
    })
  )
})

const cause: CoolDownCause = {
  reason: 'timeout',
  by: 'local',
  failures: 31,
  retryAfter: 0,
  isStatic: false,
  luck: 1
}

test('a static peer is tried again after 5 minutes at most, another after 30', () => {
  expect(coolDownOf(cause)).toBe(30 * MINUTE)
  expect(coolDownOf({ ...cause, isStatic: true })).toBe(5 * MINUTE)
})

test('a verdict lasts as long as the table says, whatever the luck', () => {
  for (const drawn of [0, 0.5, 1]) {
    const length = coolDownOf({ ...cause, reason: 'incompatible', luck: drawn })
    expect(length).toBe(24 * HOUR)
  }
  expect(coolDownOf({ ...cause, reason: 'protocol-violation' })).toBe(BAN_DURATION)
})

test.each([
  [0, 5 * MINUTE],
  [1, 5 * SECOND],
  [5, 5 * SECOND],
  [90, 90 * SECOND],
  [3_600, RETRY_AFTER_CAP],
  [2 ** 32 - 1, RETRY_AFTER_CAP]
])('a remote that is full and asks for %i s gets %i ms', (retryAfter, length) => {
  expect(coolDownOf({ ...cause, reason: 'too-many-peers', by: 'remote', retryAfter })).toBe(length)
})

test('no remote shortens what follows from a wrong chain, nor from our own verdict', () => {
  const asked = { ...cause, retryAfter: 5 }
  expect(coolDownOf({ ...asked, reason: 'incompatible', by: 'remote' })).toBe(24 * HOUR)
  expect(coolDownOf({ ...asked, reason: 'refused', by: 'local' })).toBe(10 * MINUTE)
})

test('a ban is longer than the cool-down of any lesser offence', () => {
  for (const by of ['local', 'network', 'remote'] as const) {
    for (const reason of REASONS) {
      const { coolDown, bans } = dispositionOf(reason, by)
      const isLesser = !bans && !(reason === 'banned' && by !== 'remote')
      const length = isLesser && coolDown !== 'back-off' ? coolDown : 0
      expect(length).toBeLessThan(BAN_DURATION)
    }
  }
})
