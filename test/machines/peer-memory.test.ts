/** What a peer is remembered for: wishes, failures in a row, cool-downs, bans. */
import { expect, test } from 'vitest'
import { leafOf } from '../../src/testing/model/chart-edges.ts'
import {
  accepted,
  banned,
  closed,
  connect,
  dialExpired,
  dialFailed,
  feelerFailed,
  dismissed,
  expired,
  sleptThrough,
  forgotten,
  goodbye,
  granted,
  live,
  NOW,
  opened,
  over,
  readdressed,
  refused,
  restored,
  returned,
  take,
  unbanned,
  unwanted,
  updateRefused,
  wanted,
  streamOpened
} from '../../src/testing/model/peer-cases.ts'
import type { Step } from '../../src/testing/model/peer-cases.ts'
import type { PeerEvent } from '../../machines/index.ts'

const SECOND = 1_000
const MINUTE = 60 * SECOND
const HOUR = 60 * MINUTE

const discovered = wanted('discovered', true)
const enqueued = wanted('requested', true)
const fixed = wanted('static', true)
const dial = granted('outbound', false)
const adopt = granted('outbound', true)
const admit = granted('inbound', true)
const failed = dialFailed('dial-failed')
const failure = [dial, failed, over]
const failures = (times: number): Step[] => Array.from({ length: times }, () => failure).flat()

test('a connect() is one attempt; what was wanted before stays wanted', () => {
  expect(leafOf(live(connect, dial, failed, over))).toBe('discovered.idle')
  const peer = live(discovered, connect, dial, failed, over)
  expect(leafOf(peer)).toBe('discovered.queued')
  expect(peer.context.priority).toBe('discovered')
})

test('a wish only ever rises, until its attempt is over', () => {
  expect(live(enqueued, discovered).context.priority).toBe('requested')
  expect(live(discovered, enqueued).context.lasting).toBe('requested')
  expect(live(fixed, enqueued, connect).context).toMatchObject({
    priority: 'static',
    lasting: 'static'
  })
  expect(live(discovered, connect).context).toMatchObject({
    priority: 'requested',
    lasting: 'discovered'
  })
})

test.each<[string, Step[]]>([
  ['a back-off', [connect, dial, failed]],
  ['a back-off with a connection', [connect, dial, failed, opened]],
  ['a verdict', [connect, adopt, refused('incompatible', 'local'), closed]],
  ['a verdict with a connection', [connect, adopt, refused('too-many-peers', 'remote')]],
  ['a ban', [banned]]
])('a connect() that is aborted during %s leaves nobody to dial for', (_, steps) => {
  const waiting = wanted('requested', false)
  const firm: Step = (context) => ({ ...waiting(context), urgent: false }) as PeerEvent
  expect(live(...steps, firm).context.priority).toBe('requested')
  expect(live(...steps, firm, unwanted).context.priority).toBeUndefined()
  expect(leafOf(live(...steps, firm, unwanted, over))).toMatch(/idle|unpromoted/)
})

test('disconnect() takes the wish of enqueue() back, in a cool-down as anywhere else', () => {
  for (const steps of [
    [],
    [opened],
    [dial],
    [adopt],
    [adopt, streamOpened, accepted],
    [dial, failed],
    [adopt, expired],
    [adopt, expired, closed]
  ]) {
    const peer = live(enqueued, ...steps, dismissed('requested'))
    expect(peer.context, leafOf(peer)).toMatchObject({ priority: undefined, lasting: undefined })
  }
})

test('disconnect() does not make a static peer less wanted, nor shorten the cool-down of a verdict', () => {
  const peer = live(fixed, adopt, refused('incompatible', 'local'), dismissed('requested'))
  expect(peer.context).toMatchObject({
    lasting: 'static',
    reason: 'incompatible',
    until: NOW + 24 * HOUR
  })
})

test('sixteen failures in a row end the wish for a peer, not for a static one', () => {
  expect(leafOf(live(discovered, ...failures(15)))).toBe('discovered.queued')
  const spent = live(discovered, ...failures(16))
  expect(leafOf(spent)).toBe('discovered.idle')
  expect(spent.context).toMatchObject({ priority: undefined, lasting: undefined, failures: 16 })
  expect(leafOf(live(fixed, ...failures(40)))).toBe('discovered.queued')
  expect(live(fixed, ...failures(40)).context.failures).toBe(31)
})

/** Every way a session can end that is not our own wish. */
const ENDS: [string, (at: number) => Step][] = [
  ['the loss of the connection', (at) => () => ({ type: 'connection.closed', at, luck: 0.5 })],
  ['a goodbye', (at) => goodbye('shutting-down', at)],
  [
    'a refused update',
    (at) => (context) => ({ ...updateRefused('refused', 'remote')(context), at }) as PeerEvent
  ]
]

test.each(ENDS)(
  '%s: a session of a minute clears the failures before it, a shorter one not',
  (_, end) => {
    const session = [discovered, ...failures(7), adopt, streamOpened, accepted]
    expect(live(...session).context.failures).toBe(7)
    expect(live(...session, end(NOW + MINUTE - 1)).context.failures).toBe(8)
    expect(live(...session, end(NOW + MINUTE)).context.failures).toBe(1)
  }
)

test('a peer that leaves politely time and again is still wanted', () => {
  const visit = [adopt, streamOpened, accepted, goodbye('idle', NOW + MINUTE), over]
  const peer = live(discovered, opened, ...Array.from({ length: 40 }, () => visit).flat())
  expect(leafOf(peer)).toBe('connected.queued')
})

