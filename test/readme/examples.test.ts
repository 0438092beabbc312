/** The examples print what the README says they print. */
import { spawnSync } from 'node:child_process'
import { expect, test } from 'vitest'
import { printsIn, readme, run } from './page.ts'

const prints = printsIn(await readme())

/** Programs of others that an example needs. In CI they are there (test/memory/redis.test.ts). */
const NEEDS: Readonly<Record<string, string>> = {
  'examples/shared-memory/index.ts': 'redis-server'
}

const canRun = ({ path }: { path: string }): boolean => {
  const program = NEEDS[path]
  return program === undefined || spawnSync(program, ['--version']).status === 0
}

test('the README says what the examples print', () => {
  expect(prints.map(({ path }) => path)).toEqual([
    'examples/minimal/index.ts',
    'examples/stately-inspector/index.ts',
    'examples/secure-channel/index.ts',
    'examples/shared-memory/index.ts',
    'examples/own-handshake/index.ts',
    'examples/metrics/index.ts',
    'examples/flight-recorder/index.ts',
    'examples/dispositions/index.ts'
  ])
})

test.each(prints.filter(canRun))('$path', async ({ path, text }) => {
  expect(await run(path)).toBe(text)
})
