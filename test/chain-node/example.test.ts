/** The example as a user starts it: seven processes beside the first. */
import { fork, spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { GROWTH } from '../../examples/chain-node/genesis.ts'
import { MEMBERS } from '../../examples/chain-node/members.ts'
import { eventually } from '../network/waiting.ts'
import type { Figures } from '../../examples/chain-node/figures.ts'

const fileOf = (name: string): string =>
  fileURLToPath(new URL(`../../examples/chain-node/${name}`, import.meta.url))

/** What was promised for a whole run, and a little for a busy machine. */
const DEADLINE = 60_000
const PATIENCE = DEADLINE + 10_000

interface Run {
  code: number | null
  stdout: string
  stderr: string
}

async function example(
  args: string[],
  stop?: { after: string; by: 'SIGINT' | 'SIGKILL' }
): Promise<Run> {
  const child = spawn(process.execPath, [fileOf('index.ts'), ...args], { timeout: DEADLINE })
  const run: Run = { code: null, stdout: '', stderr: '' }
  child.stdout.on('data', (chunk: Buffer) => {
    run.stdout += chunk.toString()
    if (stop !== undefined && run.stdout.includes(stop.after)) child.kill(stop.by)
  })
  child.stderr.on('data', (chunk: Buffer) => (run.stderr += chunk.toString()))
  // the pipes close when the last process has gone that holds them: all eight, then
  const [code] = (await once(child, 'close')) as [number | null]
  return { ...run, code }
}

test(
  'the five end at one head, and the two never get a byte of gRPC',
  async () => {
    const { code, stdout, stderr } = await example(['--blocks', '6', '--json'])

    const figures = JSON.parse(stdout.trimEnd().split('\n').at(-1) ?? '') as Figures
    const nothing = { streams: 0, received: 0, sent: 0, calls: 0 }
    expect(figures).toMatchObject({
      nodes: 7,
      strays: 2,
      headsOfTheFive: 1,
      transactionsSubmitted: 15,
      transactionsInEveryChain: 15,
      authorizedPairs: 10,
      grpcWithStrays: nothing,
      answered: 0,
      controlAttempts: 15,
      controlAnswered: 15,
      broken: []
    })
    expect(figures.head).toBeGreaterThanOrEqual(GROWTH + 6)
    expect(figures.grpcAmongTheFive.calls).toBeGreaterThan(0)
    expect(figures.grpcAmongTheFive.received).toBeGreaterThan(0)
    expect(figures.attempts).toBeGreaterThanOrEqual(60)
    expect(figures.refusals['connect: incompatible']).toBeGreaterThan(0)
    expect(figures.streamsRefused).toBeGreaterThan(0)
    expect(figures.seconds).toBeLessThan(60)
    expect(stdout).not.toContain('BROKEN')
    expect(stderr).toBe('')
    expect(code).toBe(0)
  },
  PATIENCE
)

test(
  'when it is interrupted it says so, and no process stays behind',
  async () => {
    const { code, stderr } = await example([], { after: 'ada is there', by: 'SIGINT' })
    expect(stderr).toContain('Interrupted by SIGINT, waiting for')
    expect(code).toBe(1)
  },
  PATIENCE
)

test(
  'when it is killed, no process stays behind',
  async () => {
    const { code } = await example([], { after: ' are peers', by: 'SIGKILL' })
    expect(code).toBeNull()
  },
  PATIENCE
)

test('a node ends with the process that has started it', async () => {
  const child = fork(fileOf('process.ts'), [MEMBERS[0] ?? ''])
  const ended = once(child, 'exit')
  child.send({ id: 0, name: 'join', args: [[]] })
  await eventually(async () => void (await once(child, 'message')))
  child.disconnect()
  expect(await ended).toEqual([0, null])
})

test.each([
  [['--block'], "Unknown option '--block'"],
  [['--blocks', '0'], "'--blocks' takes a number from 1 to 1000, not '0'"],
  [['--blocks', 'many'], "not 'many'"],
  [['now'], "Unexpected argument 'now'"]
])('%j ends with 2, and says why', async (args, message) => {
  const { code, stdout, stderr } = await example(args)
  expect(code).toBe(2)
  expect(stderr).toContain(message)
  expect(stderr).toContain('Usage: npm run example:chain')
  expect(stdout).toBe('')
})

test('--help prints what there is', async () => {
  const { code, stdout } = await example(['--help'])
  expect(code).toBe(0)
  for (const option of ['--blocks', '--json', '--help']) expect(stdout).toContain(option)
})
