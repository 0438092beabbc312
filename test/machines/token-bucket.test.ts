import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { TokenBucket } from '../../machines/index.ts'

/** How many it gives at this moment. */
function drain(bucket: TokenBucket, now: number): number {
  let taken = 0
  while (taken < 1_000 && bucket.take(now)) taken++
  return taken
}

describe('a token bucket', () => {
  test('gives its burst at once, then one token after the other', () => {
    const bucket = new TokenBucket({ perSecond: 8, burst: 16 }, 0)
    expect(drain(bucket, 0)).toBe(16)
    expect(bucket.wait(0)).toBe(125)
    expect(drain(bucket, 124)).toBe(0)
    expect(drain(bucket, 125)).toBe(1)
    expect(bucket.wait(125)).toBe(125)
    expect(drain(bucket, 1_125)).toBe(8)
  })

  test('never holds more than its burst, however long it was left alone', () => {
    const bucket = new TokenBucket({ perSecond: 8, burst: 16 }, 0)
    expect(drain(bucket, 24 * 3_600_000)).toBe(16)
  })

  test('has a token exactly as long as it gives one, and has nothing to wait for then', () => {
    const bucket = new TokenBucket({ perSecond: 4, burst: 1 }, 0)
    expect([bucket.has(0), bucket.wait(0)]).toEqual([true, 0])
    bucket.take(0)
    expect([bucket.has(0), bucket.has(249), bucket.has(250)]).toEqual([false, false, true])
    expect([bucket.wait(0), bucket.wait(249), bucket.wait(250)]).toEqual([250, 1, 0])
  })

  test('gives many at once, or none of them', () => {
    const bucket = new TokenBucket({ perSecond: 8, burst: 16 }, 0)
    expect(bucket.take(0, 17)).toBe(false)
    expect(bucket.take(0, 10)).toBe(true)
    expect(bucket.take(0, 7)).toBe(false)
    expect(bucket.take(0, 6)).toBe(true)
    expect(bucket.has(0)).toBe(false)
    expect(bucket.take(1_000, 8)).toBe(true)
  })

  test('loses no token to rounding, however many looks it takes', () => {
    const bucket = new TokenBucket({ perSecond: 0.1, burst: 2 }, 0)
    drain(bucket, 0)
    for (let now = 1_000; now < 10_000; now += 1_000) expect(bucket.take(now)).toBe(false)
    expect(bucket.take(10_000)).toBe(true)
  })

  test('is full again as soon as it has all, and not before', () => {
    const bucket = new TokenBucket({ perSecond: 1, burst: 2 }, 0)
    expect(bucket.isFull(0)).toBe(true)
    bucket.take(0)
    expect(bucket.isFull(999)).toBe(false)
    expect(bucket.isFull(1_000)).toBe(true)
  })

  test('a clock that goes back gives nothing, and takes nothing', () => {
    const bucket = new TokenBucket({ perSecond: 1, burst: 1 }, 10_000)
    expect(bucket.take(10_000)).toBe(true)
    expect(bucket.take(0)).toBe(false)
    expect(bucket.wait(0)).toBe(1_000)
    expect(bucket.take(10_999)).toBe(false)
    expect(bucket.take(11_000)).toBe(true)
  })

  test.each([
    { perSecond: Infinity, burst: 3 },
    { perSecond: 1, burst: Infinity },
    { perSecond: Infinity, burst: Infinity }
  ])('without a limit it always has one: $perSecond, $burst', (rate) => {
    const bucket = new TokenBucket(rate, 0)
    expect(drain(bucket, 0)).toBe(1_000)
    expect(bucket.wait(0)).toBe(0)
  })

  test('in any span of time: no more than the burst and what the rate gives; no less when asked for', () => {
    const rate = fc.record({
      perSecond: fc.double({ min: 0.1, max: 50, noNaN: true }),
      burst: fc.integer({ min: 1, max: 20 })
    })
    fc.assert(
      fc.property(rate, fc.array(fc.integer({ min: 0, max: 5_000 })), (limits, steps) => {
        const bucket = new TokenBucket(limits, 0)
        let [now, taken] = [0, 0]
        for (const step of steps) {
          now += step
          taken += drain(bucket, now)
          const wait = bucket.wait(now)
          expect(wait).toBeGreaterThan(0)
          expect(bucket.has(now + wait)).toBe(true)
          expect(taken).toBeLessThanOrEqual(limits.burst + (limits.perSecond * now) / 1_000 + 1e-6)
        }
      })
    )
  })
})
