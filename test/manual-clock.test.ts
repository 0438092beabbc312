import { expect, test } from 'vitest'
import { ManualClock } from '../src/testing/manual-clock.ts'

test('deadlines fire when they are due, in order, at their own time', () => {
  const clock = new ManualClock(1_000)
  const fired: Array<[string, number]> = []
  const note = (name: string) => () => fired.push([name, clock.now()])
  clock.after(20, note('second'))
  clock.after(10, note('first'))
  clock.after(20, note('third'))
  clock.after(30, note('fourth'))
  clock.advance(9)
  expect(fired).toEqual([])
  clock.advance(16)
  expect(fired).toEqual([
    ['first', 10],
    ['second', 20],
    ['third', 20]
  ])
  expect([clock.now(), clock.epoch(), clock.pending]).toEqual([25, 1_025, 1])
})

test('a deadline set by another one counts, if it falls due', () => {
  const clock = new ManualClock()
  const fired: number[] = []
  clock.after(10, () => clock.after(10, () => fired.push(clock.now())))
  clock.advance(100)
  expect(fired).toEqual([20])
  expect(clock.pending).toBe(0)
})

test('a deadline that is taken back does not fire, however often it is taken back', () => {
  const clock = new ManualClock()
  const fired: string[] = []
  const cancel = clock.after(1, () => fired.push('never'))
  cancel()
  cancel()
  clock.advance(10)
  clock.after(1, () => fired.push('again'))()
  const late = clock.after(1, () => fired.push('once'))
  clock.advance(10)
  late()
  expect(fired).toEqual(['once'])
})

test('a delay of 0 or less fires at the next advance, one of Infinity never', () => {
  const clock = new ManualClock()
  const fired: number[] = []
  for (const delay of [0, -5, Infinity]) clock.after(delay, () => fired.push(delay))
  expect(fired).toEqual([])
  expect(clock.pending).toBe(2)
  clock.advance(0)
  expect(fired).toEqual([0, -5])
  clock.advance(1e12)
  expect(fired).toHaveLength(2)
})
