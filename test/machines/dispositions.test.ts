/** What follows from every "no", whoever said it: golden, so that a change of policy is seen. */
import fc from 'fast-check'
import { expect, test } from 'vitest'
import * as lengths from '../../machines/cool-downs.ts'
import * as numbers from '../../machines/dispositions.ts'
import {
  backOff,
  BAN_DURATION,
  coolDownOf,
  dispositionOf,
  DISPOSITIONS,
  LOCAL_REASONS,
  NOTED_REASONS,
  RETRY_AFTER_CAP,
  WIRE_REASONS
} from '../../machines/index.ts'
import type {
  CoolDown,
  CoolDownCause,
  Disposition,
  Fault,
  Reason,
  Side
} from '../../machines/index.ts'

const SECOND = 1_000
const MINUTE = 60 * SECOND
const HOUR = 60 * MINUTE

/**
 * Kept or closed, how long, and what else: `deaf` to its own handshakes, `yields` to connect(),
 * `bans`, `forgets`.
 */
const LOCAL: Readonly<Record<Reason, string>> = {
  incompatible: 'close 24h deaf',
  'unsupported-version': 'close 1h deaf',
  'too-many-peers': 'keep 0s',
  'authentication-failed': 'close 5m x2 160m deaf',
  'protocol-violation': 'close 48h deaf bans',
  timeout: 'keep back-off yields',
  banned: 'close 48h deaf',
  'not-allowed': 'keep 10m deaf',
  self: 'close 24h deaf forgets',
  refused: 'close 10m x2 24h deaf',
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
  'authentication-failed': 'keep 10m x2 160m',
  'protocol-violation': 'keep 10m',
  banned: 'close 1h',
  'not-allowed': 'keep 10m',
  self: 'close 24h forgets',
  refused: 'keep 10m x2 24h',
  'shutting-down': 'keep 10m',
  requested: 'keep 1m',
  idle: 'keep 5m',
  evicted: 'keep 5m',
  busy: 'keep 30s'
}

/** Whose fault each is, by what we say and by what the remote says of us. */
const FAULTS: Readonly<Record<Fault, string>> = {
  peer: 'incompatible unsupported-version authentication-failed protocol-violation banned self refused',
  us: 'too-many-peers internal shutting-down requested busy aborted filtered',
  network: 'timeout dial-failed no-address stream-closed connection-closed',
  nobody:
    'not-allowed idle evicted unsupported-protocol restarted stopped forgotten cooling-down share-full subnet-full queue-full dial-limit offline not-wanted in-progress'
}

const REMOTE_FAULTS: Readonly<Record<Fault, string>> = {
  peer: '',
  us: 'incompatible unsupported-version authentication-failed protocol-violation banned not-allowed self refused',
  network: 'timeout',
  nobody: 'too-many-peers internal shutting-down requested idle evicted busy'
}

