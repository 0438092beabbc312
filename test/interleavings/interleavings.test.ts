/**
 * The whole service under random commands, whose consequences overtake one another at random: every public
 * method, from outside and from within every listener, libp2p's events in every order that it has them in,
 * answers of every port at any time, stops, restarts, outages, and time.
 */
import { expect, test } from 'vitest'
import { explore } from './explore.ts'
import { meetings } from './meetings.ts'

test('no law breaks in any order of what happens', async () => {
  expect(await explore({ runs: 250, seed: 20_261_123 })).toBe(250)
}, 240_000)

test('two nodes that connect to each other at the same time are both authorized, in every order', async () => {
  expect(await meetings({ runs: 100, seed: 20_261_123 })).toBe(100)
}, 120_000)
