/** That none of the thirty scenarios is forgotten: each is the name of a test here, with whose bug it was. */
import { readdir, readFile } from 'node:fs/promises'
import { expect, test } from 'vitest'

const SCENARIOS = Array.from({ length: 30 }, (_, i) => i + 1)

test('every scenario has a round that is named after its origin', async () => {
  const folder = new URL('.', import.meta.url)
  const files = (await readdir(folder)).filter((name) => name.endsWith('.test.ts'))
  const texts = await Promise.all(
    files.map(async (name) => readFile(new URL(name, folder), 'utf8'))
  )
  const named = texts.flatMap((text) =>
    Array.from(text.matchAll(/['"]scenario (\d+), [A-Za-z]/g), ([, number]) => Number(number))
  )
  expect([...new Set(named)].toSorted((a, b) => a - b)).toEqual(SCENARIOS)
})
