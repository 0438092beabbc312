/**
 * The words of every "no", and their codes on the wire: golden, since other implementations rely on
 * them.
 */
import { expect, test } from 'vitest'
import {
  codeOf,
  isWireReason,
  LOCAL_REASONS,
  reasonOf,
  WIRE_REASONS,
  wordFor
} from '../../machines/index.ts'
import type { WireReason } from '../../machines/index.ts'

const CODES: Readonly<Record<WireReason, number>> = {
  incompatible: 1,
  'unsupported-version': 2,
  'too-many-peers': 3,
  'authentication-failed': 4,
  'protocol-violation': 5,
  timeout: 6,
  banned: 7,
  'not-allowed': 8,
  self: 9,
  refused: 10,
  internal: 11,
  'shutting-down': 12,
  requested: 13,
  idle: 14,
  evicted: 15,
  busy: 16
}

test('every word has the code of the protocol, and back', () => {
  expect(Object.fromEntries(WIRE_REASONS.map((word) => [word, codeOf(word)]))).toEqual(CODES)
  for (const word of WIRE_REASONS) expect(reasonOf(codeOf(word))).toBe(word)
})

test.each([0, 17, 18, 255, 2 ** 32 - 1, -1, 1.5, Number.NaN])(
  'code %d is unknown: refused',
  (code) => {
    expect(reasonOf(code)).toBe('refused')
  }
)

test('a peer hears of a full share what it hears of a full house, and nothing of what is ours', () => {
  expect(Object.fromEntries(LOCAL_REASONS.map((word) => [word, wordFor(word)]))).toEqual({
    ...Object.fromEntries(LOCAL_REASONS.map((word) => [word, 'refused'])),
    'share-full': 'too-many-peers',
    'subnet-full': 'too-many-peers'
  })
  for (const word of WIRE_REASONS) expect(wordFor(word)).toBe(word)
})

test('a word is said to a peer or it is not: no word is both, none is there twice', () => {
  const words: string[] = [...WIRE_REASONS, ...LOCAL_REASONS]
  expect(new Set(words).size).toBe(words.length)
  expect(WIRE_REASONS.every(isWireReason)).toBe(true)
  expect(LOCAL_REASONS.some(isWireReason)).toBe(false)
  expect(isWireReason('')).toBe(false)
  expect(isWireReason('constructor')).toBe(false)
})
