/** Every measurement of upstream has a canary, or a reason why it has none; every file they name is there. */
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { ROWS } from './rows.ts'

const ROOT = join(import.meta.dirname, '../..')

const sources = readdirSync(import.meta.dirname)
  .filter((name) => name.endsWith('.test.ts') && name !== 'rows.test.ts')
  .map((name) => readFileSync(join(import.meta.dirname, name), 'utf8'))

const found = (pattern: RegExp): string[] =>
  sources.flatMap((source) => [...source.matchAll(pattern)].map(([, name]) => name ?? ''))

const constants = new Map(
  sources.flatMap((source) =>
    [...source.matchAll(/^const ([A-Z]+) = '((?:src|machines)\/[^']+)'/gm)].map(
      ([, name = '', file = '']) => [name, file] as const
    )
  )
)

describe('canaries', () => {
  test('there is a word on each of the 34 measurements', () => {
    expect(Object.keys(ROWS)).toEqual(Array.from({ length: 34 }, (_, i) => `M${i + 1}`))
  })

  test('those that a canary watches are the rows that canaries name', () => {
    const watched = Object.entries(ROWS).flatMap(([row, watch]) => (watch === 'canary' ? row : []))
    const named = new Set(found(/row: '(M\d+)'/g))
    expect([...named].toSorted()).toEqual(watched.toSorted())
  })

  test('every canary names a file that is there', () => {
    const files = found(/file: ('[^']+'|[A-Z]+)/g).map((name) =>
      name.startsWith("'") ? name.slice(1, -1) : (constants.get(name) ?? name)
    )
    expect(files.length).toBe(found(/^(canary)\(/gm).length)
    expect(files.filter((file) => !existsSync(join(ROOT, file)))).toEqual([])
  })
})
