/** What the guide tells users to write works where users are: beside the packed package, not in its house. */
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { FreshProject } from './fresh-project.ts'

const FILES = ['handshake.ts', 'policy.ts', 'lifecycle.test.ts']

let project: FreshProject

beforeAll(async () => {
  project = await FreshProject.create()
  for (const file of FILES) await project.copy(`examples/own-tests/${file}`, file)
}, 120_000)

afterAll(async () => project.remove())

test('the types of the package hold in a project that checks its libraries', async () => {
  const { output } = await project.node(join('node_modules', 'typescript', 'bin', 'tsc'))
  // other packages are linked, and lie elsewhere: what is wrong with theirs is not for us to mend
  const ours = output.split('\n').filter((line) => /^[^.\s].*: error TS/.test(line))
  expect(ours).toEqual([])
})

test('the test file of the guide is green', async () => {
  const { isGood, output } = await project.node('--test', 'lifecycle.test.ts')
  expect(isGood, output).toBe(true)
}, 120_000)
