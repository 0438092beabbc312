import fc from 'fast-check'
import { expect, test } from 'vitest'
import { printable, printableError } from '../src/printable.ts'

const SHOWN: Array<[string, string, string]> = [
  ['plain text', 'chain id 9, expected 7', 'chain id 9, expected 7'],
  ['text of any script', 'Ünïcödé 漢字 🦄', 'Ünïcödé 漢字 🦄'],
  ['an escape sequence', '\u001b[31mred', '\\u{1b}[31mred'],
  ['line ends', 'a\r\nb', 'a\\u{d}\\u{a}b'],
  ['a null byte', 'a\u0000b', 'a\\u{0}b'],
  ['C1 controls', '\u009b31m', '\\u{9b}31m'],
  ['bidi controls', 'a\u202Eb\u2066c\u200F', 'a\\u{202e}b\\u{2066}c\\u{200f}'],
  ['zero-width characters', 'a\u200Bb\uFEFF', 'a\\u{200b}b\\u{feff}'],
  ['line and paragraph separators', 'a\u2028b\u2029', 'a\\u{2028}b\\u{2029}'],
  ['lone surrogates', 'a\uD800b\uDC00', 'a\\u{d800}b\\u{dc00}'],
  ['tags', '\u{E0041}', '\\u{e0041}']
]

test.each(SHOWN)('%s is shown without its tricks', (_, text, shown) => {
  expect(printable(text)).toBe(shown)
})

test('a long text is cut to 200 units, and says so', () => {
  expect(printable('a'.repeat(200))).toBe('a'.repeat(200))
  expect(printable('a'.repeat(201))).toBe(`${'a'.repeat(199)}…`)
})

test('a cut never splits a character or an escape', () => {
  expect(printable('ab🦄', 4)).toBe('ab🦄')
  expect(printable('ab🦄c', 4)).toBe('ab…')
  expect(printable('ab\u001b', 7)).toBe('ab…')
  expect(printable('ab\u001b', 8)).toBe('ab\\u{1b}')
  expect(printable('\u001b', 3)).toBe('…')
  expect(printable('ab', 1)).toBe('…')
  expect(printable('ab', 0)).toBe('')
})

test('whatever the text, what is shown is short, well-formed and printable', () => {
  const text = fc.string({ unit: 'binary', maxLength: 60 }).map((it) => `${it}\uD800`)
  fc.assert(
    fc.property(text, fc.nat(80), (it, max) => {
      const shown = printable(it, max)
      expect(shown.length).toBeLessThanOrEqual(max)
      expect(shown.isWellFormed()).toBe(true)
      expect(shown).not.toMatch(/[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/u)
    })
  )
})

test('an error is shown on one line, whatever a peer got into its message, and then where it was thrown', () => {
  const hostile = 'no JSON: \u001b[2J\n    at admin (trusted.ts:1:1)\r\nlibp2p all is well'
  const [first, ...places] = printableError(new SyntaxError(hostile)).split('\n')
  expect(first).toBe(
    'SyntaxError: no JSON: \\u{1b}[2J\\u{a}    at admin (trusted.ts:1:1)\\u{d}\\u{a}libp2p all is well'
  )
  expect(places[0]).toMatch(/^ {4}at .*printable\.test\.ts/)
  expect(places.join()).not.toContain('admin')
  expect(printableError('\u0007')).toBe('\\u{7}')
})

test('whatever was thrown, showing it throws nothing', () => {
  const thrower = { toString: (): never => expect.unreachable() }
  const secretive = new Error('boom')
  Object.defineProperty(secretive, 'message', { get: () => Symbol('no text') })
  for (const error of [thrower, secretive, Object.create(null), Symbol('s'), undefined]) {
    expect(printableError(error)).toMatch(
      /^(something that cannot be shown|Symbol\(s\)|undefined)$/
    )
  }
})
