/** The examples print what the README says they print. */
import { expect, test } from 'vitest'
import { printsIn, readme, run } from './page.ts'

const prints = printsIn(await readme())

test('the README says what the examples print', () => {
  expect(prints.map(({ path }) => path)).toEqual([
    'examples/minimal/index.ts',
    'examples/secure-channel/index.ts',
    'examples/own-handshake/index.ts',
    'examples/dispositions/index.ts'
  ])
})

test.each(prints)('$path', async ({ path, text }) => {
  expect(await run(path)).toBe(text)
})