test('an attempt to shake hands after a long session does not profit from it', () => {
  const peer = live(discovered, ...failures(3), adopt, streamOpened, accepted, closed, over, adopt)
  const anHourLater = { ...expired(peer.context), at: NOW + HOUR } as PeerEvent
  expect(take(peer, () => anHourLater).next.context.failures).toBe(5)
})

test('the length of a cool-down is drawn once, at the "no"', () => {
  const peer = live(discovered, dial, failed)
  expect(peer.context).toMatchObject({ reason: 'dial-failed', by: 'network', until: NOW + 2_500 })
  expect(take(peer, opened).next.context.until).toBe(NOW + 2_500)
})

test('a failure that is excused does not count, and is cooled down as a first one is', () => {
  for (const step of [dialFailed('dial-failed', true), dialExpired(true)]) {
    const { context } = live(discovered, ...failures(7), dial, step)
    expect(context).toMatchObject({ reason: 'dial-failed', failures: 7, until: NOW + 2_500 })
  }
  const felt = live(discovered, ...failures(7), feelerFailed(true)).context
  expect(felt).toMatchObject({ reason: 'dial-failed', failures: 7, until: NOW + 2_500 })
  const { context } = live(discovered, ...failures(7), adopt, streamOpened, sleptThrough)
  expect(context).toMatchObject({ reason: 'timeout', failures: 7, until: NOW + 2_500 })
  const spent = [discovered, ...failures(15), dial, dialFailed('dial-failed', true), over]
  expect(leafOf(live(...spent))).toBe('discovered.queued')
})

test('a feeler that comes to nothing counts as any failed dial', () => {
  const { context } = live(discovered, feelerFailed(false), over, dial, failed)
  expect(context).toMatchObject({ reason: 'dial-failed', failures: 2, until: NOW + 5_000 })
  expect(leafOf(live(discovered, ...failures(15), feelerFailed(false), over))).toBe(
    'discovered.idle'
  )
})

test('the return of the network takes back the failure it is to blame for, and no other', () => {
  const tried = [discovered, ...failures(7), dial]
  const counted = live(...tried, failed, returned)
  const excused = live(...tried, dialFailed('dial-failed', true), returned)
  for (const peer of [counted, excused]) {
    expect(leafOf(peer)).toBe('discovered.queued')
    expect(peer.context).toMatchObject({ failures: 7, counted: 0, reason: undefined, until: 0 })
  }
  expect(live(fixed, ...failures(40), dial, failed, returned).context.failures).toBe(31)
  expect(leafOf(live(discovered, ...failures(15), dial, failed, returned))).toBe(
    'discovered.queued'
  )
})

test('a new address takes no failure back, and revives nobody who was given up', () => {
  const peer = live(discovered, ...failures(7), dial, failed, readdressed)
  expect(leafOf(peer)).toBe('discovered.queued')
  expect(peer.context.failures).toBe(8)
  expect(leafOf(live(discovered, ...failures(15), dial, failed, readdressed))).toBe(
    'discovered.coolingDown'
  )
})

test('what is restored goes on where it was: the same word, the same end, the same failures', () => {
  const peer = live(discovered, restored('dial-failed', 'network', 7))
  expect(peer.context).toMatchObject({
    reason: 'dial-failed',
    by: 'network',
    until: NOW + HOUR,
    failures: 7,
    priority: 'discovered'
  })
  expect(take(peer, over).next.context).toMatchObject({ failures: 7, reason: undefined, until: 0 })
  expect(live(restored('dial-failed', 'network', 7), returned).context.failures).toBe(7)
  const limits = [-1, 0, 31, 2 ** 40].map(
    (times) => live(restored('refused', 'remote', times)).context.failures
  )
  expect(limits).toEqual([0, 0, 31, 31])
})

test('a remote that asks for time gets it, within bounds', () => {
  const lengths = [0, 1, 60, 99_999].map((seconds) => {
    return live(discovered, adopt, refused('too-many-peers', 'remote', seconds)).context.until - NOW
  })
  expect(lengths).toEqual([5 * MINUTE, 5 * SECOND, MINUTE, HOUR])
})

test('the end of an earlier cool-down does not end the one that runs', () => {
  const peer = live(opened, banned)
  const { next } = take(peer, () => ({ type: 'peer.banned', at: NOW, until: NOW + 5 * HOUR }))
  expect(take(next, () => ({ type: 'coolDown.over', until: NOW + HOUR })).next).toBe(next)
  expect(leafOf(take(next, over).next)).toBe('connected.unpromoted')
})

test('a ban that is lifted is over at once, whoever pronounced it', () => {
  expect(leafOf(live(banned, unbanned))).toBe('discovered.idle')
  expect(leafOf(live(discovered, banned, unbanned))).toBe('discovered.queued')
  const violator = [opened, admit, refused('protocol-violation', 'local')]
  expect(leafOf(live(...violator, unbanned))).toBe('connected.unpromoted')
  expect(leafOf(live(...violator, banned, unbanned))).toBe('connected.unpromoted')
})

test('what another says of a ban is no ban of ours', () => {
  const peer = live(opened, admit, refused('banned', 'remote'))
  expect(take(peer, unbanned).next).toBe(peer)
})

test('the last word on a ban counts', () => {
  expect(leafOf(live(banned, unbanned, banned))).toBe('rejected.disconnected')
  expect(leafOf(live(banned, banned, unbanned))).toBe('discovered.idle')
})

test('a forgotten peer is beyond everything', () => {
  const peer = live(forgotten)
  for (const step of [connect, opened, banned, admit]) expect(take(peer, step).next).toBe(peer)
})
