import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { explanationsIn, judged } from './uncovered.ts'
import type { FileReport } from './uncovered.ts'

const ROOT = join(import.meta.dirname, '..', '..')

/** A file of three statements, the second of which did not run. */
const lines = ['first()', '  second()', 'third()']
const report: FileReport = {
  path: 'src/a.ts',
  statementMap: Object.fromEntries([1, 2, 3].map((line) => [line, { start: { line } }])),
  s: { 1: 5, 2: 0, 3: 1 }
}
const second = { file: 'src/a.ts', line: 'second()', reason: 'luck would have it' }

test('a line that no test reaches has to be explained', () => {
  const found = judged([report], [], () => lines)
  expect(found).toEqual({
    statements: 3,
    covered: 2,
    unknown: ['src/a.ts: second()'],
    stale: []
  })
  expect(judged([report], [second], () => lines).unknown).toEqual([])
})

test('what is said of one file says nothing of another', () => {
  const elsewhere = { ...second, file: 'src/b.ts' }
  const { unknown, stale } = judged([report], [elsewhere], () => lines)
  expect(unknown).toEqual(['src/a.ts: second()'])
  expect(stale).toEqual(['src/b.ts: second()'])
})

test('an explanation of a line that is reached, or gone, is out of date', () => {
  const third = { ...second, line: 'third()' }
  expect(judged([report], [second, third], () => lines).stale).toEqual(['src/a.ts: third()'])
  const byLuck = { ...third, byLuck: true } as const
  expect(judged([report], [second, byLuck], () => lines).stale).toEqual([])
  const gone = { ...byLuck, line: 'fourth()' }
  expect(judged([report], [second, gone], () => lines).stale).toEqual(['src/a.ts: fourth()'])
})

test('every line that is explained is there, once, with a reason', async () => {
  const explained = await explanationsIn(ROOT)
  const names = explained.map(({ file, line }) => `${file}: ${line}`)
  expect(names).toEqual([...new Set(names)])
  for (const { file, line, reason } of explained) {
    const text = readFileSync(join(ROOT, file), 'utf8')
    expect(
      text.split('\n').map((each) => each.trim()),
      file
    ).toContain(line)
    expect(reason.length, line).toBeGreaterThan(20)
  }
})
