/** How times and numbers read on the page. */
import { expect, test } from 'vitest'
import {
  clockOf,
  countOf,
  exactClockOf,
  lengthOf,
  momentOf,
  numberOf
} from '../../../visualizations/inspector/views/times.ts'

test.each([
  [-5, '0 ms'],
  [312.4, '312 ms'],
  [999.6, '1.0 s'],
  [4_210, '4.2 s'],
  [9_960, '10 s'],
  [59_400, '59 s'],
  [59_600, '1 min'],
  [192_000, '3 min 12 s'],
  [3_599_800, '1 h'],
  [7_500_000, '2 h 5 min'],
  [86_399_000, '1 d'],
  [86_400_000, '1 d'],
  [529_200_000, '6 d 3 h'],
  [Infinity, 'for ever']
])('a length of %d ms reads %s', (length, words) => {
  expect(lengthOf(length)).toBe(words)
})

const AT = new Date(2026, 10, 3, 9, 4, 5, 67).getTime()

test('a time of day is told to the second, or to the millisecond', () => {
  expect(clockOf(AT)).toBe('09:04:05')
  expect(exactClockOf(AT)).toBe('09:04:05.067')
})

test('a moment is told with its day if it is not soon', () => {
  expect(momentOf(AT + 3_600_000, AT)).toBe('10:04:05')
  expect(momentOf(AT + 86_400_000, AT)).toBe('2026-11-04 09:04:05')
})

test('numbers have their thousands apart, and what is counted its plural', () => {
  expect(numberOf(12_345)).toBe('12,345')
  expect(numberOf(Infinity)).toBe('no limit')
  expect([0, 1, 1_200].map((count) => countOf(count, 'peer'))).toEqual([
    '0 peers',
    '1 peer',
    '1,200 peers'
  ])
})