test('the numbers of the policy', () => {
  const all = [...Object.entries(numbers), ...Object.entries(lengths)]
  const found = all.filter(([, value]) => typeof value === 'number')
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

/** What nobody has said bans nobody. */
const NETWORK = { ...LOCAL, 'protocol-violation': 'close 48h deaf' }

const EXPECTED = { local: LOCAL, network: NETWORK, remote: REMOTE }

const REASONS: readonly Reason[] = [...WIRE_REASONS, ...LOCAL_REASONS]

function lengthOf({ base, factor, cap, jitter }: CoolDown): string {
  if (jitter === 1 && factor === 2 && base === 5 * SECOND && cap === 30 * MINUTE) return 'back-off'
  expect([jitter, factor === 1 ? cap : base]).toEqual([0, base])
  return factor === 1 ? inUnits(base) : `${inUnits(base)} x${factor} ${inUnits(cap)}`
}

function inUnits(length: number): string {
  if (length % HOUR === 0 && length > 0) return `${length / HOUR}h`
  return length >= MINUTE ? `${length / MINUTE}m` : `${length / SECOND}s`
}

test.each(['local', 'network', 'remote'] as const)('said by the %s side', (by) => {
  const found = REASONS.map((reason) => {
    const { connection, coolDown, ...rest } = dispositionOf(reason, by)
    const { refusesInbound, yields, bans, forgets } = rest
    const marks = [
      refusesInbound && 'deaf',
      yields && 'yields',
      bans && 'bans',
      forgets && 'forgets'
    ].filter(Boolean)
    return [reason, [connection, lengthOf(coolDown), ...marks].join(' ')]
  })
  expect(Object.fromEntries(found)).toEqual(EXPECTED[by])
})

test.each([
  ['local', REASONS, FAULTS],
  ['network', REASONS, FAULTS],
  ['remote', WIRE_REASONS, REMOTE_FAULTS]
] as const)('whose fault it is, said by the %s side', (by, reasons, faults) => {
  const found = Object.keys(faults).map((fault) => [
    fault,
    reasons.filter((reason) => dispositionOf(reason, by).fault === fault).join(' ')
  ])
  expect(Object.fromEntries(found)).toEqual(faults)
})

test('what only happens here is the same, whoever is said to have said it', () => {
  for (const reason of LOCAL_REASONS) {
    expect(dispositionOf(reason, 'remote')).toEqual(dispositionOf(reason, 'local'))
  }
})

test('nothing follows from a word that is not noted', () => {
  const idle = REASONS.filter((reason) => !(NOTED_REASONS as readonly Reason[]).includes(reason))
  expect(idle).toContain('offline')
  for (const reason of idle) {
    expect(dispositionOf(reason, 'local'), reason).toMatchObject({
      connection: 'keep',
      coolDown: { base: 0, cap: 0 },
      refusesInbound: false,
      bans: false,
      forgets: false
    })
  }
})

test('nobody changes the table', () => {
  expect(Object.isFrozen(DISPOSITIONS)).toBe(true)
  for (const rows of Object.values(DISPOSITIONS)) {
    expect(Object.isFrozen(rows)).toBe(true)
    for (const row of Object.values<Disposition>(rows)) {
      expect(Object.isFrozen(row) && Object.isFrozen(row.coolDown)).toBe(true)
    }
  }
})

/** The most that can come of a word: what it costs the peer at worst. */
const penaltyOf = ({ bans, connection, coolDown, refusesInbound }: Disposition): string => {
  if (bans) return 'ban'
  if (refusesInbound) return connection === 'close' ? 'shut out' : 'no slot'
  return coolDown.base > 0 ? 'left alone' : 'nothing'
}

const worst = (by: Side, reasons: readonly Reason[]): Record<string, string> =>
  Object.fromEntries(
    Object.entries(Object.groupBy(reasons, (reason) => penaltyOf(dispositionOf(reason, by)))).map(
      ([penalty, words = []]) => [penalty, words.join(' ')]
    )
  )

test('the most that can come of a word: only misbehaviour that is proven here bans', () => {
  expect(worst('local', NOTED_REASONS)).toEqual({
    ban: 'protocol-violation',
    'shut out':
      'incompatible unsupported-version authentication-failed banned self refused shutting-down requested idle',
    'no slot': 'not-allowed evicted',
    'left alone':
      'timeout internal busy dial-failed no-address unsupported-protocol stream-closed connection-closed filtered',
    nothing: 'too-many-peers'
  })
  expect(worst('remote', WIRE_REASONS)).toEqual({ 'left alone': WIRE_REASONS.join(' ') })
  const onTheWay = LOCAL_REASONS.map((reason) => penaltyOf(dispositionOf(reason, 'network')))
  expect(new Set(onTheWay)).toEqual(new Set(['left alone', 'nothing']))
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

test.each([
  ['authentication-failed', 'local', [5, 10, 20, 40, 80, 160, 160], 5],
  ['authentication-failed', 'remote', [10, 20, 40, 80, 160, 160, 160], 10],
  ['refused', 'local', [10, 20, 40, 80, 160, 320, 640], 10],
  ['refused', 'remote', [10, 20, 40, 80, 160, 320, 640], 10],
  ['incompatible', 'local', Array.from({ length: 7 }, () => 24 * 60), 24 * 60]
] as const)('%s, %s: minutes that grow with failures in a row', (reason, by, minutes, fixed) => {
  const after = (times: number, isStatic: boolean): number =>
    coolDownOf({ ...cause, reason, by, failures: times, isStatic }) / MINUTE
  expect([1, 2, 3, 4, 5, 6, 7].map((times) => after(times, false))).toEqual(minutes)
  expect(after(31, false)).toBeLessThanOrEqual(24 * 60)
  // what is always wanted is asked again as often as the first time
  expect([1, 7, 31].map((times) => after(times, true))).toEqual([fixed, fixed, fixed])
})

test('a cool-down that never ends does so without a number that is none', () => {
  for (const jitter of [0, 1]) {
    const endless = { base: Infinity, factor: 2, cap: Infinity, jitter }
    expect([lengths.lengthOf(endless, 31, 0), lengths.longest(endless)]).toEqual([
      Infinity,
      Infinity
    ])
  }
  expect(lengths.lengthOf({ base: 0, factor: 1e308, cap: 0, jitter: 1 }, 31, 1)).toBe(0)
})

test('the longest and the shortest of a cool-down: what grows ends at its cap, what does not stays', () => {
  const growing = { base: 4_000, factor: 2, cap: 60_000, jitter: 0.5 }
  expect([lengths.longest(growing), lengths.shortest(growing)]).toEqual([60_000, 2_000])
  const steady = { base: 4_000, factor: 1, cap: 60_000, jitter: 0 }
  expect([lengths.longest(steady), lengths.shortest(steady)]).toEqual([4_000, 4_000])
  // what is not drawn is not rounded either
  expect(lengths.lengthOf({ ...steady, base: 2.5 }, 1, 0)).toBe(2.5)
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
  expect(coolDownOf({ ...asked, reason: 'refused', by: 'local', failures: 1 })).toBe(10 * MINUTE)
  const ours = { ...asked, reason: 'too-many-peers', by: 'local' } as const
  expect(coolDownOf(ours)).toBe(coolDownOf({ ...ours, retryAfter: 0 }))
})

test('a ban is longer than the cool-down of any lesser offence', () => {
  for (const by of ['local', 'network', 'remote'] as const) {
    for (const reason of REASONS) {
      const { coolDown, bans } = dispositionOf(reason, by)
      const isBan = bans || (by !== 'remote' && /^banned$|^protocol-violation$/.test(reason))
      const isLesser = !isBan
      expect(isLesser ? lengths.longest(coolDown) : 0, reason).toBeLessThan(BAN_DURATION)
    }
  }
})
