/**
 * How often streams without a protocol are counted: to count goes through every connection, and a busy
 * application has a thousand streams a second.
 *
 * Mutations that turn this file red, each tried by hand (unnamed-streams.ts):
 * - a count before one connection could hold too many, or more often than every tenth of a second
 * - no look after the count, or no count later for what came too soon after the last one
 */
import { describe, expect, it } from 'vitest'
import { UnnamedStreams } from '../../src/gate/unnamed-streams.ts'
import { ManualClock } from '../../src/testing/manual-clock.ts'
import type { Connection } from '@libp2p/interface'

const LIMIT = 16

function scene() {
  const clock = new ManualClock()
  const held: { direction: string; protocol: string }[] = []
  const connection = { streams: held } as unknown as Connection
  const flooded: Connection[] = []
  const figures = { counts: 0 }
  const unnamed = new UnnamedStreams({
    clock,
    limit: LIMIT,
    watched: () => {
      figures.counts++
      return [connection]
    },
    onFlood: (each) => flooded.push(each)
  })
  const comes = (protocol: string): void => {
    held.push({ direction: 'inbound', protocol })
    unnamed.came()
  }
  return { clock, connection, held, flooded, figures, unnamed, comes }
}

describe('streams without a protocol', () => {
  it('are not counted for every stream of a busy application', () => {
    const { clock, figures, flooded, comes } = scene()
    for (let second = 0; second < 10; second++) {
      for (let i = 0; i < 1_000; i++) comes('/app/1.0.0')
      clock.advance(1_000)
    }
    expect(figures.counts).toBeGreaterThan(0)
    expect(figures.counts).toBeLessThanOrEqual(100)
    expect(flooded).toEqual([])
  })

  it('nor for every one while a connection holds as many as it may', () => {
    const { clock, figures, flooded, comes } = scene()
    for (let i = 0; i < LIMIT; i++) comes('')
    for (let i = 0; i < 1_000; i++) {
      comes('/app/1.0.0')
      clock.advance(1)
    }
    expect(figures.counts).toBeLessThanOrEqual(11)
    expect(flooded).toEqual([])
  })

  it('cost a calm node neither a count nor a deadline', () => {
    const { clock, figures, comes } = scene()
    for (let i = 0; i < LIMIT; i++) comes('/app/1.0.0')
    expect(figures.counts).toBe(0)
    expect(clock.pending).toBe(0)
  })

  it('are found when they are too many, however they come, a second later at the earliest', () => {
    for (const first of [0, 10, LIMIT, 40]) {
      const { clock, connection, flooded, comes } = scene()
      for (let i = 0; i < first; i++) comes('/app/1.0.0')
      for (let i = 0; i <= LIMIT; i++) comes('')
      clock.advance(999)
      expect(flooded).toEqual([])
      clock.advance(101)
      expect(flooded, `after ${first} others`).toEqual([connection])
    }
  })

  it('are as many as may be, to the last one', () => {
    const { clock, connection, held, flooded, comes } = scene()
    for (let i = 0; i <= LIMIT; i++) comes('')
    expect(clock.pending).toBe(1)
    // one of them says what it is for, just in time
    Object.assign(held[0] ?? {}, { protocol: '/app/1.0.0' })
    clock.advance(1_000)
    expect([flooded, clock.pending]).toEqual([[], 0])
    comes('')
    clock.advance(1_000)
    expect(flooded).toEqual([connection])
  })

  it('of ours are none', () => {
    const { clock, held, unnamed, flooded } = scene()
    for (let i = 0; i < 40; i++) {
      held.push({ direction: 'outbound', protocol: '' })
      unnamed.came()
    }
    clock.advance(2_000)
    expect(flooded).toEqual([])
  })

  it('are counted anew as soon as a tenth of a second is over, and no earlier', () => {
    const { clock, figures, comes } = scene()
    for (let i = 0; i < LIMIT; i++) comes('/app/1.0.0')
    comes('')
    expect(figures.counts).toBe(1)
    for (let i = 0; i < LIMIT; i++) comes('')
    expect([figures.counts, clock.next]).toEqual([1, 100])
    clock.advance(99)
    expect(figures.counts).toBe(1)
    clock.advance(1)
    expect(figures.counts).toBe(2)
  })

  it('are not looked for while a connection holds as many as it may', () => {
    const { clock, figures, comes } = scene()
    for (let i = 0; i < LIMIT; i++) comes('')
    comes('/app/1.0.0')
    expect([figures.counts, clock.pending]).toEqual([1, 0])
  })

  it('are not counted again before so many came that a connection could hold too many', () => {
    const { clock, figures, comes } = scene()
    for (let i = 0; i <= LIMIT; i++) comes('/app/1.0.0')
    expect(figures.counts).toBe(1)
    clock.advance(1_000)
    for (let i = 0; i < LIMIT; i++) comes('/app/1.0.0')
    expect(figures.counts).toBe(1)
    comes('/app/1.0.0')
    expect(figures.counts).toBe(2)
  })

  it('leave no deadline when the node stops', () => {
    const { clock, unnamed, comes } = scene()
    for (let i = 0; i <= 2 * LIMIT; i++) comes('')
    unnamed.stop()
    expect(clock.pending).toBe(0)
  })
})
