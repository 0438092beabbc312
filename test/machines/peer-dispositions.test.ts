/**
 * The chart with another table of dispositions, and what no table makes of it.
 *
 * Mutations that turn this file red, each tried by hand:
 * - `peerMachineWith` without its guards, or without its actions
 * - `isForgotten` without `isStatic`, or never
 * - the branch `isCurrentAndCloses` of `handshake.expired` removed
 */
import fc from 'fast-check'
import { expect, test } from 'vitest'
import {
  DISPOSITIONS,
  LOCAL_REASONS,
  NOTED_REASONS,
  PEER_EVENTS,
  peerMachine,
  peerMachineWith,
  tableOf,
  WIRE_REASONS
} from '../../machines/index.ts'
import { leafOf } from '../../src/testing/model/chart-edges.ts'
import {
  accepted,
  CASES,
  closed,
  connect,
  dialFailed,
  dismissed,
  expired,
  goodbye,
  granted,
  liveIn,
  newPeer,
  NOW,
  opened,
  over,
  refused,
  streamOpened,
  take,
  unbanned,
  wanted
} from '../../src/testing/model/peer-cases.ts'
import { OVERRIDDEN } from './peer-walk.ts'
import type { PeerSnapshot, Step } from '../../src/testing/model/peer-cases.ts'
import type { Disposition, PeerEvent, Reason, WireReason } from '../../machines/index.ts'

const MINUTE = 60_000

const discovered = wanted('discovered', true)
const fixed = wanted('static', true)
const dial = granted('outbound', false)
const adopt = granted('outbound', true)

const chart = peerMachineWith(OVERRIDDEN)
const live = (...steps: readonly Step[]): PeerSnapshot => liveIn(chart, ...steps)

test('a timeout that closes, closes', () => {
  const { next, effects } = take(live(discovered, opened, adopt), expired)
  expect(leafOf(next)).toBe('rejected.connected')
  expect(effects).toContain('closeConnections')
  expect(take(liveIn(peerMachine, discovered, opened, adopt), expired).effects).not.toContain(
    'closeConnections'
  )
})

test('what bans is what the table says', () => {
  const handshaking = [discovered, opened, adopt, streamOpened]
  const wrongChain = take(live(...handshaking), refused('incompatible', 'local'))
  expect(wrongChain.effects).toContain('ban')
  expect(leafOf(take(wrongChain.next, unbanned).next)).toBe('connected.queued')
  const violation = take(live(...handshaking), refused('protocol-violation', 'local'))
  expect(violation.effects).not.toContain('ban')
  expect(take(violation.next, unbanned).next).toBe(violation.next)
})

test('a disconnect() that keeps the connection and has no cool-down leaves the peer at once', () => {
  const session = [wanted('requested', true), opened, adopt, streamOpened, accepted]
  const { next, effects } = take(live(...session), dismissed('requested'))
  expect(effects).toContain('sayGoodbye')
  expect(effects).not.toContain('closeConnections')
  expect(next.context.until).toBe(NOW)
  expect(leafOf(take(next, over).next)).toBe('connected.unpromoted')
})

test('who is forgotten is wanted no more, unless static; a later connect() is a new wish', () => {
  const forgets: [string, Step[]][] = [
    ['a dial', [dial, dialFailed('dial-failed')]],
    ['a word', [opened, adopt, refused('too-many-peers', 'remote')]],
    ['a goodbye', [opened, adopt, streamOpened, accepted, goodbye('too-many-peers')]],
    ['a leave', [opened, adopt, streamOpened, accepted, dismissed('evicted')]]
  ]
  for (const [name, steps] of forgets) {
    const gone = { priority: undefined, lasting: undefined }
    expect(live(discovered, ...steps).context, name).toMatchObject(gone)
    expect(leafOf(live(discovered, ...steps, closed, over)), name).toBe('discovered.idle')
    expect(live(fixed, ...steps).context.lasting, name).toBe('static')
    expect(leafOf(live(fixed, ...steps, closed, over)), name).toBe('discovered.queued')
    const asked = live(discovered, ...steps, closed, connect)
    expect(asked.context.priority, name).toBe('requested')
    expect(leafOf(take(asked, over).next), name).toBe('discovered.queued')
  }
})

