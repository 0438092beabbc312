/** What is in the page's address comes back when it is opened again, and nothing else does. */
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { fragmentOf, readAddress } from '../../../visualizations/inspector/model/address.ts'
import { THEME_CHOICES, VIEWS } from '../../../visualizations/inspector/model/choice.ts'
import type { Address } from '../../../visualizations/inspector/model/address.ts'

const TEXT = fc.string({ minLength: 1, maxLength: 60, unit: 'grapheme' })

const CHOICE = fc.record(
  {
    view: fc.constantFrom(...VIEWS),
    theme: fc.constantFrom(...THEME_CHOICES),
    node: fc.nat(9_999),
    peer: TEXT,
    state: TEXT,
    reason: TEXT,
    direction: TEXT,
    source: TEXT,
    text: TEXT,
    sort: TEXT
  },
  { requiredKeys: ['view', 'theme'] }
)

test('a choice is the same after a reload', () => {
  fc.assert(
    fc.property(fc.option(TEXT, { nil: undefined }), CHOICE, (token, choice) => {
      const address: Address = { token, choice: choice as Address['choice'] }
      expect(readAddress(fragmentOf(address))).toEqual(address)
    })
  )
})

test('what is not understood is left out', () => {
  const { token, choice } = readAddress(
    '#view=nowhere&theme=pink&node=-1&__proto__=x&sort=&other=1'
  )
  expect(token).toBeUndefined()
  expect(choice).toEqual({ view: 'map', theme: 'system' })
  expect(readAddress(`#peer=${'x'.repeat(513)}`).choice).toEqual({ view: 'map', theme: 'system' })
  expect(readAddress('').choice).toEqual({ view: 'map', theme: 'system' })
})

test('what is as usual is not in the address', () => {
  expect(fragmentOf({ token: undefined, choice: { view: 'map', theme: 'system' } })).toBe('')
  expect(
    fragmentOf({ token: 'abc', choice: { view: 'peers', theme: 'dark', state: 'authorized' } })
  ).toBe('#token=abc&view=peers&theme=dark&state=authorized')
})
