import { globSync } from 'node:fs'
import { expect, test } from 'vitest'
import { GROUPS } from './groups.ts'
import { linesOf, SURVIVORS } from './survivors.ts'

const named = SURVIVORS.map((survivor) => [`${survivor.file}: ${survivor.line}`, survivor] as const)

test.each(named)('%s is still there, in the scope, with a reason', (_, survivor) => {
  const { file, line, why } = survivor
  expect(linesOf(file)).toContain(line)
  expect(GROUPS.flatMap(({ files }) => globSync([...files]))).toContain(file)
  expect(why.length).toBeGreaterThan(10)
})

test('no survivor is listed twice', () => {
  const keys = SURVIVORS.map(({ file, line, mutator, was, becomes }) =>
    [file, line, mutator, was, becomes].join()
  )
  expect(new Set(keys).size).toBe(keys.length)
})

test('every group has files and tests, and no file is in two groups', () => {
  for (const { name, files, tests } of GROUPS) {
    for (const pattern of [...files, ...tests]) expect(globSync(pattern), name).not.toEqual([])
  }
  const files = GROUPS.flatMap((group) => globSync([...group.files]))
  expect(new Set(files).size).toBe(files.length)
})
