/** The time in which the demo runs is no wall clock: it stands still while the process cannot do anything. */
import { expect, test } from 'vitest'
import { ranSince } from '../../examples/local-network/running-time.ts'
import { eventually } from '../network/waiting.ts'

test('it goes on while the process runs, and stands still while it is kept from running', async () => {
  const begin = Date.now()
  await eventually(() => expect(ranSince(begin)).toBeGreaterThanOrEqual(50))
  expect(ranSince(begin)).toBeLessThanOrEqual(Date.now() - begin + 10)
  const kept = Date.now()
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 300)
  // the beat that is late comes once
  await eventually(() => expect(ranSince(kept)).toBeGreaterThan(0))
  expect(Date.now() - kept).toBeGreaterThanOrEqual(300)
  expect(ranSince(kept)).toBeLessThanOrEqual(100)
})