test('verdicts yield, and ordinary failures do not, if the table says so', () => {
  const heard = live(discovered, opened, adopt, refused('incompatible', 'remote'))
  expect(leafOf(take(heard, connect).next)).toBe('connected.queued')
  const failed = live(discovered, dial, dialFailed('dial-failed'))
  expect(leafOf(take(failed, connect).next)).toBe('discovered.coolingDown')
})

test('lengths are those of the table', () => {
  const remote = DISPOSITIONS.remote as Readonly<Record<WireReason, Disposition>>
  const busy = { ...remote.busy, coolDown: { base: MINUTE, factor: 3, cap: 5 * MINUTE, jitter: 0 } }
  const machine = peerMachineWith(tableOf(DISPOSITIONS.local, { ...remote, busy }))
  const visit = [adopt, refused('busy', 'remote')]
  const lengths = [1, 2, 3].map((times) => {
    const visits = Array.from({ length: times }, () => [...visit, over]).flat()
    return liveIn(machine, discovered, opened, ...visits.slice(0, -1)).context.until - NOW
  })
  expect(lengths).toEqual([MINUTE, 3 * MINUTE, 5 * MINUTE])
})

const moment = { at: NOW, luck: 0.5 }
const anyReason = fc.constantFrom<Reason>(...WIRE_REASONS, ...LOCAL_REASONS)
const anySide = fc.constantFrom('remote', 'network')

/** A "no" of somebody else's, in any event that brings one. */
const anyRefusal: fc.Arbitrary<Step> = fc
  .record({
    type: fc.constantFrom(
      'handshake.refused',
      'channel.refused',
      'goodbye.received',
      'update.refused'
    ),
    reason: anyReason,
    by: anySide,
    retryAfter: fc.nat(100_000)
  })
  .map(
    (no) =>
      ({ session }) =>
        ({ ...no, session, ...moment }) as PeerEvent
  )

const anyFailure: fc.Arbitrary<Step> = fc
  .tuple(anyReason, fc.boolean())
  .map(([reason, isExcused]) => dialFailed(reason, isExcused))

/** Trouble of our own: words that we say, but not of anything that a peer has done. */
const anyTrouble: fc.Arbitrary<Step> = fc
  .constantFrom<Reason>('timeout', 'internal', 'busy', 'too-many-peers', 'not-allowed')
  .map((reason) => refused(reason, 'local'))

/** Everything else that happens to a peer without a judgement of ours. */
const anyEvent: fc.Arbitrary<Step> = fc.constantFrom(
  ...PEER_EVENTS.filter((type) => type !== 'peer.banned' && !type.endsWith('refused')).flatMap(
    (type) => Object.values(CASES[type])
  )
)

const anyLife = fc.array(
  fc.oneof({ arbitrary: anyEvent, weight: 3 }, anyRefusal, anyFailure, anyTrouble),
  { maxLength: 60, size: 'max' }
)

test('no sequence of network events, of remote words and of our own trouble leads to a ban', () => {
  let verdicts = 0
  fc.assert(
    fc.property(anyLife, fc.boolean(), (steps, isOverridden) => {
      let at = newPeer(isOverridden ? chart : peerMachine)
      for (const step of steps) {
        const { next, effects } = take(at, step)
        expect(effects, JSON.stringify(step(at.context))).not.toContain('ban')
        if (leafOf(next).startsWith('rejected')) verdicts++
        at = next
      }
    }),
    { numRuns: 300 }
  )
  // many of these lives had reason to
  expect(verdicts).toBeGreaterThan(300)
})

test('the other table is another one in every column', () => {
  const columns = ['connection', 'coolDown', 'refusesInbound', 'yields', 'bans', 'forgets'] as const
  const same = columns.filter((column) =>
    NOTED_REASONS.every(
      (word) => OVERRIDDEN.local[word][column] === DISPOSITIONS.local[word][column]
    )
  )
  expect(same).toEqual([])
})
