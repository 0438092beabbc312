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

test('the command is there, with a page that is not empty', async () => {
  const command = join('node_modules', 'libp2p-peer-lifecycle', 'dist', 'src', 'cli', 'index.js')
  const { isGood, output } = await project.node(command, '--version')
  expect(isGood, output).toBe(true)
  expect(output).toMatch(/^\d+\.\d+\.\d+\n$/)
  const program = `
    const { inspectNodes } = await import('libp2p-peer-lifecycle/inspector')
    const clock = { now: () => 0, epoch: () => 0, after: () => () => {} }
    const shown = { node: 'n', clock, follow: () => () => {} }
    const peers = { [Symbol.for('libp2p-peer-lifecycle/inspectable')]: shown }
    const inspector = await inspectNodes({ n: peers })
    const page = await fetch(inspector.url)
    console.log(page.status, (await page.text()).length > 50_000)
    await inspector.close()
  `
  const served = await project.node('--input-type=module', '--eval', program)
  expect(served.output).toBe('200 true\n')
})

// a thousand nodes: some fifteen seconds of CPU, however long those take
test('the test file of the guide is green', async () => {
  const { isGood, output } = await project.node('--test', 'lifecycle.test.ts')
  expect(isGood, output).toBe(true)
}, 600_000)

test('what is optional is asked for only where it is needed', async () => {
  await project.withoutOptionalPeers()
  const program = `
    await import('libp2p-peer-lifecycle')
    await import('libp2p-peer-lifecycle/machines')
    const { describeHandshake } = await import('libp2p-peer-lifecycle/testing')
    const tests = []
    const runner = { describe: (_, body) => body(), it: (name, body) => void tests.push([name, body]) }
    describeHandshake({ name: 'x', handshake: () => ({}) }, runner, { rows: ['B1'] })
    await tests.find(([name]) => name.startsWith('B1'))[1]().catch(({ message }) => console.log(message))
  `
  const { isGood, output } = await project.node('--input-type=module', '--eval', program)
  expect(isGood, output).toBe(true)
  expect(output).toContain('@libp2p/memory')
})
