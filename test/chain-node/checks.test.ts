/** That the verdict of the example can fail, and at what. */
import { expect, test } from 'vitest'
import { judge } from '../../examples/chain-node/checks.ts'
import { figuresOf } from '../../examples/chain-node/figures.ts'
import { FAITHFUL } from '../../examples/chain-node/members.ts'
import { recount } from '../../examples/chain-node/recount.ts'
import { checkLines, summary } from '../../examples/chain-node/words.ts'
import { idOf, outcome } from './outcomes.ts'
import type { Outcome } from '../../examples/chain-node/recount.ts'
import type { Traffic } from '../../examples/chain-node/witness.ts'

const brokenIn = (one: Outcome): string[] =>
  judge(recount(one)).flatMap(({ breaches }) => [...breaches])

const NOTHING: Traffic = { streams: 0, received: 0, sent: 0, calls: 0 }

test('an outcome as it has to be', () => {
  const world = recount(outcome())
  const checks = judge(world)
  const figures = figuresOf(world, checks, 12.34)
  expect(figures).toEqual({
    nodes: 7,
    strays: 2,
    secondFork: 16,
    head: 32,
    headsOfTheFive: 1,
    transactionsSubmitted: 2,
    transactionsInEveryChain: 2,
    authorizedPairs: 10,
    grpcAmongTheFive: { streams: 40, received: 6_000, sent: 4_000, calls: 60 },
    grpcWithStrays: NOTHING,
    attempts: 60,
    answered: 0,
    refusals: {
      'call: incompatible': 20,
      'connect: incompatible': 20,
      'forced call: incompatible': 20
    },
    streamsRefused: 5,
    controlAttempts: 15,
    controlAnswered: 15,
    seconds: 12.3,
    broken: []
  })
  expect(checks.flatMap(checkLines)).toHaveLength(checks.length)
  expect(summary(figures).join('\n')).toContain('gRPC with the strays: 0 calls on 0 streams')
})

const stray = (traffic: Partial<Traffic>) => ({ [idOf('wren')]: { ...NOTHING, ...traffic } })

test.each<[string, Parameters<typeof outcome>[0]]>([
  ['there are 2 heads', { cleo: { hash: '0xbad' } }],
  ['cleo stands at 29, not at 30', { cleo: { number: 29 } }],
  ['dora lacks 1 of 2', { dora: { hashes: ['0x02'] } }],
  ['ben has no ada among its peers', { ben: { peers: [idOf('emil')], nextForks: {} } }],
  ['ada has the peer wren', { ada: { peers: [idOf('wren')] } }],
  ['ada gossips with yuri', { ada: { gossip: [idOf('yuri')] } }],
  ['ada gossips with id of nobody', { ada: { gossip: ['id of nobody'] } }],
  ['ada has not heard from dora', { ada: { nextForks: { [idOf('dora')]: 16 } } }],
  ['ben lost a peer over it', { ben: { farewells: ['incompatible'] } }],
  ['wren has made no block', { wren: { number: 8 } }],
  ['wren is on the chain of the five', { wren: { hash: '0xfeed' } }],
  ['yuri has the peer wren', { yuri: { peers: [idOf('wren')] } }],
  ['yuri has the peer ada', { yuri: { gossip: [idOf('ada')] } }],
  [
    'ada and wren: 0 streams, 0 calls, 1 bytes in, 0 bytes out',
    { ada: { traffic: stray({ received: 1 }) } }
  ],
  [
    'ada and wren: 0 streams, 0 calls, 0 bytes in, 1 bytes out',
    { ada: { traffic: stray({ sent: 1 }) } }
  ],
  [
    'yuri and wren: 0 streams, 1 calls, 0 bytes in, 0 bytes out',
    { yuri: { traffic: stray({ calls: 1 }) } }
  ],
  ['wren has tried nothing', { wren: { attempts: [] } }],
  [
    'call of wren at ada: 9 bytes',
    { wren: { attempts: [{ kind: 'call', peer: idOf('ada'), answer: 'Unavailable', bytes: 9 }] } }
  ],
  [
    'connect of ada at yuri: 0 bytes',
    { ada: { attempts: [{ kind: 'connect', peer: idOf('yuri'), answer: 'answered', bytes: 0 }] } }
  ],
  ['emil has tried nothing', { emil: { attempts: [] } }],
  [
    'call of ada at ben: Unavailable',
    { ada: { attempts: [{ kind: 'call', peer: idOf('ben'), answer: 'Unavailable', bytes: 9 }] } }
  ],
  [
    'call of ada at ben: answered',
    { ada: { attempts: [{ kind: 'call', peer: idOf('ben'), answer: 'answered', bytes: 0 }] } }
  ]
])('broken: %s', (how, doctored) => {
  expect(brokenIn(outcome(doctored))).toContain(how)
})

test('broken: somebody is not there', () => {
  const { reports, ...rest } = outcome()
  const without = reports.filter(({ name }) => name !== 'ada' && name !== 'yuri')
  const broken = brokenIn({ ...rest, reports: without })
  expect(broken).toEqual(expect.arrayContaining(['there is no ada', 'there is no yuri']))
})

test('broken: nobody knocked at a gate', () => {
  const untried = Object.fromEntries(FAITHFUL.map((name) => [name, { refusedStreams: 0 }]))
  expect(brokenIn(outcome(untried))).toEqual(['no forced call got as far as a gate'])
})

test('broken: nobody handed in a transaction', () => {
  expect(brokenIn({ ...outcome(), submitted: [] })).toEqual(['there was none'])
})
