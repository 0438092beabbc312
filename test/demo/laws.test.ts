/**
 * The verdict can fail: a lawful world, one thing in it doctored, and the law that this breaks named. The lawful
 * world itself breaks none, so it is the doctored thing.
 */
import { expect, test } from 'vitest'
import { figuresOf, isSuccess } from '../../examples/local-network/figures.ts'
import { judge, LAWS } from '../../examples/local-network/laws.ts'
import { verdictLines } from '../../examples/local-network/words.ts'
import { world } from './worlds.ts'
import type { Law } from '../../examples/local-network/laws.ts'
import type { World } from '../../examples/local-network/world.ts'

function broken(judged: World): string[] {
  return judge(judged)
    .filter(({ breaches }) => breaches.length > 0)
    .map(({ law }) => law)
}

const toFir = { to: 'fir', direction: 'outbound' }

test('a lawful world breaks no law, and is a success', () => {
  expect(broken(world())).toEqual([])
  expect(isSuccess(figuresOf(world(), 1))).toBe(true)
})

test.each<[Law, string, World]>([
  ['capacity', 'five at once', world({ birch: { mostAuthorized: 5 } })],
  [
    'gate',
    'a request of a stranger was delivered',
    world({ birch: { trespassed: { request: 1, gossip: 0 } } })
  ],
  [
    'gate',
    'gossip of a stranger was delivered',
    world({ flint: { trespassed: { request: 0, gossip: 1 } } })
  ],
  [
    'gate',
    'a stream is open with a stranger',
    world({ birch: { gatedStreams: ['fir', 'stock'] } })
  ],
  ['gate', 'gossipsub has a stranger', world({ birch: { gossipPeers: ['fir', 'stock'] } })],
  [
    'agreement',
    'only one thinks so',
    world({ fir: { authorized: [], gatedStreams: [], gossipPeers: [] } })
  ],
  [
    'agreement',
    'two chains',
    world({
      birch: { authorized: ['fir', 'flint'] },
      flint: { authorized: ['birch'] }
    })
  ],
  [
    'agreement',
    'the silent one',
    world({
      birch: {
        authorized: ['fir', 'sphinx'],
        connections: [toFir, { to: 'sphinx', direction: 'outbound' }]
      }
    })
  ],
  ['agreement', 'the stock one', world({ birch: { authorized: ['fir', 'stock'] } })],
  ['agreement', 'no connection', world({ birch: { connections: [] } })],
  ['agreement', 'no rest', world({}, { isSettled: false })],
  ['settle', 'a promise', world({}, { pending: ['connect() from birch to sphinx'] })],
  ['settle', 'a connection', world({}, { notClosed: ['birch'] })],
  ['blast radius', 'an error', world({}, { crashes: ['Error: nobody caught me'] })]
])('%s: %s', (law, _, judged) => {
  expect(broken(judged)).toEqual([law])
  expect(figuresOf(judged, 1).lawsBroken).toEqual([law])
  expect(isSuccess(figuresOf(judged, 1))).toBe(false)
})

test.each([...LAWS])('%s: what a witness saw is in the verdict', (law) => {
  const judged = world({ flint: { breaches: [{ law, how: 'it was seen' }] } })
  expect(broken(judged)).toEqual([law])
  const verdict = judge(judged).find((one) => one.law === law)
  expect(verdict?.breaches).toEqual(['flint: it was seen'])
  expect(verdict === undefined ? [] : verdictLines(verdict)[0]).toMatch(/^BROKEN/)
})

test('the figures are counted by hand', () => {
  expect(figuresOf(world(), 1.26)).toEqual({
    nodes: 5,
    maxPeers: 4,
    authorizedPairs: 1,
    asymmetricPairs: 0,
    maxAuthorizedOnAnyNode: 1,
    connections: 3,
    unpromotedConnections: 2,
    wrongChainAuthorized: 0,
    silentAuthorized: 0,
    stockAuthorized: 0,
    appMessagesDelivered: 4,
    appMessagesFromUnauthorized: 0,
    gossipDelivered: 6,
    gossipFromUnauthorized: 0,
    gatedStreamsRefused: 5,
    deliveredWithoutGate: 3,
    honestNodesWithoutPeers: 0,
    lawsBroken: [],
    seconds: 1.3
  })
})

test('every bad figure shows', () => {
  const bad = world({
    birch: {
      authorized: ['fir', 'flint', 'sphinx', 'stock'],
      trespassed: { request: 2, gossip: 3 },
      mostAuthorized: 7
    },
    fir: { authorized: [] }
  })
  expect(figuresOf(bad, 1)).toMatchObject({
    authorizedPairs: 0,
    asymmetricPairs: 4,
    maxAuthorizedOnAnyNode: 7,
    wrongChainAuthorized: 1,
    silentAuthorized: 1,
    stockAuthorized: 1,
    appMessagesFromUnauthorized: 2,
    gossipFromUnauthorized: 3,
    honestNodesWithoutPeers: 1,
    lawsBroken: ['capacity', 'gate', 'agreement']
  })
})

test.each<[string, World]>([
  [
    'an honest node is alone',
    world({
      birch: { authorized: [], gatedStreams: [], gossipPeers: [] },
      fir: { authorized: [], gatedStreams: [], gossipPeers: [] }
    })
  ],
  [
    'nothing was delivered',
    world({
      birch: { delivered: { request: 0, gossip: 0 } },
      fir: { delivered: { request: 0, gossip: 0 } }
    })
  ]
])('no law is broken, and yet it is no success: %s', (_, judged) => {
  expect(broken(judged)).toEqual([])
  expect(isSuccess(figuresOf(judged, 1))).toBe(false)
})
