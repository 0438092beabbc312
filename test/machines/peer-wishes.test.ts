/** What becomes of a wish, and of a "no", where a peer waits: in the queue, in a session, in a cool-down. */
import { describe, expect, test } from 'vitest'
import { leafOf } from '../../src/testing/model/chart-edges.ts'
import {
  accepted,
  closed,
  connect,
  dialFailed,
  dismissed,
  expired,
  granted,
  live,
  opened,
  over,
  refused,
  streamOpened,
  take,
  unwanted,
  wanted
} from '../../src/testing/model/peer-cases.ts'
import type { Step } from '../../src/testing/model/peer-cases.ts'

const enqueued = wanted('discovered', true)
const dial = granted('outbound', false)
const adopt = granted('outbound', true)
const failed = dialFailed('dial-failed')
const pardoned: Step = () => ({ type: 'peer.pardoned' })
const failures = (times: number): Step[] =>
  Array.from({ length: times }, () => [dial, failed, over]).flat()

/** Waits for the end of a cool-down, which a `connect()` need not do. */
const COOLING: [string, Step[]][] = [
  ['discovered.coolingDown', [dial, failed]],
  ['connected.coolingDown', [dial, failed, opened]],
  ['rejected.connected', [opened, adopt, expired]],
  ['rejected.disconnected', [opened, adopt, expired, closed]]
]

const NO_MORE = { reason: undefined, by: undefined, detail: undefined, until: 0, counted: 0 }

describe.each(COOLING)('%s', (leaf, steps) => {
  test('the end of the cool-down is the end of the "no"', () => {
    // with a wish that lasts, and with one that is taken back meanwhile
    for (const wish of [enqueued, connect]) {
      const peer = live(wish, ...steps, unwanted)
      expect(leafOf(peer)).toBe(leaf)
      expect(peer.context.reason).toBeDefined()
      expect(take(peer, over).next.context).toMatchObject(NO_MORE)
    }
  })

  test('so is a connect(), and the wish is its own', () => {
    const { next } = take(live(enqueued, ...steps), connect)
    expect(leafOf(next)).toMatch(/queued$/)
    const wish = { priority: 'requested', lasting: 'discovered' }
    expect(next.context).toMatchObject({ ...NO_MORE, ...wish })
  })

  test('who failed sixteen times in a row is wanted by nobody at its end', () => {
    const worn = live(enqueued, ...failures(15), ...steps)
    expect(worn.context).toMatchObject({ failures: 16, lasting: 'discovered' })
    const { next } = take(worn, over)
    expect(leafOf(next)).toMatch(/idle$|unpromoted$/)
    expect(next.context).toMatchObject({ ...NO_MORE, priority: undefined, lasting: undefined })
  })
})

test.each<[string, Step[]]>([
  ['discovered.queued', []],
  ['connected.queued', [opened]],
  ['dialing', [dial]],
  ['authorized', [adopt, streamOpened, accepted]]
])('%s: a connect() that is taken back leaves the wish that lasts', (leaf, steps) => {
  const both = live(enqueued, connect, ...steps)
  expect([leafOf(both), both.context.priority]).toEqual([leaf, 'requested'])
  const { next } = take(both, unwanted)
  expect([leafOf(next), next.context.priority]).toEqual([leaf, 'discovered'])
})

test.each<[string, Step[]]>([
  ['discovered.idle', []],
  ['connected.unpromoted', [opened]]
])('%s: a wish is noted, and is gone when it is taken back', (leaf, steps) => {
  const asked = live(...steps, connect)
  expect(asked.context.priority).toBe('requested')
  const { next } = take(asked, unwanted)
  expect([leafOf(next), next.context.priority]).toEqual([leaf, undefined])
})

test('a session begins with its number and its direction, and without what was said before', () => {
  const peer = live(connect, dial)
  expect(peer.context).toMatchObject({ session: 1, direction: 'outbound', ...NO_MORE })
  const other = live(enqueued, opened, adopt, refused('busy', 'remote'), granted('inbound', true))
  expect(other.context).toMatchObject({ session: 2, direction: 'inbound', ...NO_MORE })
})

test.each(['static', 'discovered'] as const)(
  'a disconnect() leaves a %s peer as wanted as it lastingly is, and starts its failures anew',
  (priority) => {
    const session = [wanted(priority, true), ...failures(3), adopt, streamOpened, accepted]
    const { context } = live(...session, dismissed('requested'))
    expect(context).toMatchObject({ priority, lasting: priority, failures: 0 })
  }
)

test('a list that changes pardons whom our own list kept out, and nobody else', () => {
  const session = [enqueued, opened, adopt]
  const ours = live(...session, refused('not-allowed', 'local'))
  expect(leafOf(take(ours, pardoned).next)).toBe('connected.queued')
  const theirs = live(...session, refused('not-allowed', 'remote'))
  expect(take(theirs, pardoned).next).toBe(theirs)
})
