/**
 * Whom the scheduler dials, in rounds as in go-ethereum's `dial_test.go`: what happened since the
 * last round, and exactly who must be dialed now. The comments say why the others are not.
 */
import { beforeEach, describe, expect, test } from 'vitest'
import { CandidatePool, checkDial, nextDial, PRIORITIES, SlotBook } from '../../machines/index.ts'
import type { DialClass, DialWorld, SchedulerMode, SlotWish } from '../../machines/index.ts'

interface Round {
  /** Candidates that enter the queue. */
  readonly trusted?: readonly string[]
  readonly static?: readonly string[]
  readonly requested?: readonly string[]
  readonly discovered?: readonly string[]
  /** Inbound peers that ask for a slot; all of them get one. */
  readonly inbound?: readonly string[]
  /** Dials that have ended well: the peer keeps its slot. */
  readonly reached?: readonly string[]
  /** Dials that failed, and sessions that ended: the slot comes back. */
  readonly gone?: readonly string[]
  readonly mode?: SchedulerMode
  readonly probing?: boolean
  /** In this order; within a class the first that is queued is drawn, as luck has it here. */
  readonly expectDials: readonly string[]
  /** How many then wait. */
  readonly expectQueued?: number
}

const PARALLEL_DIALS = 4
const CLASSES = ['trusted', ...PRIORITIES] as const

let slots: SlotBook
let dialing: Set<string>
let queue: Record<DialClass, CandidatePool>

/** Six slots, two of them for discovered candidates; four dials at once. */
beforeEach(() => {
  slots = new SlotBook({ maxPeers: 6, outboundShare: 1 / 3 })
  dialing = new Set()
  queue = {
    trusted: new CandidatePool(),
    static: new CandidatePool(),
    requested: new CandidatePool(),
    discovered: new CandidatePool()
  }
})

const release = (peer: string): void => {
  for (const slot of slots.list()) if (slot.peer === peer) slots.release(slot.session)
}

function round(name: string, given: Round): void {
  for (const each of CLASSES) for (const peer of given[each] ?? []) queue[each].add(peer)
  for (const peer of given.trusted ?? []) slots.trust(peer)
  for (const peer of [...(given.reached ?? []), ...(given.gone ?? [])]) dialing.delete(peer)
  for (const peer of given.gone ?? []) release(peer)
  for (const peer of given.inbound ?? []) expect(slots.take(peer, 'inbound'), peer).toBeDefined()

  const { mode = 'filling', probing = false } = given
  const dials: string[] = []
  for (;;) {
    const now = {
      mode,
      slots,
      probing,
      dialing: dialing.size,
      parallelDials: PARALLEL_DIALS,
      hasToken: true
    }
    const next = nextDial(queue, now, 0)
    if (next === undefined) break
    queue[next.priority].delete(next.peer)
    slots.take(next.peer, next.priority === 'trusted' ? 'requested' : next.priority)
    dialing.add(next.peer)
    dials.push(next.peer)
  }

  expect(dials, name).toEqual(given.expectDials)
  const waiting = CLASSES.reduce((sum, priority) => sum + queue[priority].size, 0)
  expect(waiting, name).toBe(given.expectQueued ?? waiting)
  expect(slots.size, name).toBeLessThanOrEqual(slots.capacity)
  expect(dialing.size, name).toBeLessThanOrEqual(PARALLEL_DIALS)
}

test('classes: static before requested before discovered', () => {
  round('everybody at once', {
    discovered: ['d1', 'd2', 'd3'],
    requested: ['r1', 'r2'],
    static: ['s1'],
    expectDials: ['s1', 'r1', 'r2', 'd1'], // d2, d3: four dials are in flight
    expectQueued: 2
  })
  round('one dial is over', {
    reached: ['s1'],
    expectDials: ['d3'], // d2: two discovered candidates have slots, and that is their share
    expectQueued: 1
  })
  round('a static peer comes late', {
    static: ['s2'],
    reached: ['r1'],
    expectDials: ['s2'], // the last slot; d2 still waits for its share
    expectQueued: 1
  })
})

test('classes: luck decides within one, never between two', () => {
  for (const peer of ['s1', 's2']) queue.static.add(peer)
  for (const peer of ['d1', 'd2', 'd3']) queue.discovered.add(peer)
  const drawn = [0, 0.49, 0.5, 0.999].map((luck) => nextDial(queue, world({}), luck)?.peer)
  expect(drawn).toEqual(['s1', 's1', 's2', 's2'])
})

test('shares: discovered candidates leave room, those the application asked for need not', () => {
  round('more are discovered than may be dialed', {
    discovered: ['d1', 'd2', 'd3', 'd4'],
    expectDials: ['d1', 'd4'], // d2, d3: the share is two
    expectQueued: 2
  })
  round('nothing has changed', { expectDials: [], expectQueued: 2 })
  round('a discovered candidate cannot be reached', { gone: ['d1'], expectDials: ['d3'] })
  round('the application asks for more', {
    requested: ['r1', 'r2', 'r3'],
    reached: ['d3', 'd4'],
    expectDials: ['r1', 'r3', 'r2'],
    expectQueued: 1 // d2: the share is two
  })
})

test('full: nobody is dialed, whatever the class; a slot that comes free goes to the most wanted', () => {
  round('inbound peers and our own fill the node', {
    inbound: ['i1', 'i2', 'i3', 'i4'],
    discovered: ['d1', 'd2'],
    expectDials: ['d1', 'd2']
  })
  round('all slots are held', {
    reached: ['d1', 'd2'],
    discovered: ['d3'],
    requested: ['r1'],
    static: ['s1'],
    mode: 'full',
    expectDials: [], // no newcomer evicts anybody, static peers neither
    expectQueued: 3
  })
  round('an inbound peer leaves', { gone: ['i1'], expectDials: ['s1'], expectQueued: 2 })
  round('a discovered peer leaves', { gone: ['d1'], expectDials: ['r1'], expectQueued: 1 })
  round('the static peer leaves, and is wanted again', {
    gone: ['s1'],
    static: ['s1'],
    expectDials: ['s1'], // d3: the only free slot went to a class above
    expectQueued: 1
  })
})

