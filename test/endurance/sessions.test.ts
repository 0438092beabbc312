import { expect, it } from 'vitest'
import { endure } from './sessions.ts'

// `npm run soak` is the same with a hundred thousand sessions
it('ten thousand sessions leave nothing behind', { timeout: 300_000 }, async () => {
  const { before, after, authorized, slope } = await endure({
    tracked: 200,
    warmUp: 3_000,
    sessions: 10_000
  })
  expect(authorized).toBeGreaterThan(11_000)
  expect(before).toMatchObject({ connections: 0, slots: 0, tracked: 200 })
  expect(after).toEqual(before)
  expect(slope).toBeLessThanOrEqual(50)
})
