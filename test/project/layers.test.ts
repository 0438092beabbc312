import { execFile } from 'node:child_process'
import { cp, mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join, relative } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { allowed, type Plant, refused } from './layers.ts'

const root = join(import.meta.dirname, '..', '..')

interface Report {
  diagnostics: Array<{ code: string; filename: string; message: string }>
  number_of_files: number
}

let house: string
let report: Report

/** The rules that refused a planted file. */
function rulesAgainst(file: string): string[] {
  const found = report.diagnostics.filter(({ filename }) => relative(house, filename) === file)

  return [...new Set(found.map(({ code }) => code))].toSorted()
}

/** The plants that say the same: one import in its five forms, one room against the others. */
function byReason(plants: Plant[]): Array<[string, Plant[]]> {
  return [...Map.groupBy(plants, ({ why }) => why)]
}

/** Lints an empty house with the project's own configuration and every plant in its place. */
beforeAll(async () => {
  house = await mkdtemp(join(tmpdir(), 'layers-'))

  for (const file of ['.oxlintrc.json', 'tsconfig.json', '.gitignore']) {
    await cp(join(root, file), join(house, file))
  }

  await symlink(join(root, 'node_modules'), join(house, 'node_modules'))

  for (const { file, source } of [...refused, ...allowed]) {
    await mkdir(dirname(join(house, file)), { recursive: true })
    await writeFile(join(house, file), source)
  }

  const oxlint = join(root, 'node_modules', 'oxlint', 'bin', 'oxlint')
  const out = await new Promise<string>((resolve) => {
    execFile(
      process.execPath,
      [oxlint, '--format', 'json'],
      { cwd: house, maxBuffer: 1e8 },
      (_error, stdout) => {
        resolve(stdout)
      }
    )
  })

  report = JSON.parse(out) as Report
  report.diagnostics.forEach((found) => {
    found.filename = join(house, found.filename)
  })
})

afterAll(async () => {
  await rm(house, { recursive: true, force: true })
})

test('the linter looked at every planted file', () => {
  expect(report.number_of_files).toBe(refused.length + allowed.length)
})

describe('refused', () => {
  test.each(byReason(refused))('%s', (_why, plants) => {
    for (const { file, source, rule } of plants) {
      expect(rulesAgainst(file), source).toContain(rule)
    }
  })
})

describe('allowed', () => {
  test.each(byReason(allowed))('%s', (_why, plants) => {
    for (const { file, source } of plants) {
      expect(rulesAgainst(file), source).toEqual([])
    }
  })
})