test('trusted: before all others, and although all slots are held', () => {
  round('inbound peers and our own fill the node', {
    inbound: ['i1', 'i2', 'i3', 'i4'],
    discovered: ['d1', 'd2'],
    expectDials: ['d1', 'd2']
  })
  round('a trusted peer is wanted, and a static one', {
    reached: ['d1', 'd2'],
    trusted: ['t1'],
    static: ['s1'],
    mode: 'full',
    expectDials: ['t1'], // s1: it is not trusted, and no slot is reserved for it
    expectQueued: 1
  })
  round('it leaves, and a slot of the others comes free', {
    gone: ['t1', 'i1'],
    trusted: ['t1'],
    expectDials: ['t1', 's1']
  })
  expect(slots.countOf('ordinary')).toBe(6)
})

test('inbound churn gives discovered candidates no slot beyond their share', () => {
  round('the share is used up', { discovered: ['d1', 'd2', 'd3'], expectDials: ['d1', 'd3'] })
  round('a guest comes', { inbound: ['i1'], expectDials: [] })
  round('and goes', { gone: ['i1'], expectDials: [], expectQueued: 1 })
})

test('offline: everybody waits, one is tried when a probe is due', () => {
  round('the network seems gone', {
    mode: 'offline',
    discovered: ['d1', 'd2', 'd3'],
    requested: ['r1'],
    static: ['s1'],
    expectDials: [], // it is us who are away: nobody is to pay for it
    expectQueued: 5
  })
  const probe: DialWorld = {
    mode: 'offline',
    slots,
    probing: true,
    dialing: 2,
    parallelDials: 4,
    hasToken: true
  }
  // any of the five, and each class as likely as the others
  const probed = [0, 0.2, 0.4, 0.6, 0.8, 0.999].map((luck) => nextDial(queue, probe, luck)?.peer)
  expect(probed).toEqual(['s1', 's1', 'r1', 'r1', 'd2', 'd3'])
  // somebody waits for the answer, and hears how it is
  const awaited = { ...queue, discovered: new CandidatePool(), requested: new CandidatePool() }
  awaited.requested.add('r2')
  const gone = { ...probe, probing: false }
  expect(nextDial(queue, gone, 0)).toBeUndefined()
  expect(nextDial(awaited, gone, 0.9, true)).toEqual({ peer: 'r2', priority: 'requested' })
  // who may not be dialed for another reason is no way to find the network
  const crowded = world({ mode: 'offline', probing: true }, ['discovered'])
  expect(nextDial(queue, crowded, 0.999)).toMatchObject({ priority: 'requested' })
  round('the network is back', { expectDials: ['s1', 'r1', 'd1', 'd3'] })
})

test('stopped and draining: nobody', () => {
  const everybody = { static: ['s1'], requested: ['r1'], discovered: ['d1'] }
  round('before the start', { ...everybody, mode: 'stopped', probing: true, expectDials: [] })
  round('while goodbyes are said', {
    mode: 'draining',
    probing: true,
    expectDials: [],
    expectQueued: 3
  })
  round('after the start', { expectDials: ['s1', 'r1', 'd1'] })
})

/** Three slots, one of them for discovered candidates. */
function world(changes: Partial<DialWorld>, taken: readonly SlotWish[] = []): DialWorld {
  const held = new SlotBook({ maxPeers: 3, outboundShare: 1 / 3 })
  for (const kind of taken) held.take(kind, kind)
  return {
    mode: 'filling',
    slots: held,
    probing: false,
    dialing: 0,
    parallelDials: 4,
    hasToken: true,
    ...changes
  }
}

describe('the word for why not', () => {
  test.each<[string, DialWorld, (string | undefined)[]]>([
    // static, requested, discovered
    ['free slots', world({}), [undefined, undefined, undefined]],
    ['stopped', world({ mode: 'stopped' }), ['stopped', 'stopped', 'stopped']],
    ['draining', world({ mode: 'draining' }), ['shutting-down', 'shutting-down', 'shutting-down']],
    ['offline', world({ mode: 'offline' }), ['offline', 'offline', 'offline']],
    ['a probe', world({ mode: 'offline', probing: true }), [undefined, undefined, undefined]],
    ['all dials in flight', world({ dialing: 4 }), ['dial-limit', 'dial-limit', 'dial-limit']],
    ['too many handshakes', world({ isBusy: true }), ['dial-limit', 'dial-limit', 'dial-limit']],
    ['no token', world({ hasToken: false }), ['dial-limit', 'dial-limit', 'dial-limit']],
    ['the share used up', world({}, ['discovered']), [undefined, undefined, 'share-full']],
    [
      'all slots held',
      world({ mode: 'full' }, ['static', 'requested', 'discovered']),
      ['too-many-peers', 'too-many-peers', 'too-many-peers']
    ],
    // what can be known at once is said before what changes by the second
    [
      'all slots held, and no token',
      world({ mode: 'full', hasToken: false }, ['static', 'requested', 'discovered']),
      ['too-many-peers', 'too-many-peers', 'too-many-peers']
    ],
    [
      'stopped, and all dials in flight',
      world({ mode: 'stopped', dialing: 4 }),
      ['stopped', 'stopped', 'stopped']
    ]
  ])('%s', (_, given, words) => {
    expect(PRIORITIES.map((priority) => checkDial(priority, given))).toEqual(words)
  })
})
