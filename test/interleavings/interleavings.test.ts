/**
 * The whole service under random commands, whose consequences overtake one another at random: every public
 * method, from outside and from within every listener, libp2p's events in every order that it has them in,
 * answers of every port at any time, stops, restarts, outages, and time.
 */
import { expect, test } from 'vitest'
import { explore } from './explore.ts'

test('no law breaks in any order of what happens', async () => {
  expect(await explore({ runs: 250, seed: 20_261_123 })).toBe(250)
}, 240_000)
