/**
 * The demo as a user starts it, as a process of its own.
 *
 * The figures are recounted by the demo itself from libp2p's view; that its verdict can fail is shown in
 * laws.test.ts and witness.test.ts.
 */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { stripVTControlCharacters } from 'node:util'
import { expect, onTestFinished, test, vi } from 'vitest'
import { isSuccess } from '../../examples/local-network/figures.ts'
import { STONES, TREES } from '../../examples/local-network/settings.ts'
import { Table } from '../../examples/local-network/table.ts'
import { replayRecording } from '../../src/inspector/index.ts'
import { builtPage } from '../browser/built-page.ts'
import { Watcher } from '../inspector/watching.ts'
import type { ChildProcess } from 'node:child_process'
import type { Figures } from '../../examples/local-network/figures.ts'

const DEMO = fileURLToPath(new URL('../../examples/local-network/index.ts', import.meta.url))

/** A run takes twelve seconds, and several times as long on a machine that has much else to do: longer, and it hangs. */
const DEADLINE = 180_000
const PATIENCE = DEADLINE + 10_000

interface Run {
  code: number | null
  stdout: string
  stderr: string
}

/** Runs the demo. Once the text has been printed, sends the signal. */
async function demo(
  args: string[],
  stop?: { after: string; by: 'SIGINT' | 'SIGTERM' }
): Promise<Run> {
  const child = spawn(process.execPath, [DEMO, ...args], { timeout: DEADLINE })
  const run: Run = { code: null, stdout: '', stderr: '' }
  child.stdout.on('data', (chunk: Buffer) => {
    run.stdout += chunk.toString()
    if (stop === undefined || !run.stdout.includes(stop.after)) return
    child.kill(stop.by)
    stop = undefined
  })
  child.stderr.on('data', (chunk: Buffer) => (run.stderr += chunk.toString()))
  return new Promise((resolve, reject) => {
    child.once('error', reject)
    child.once('close', (code) => resolve({ ...run, code }))
  })
}

function lastLine(stdout: string): Figures {
  return JSON.parse(stdout.trimEnd().split('\n').at(-1) ?? '') as Figures
}

test(
  'twenty nodes settle, nobody gets more than its due, and no law is broken',
  async () => {
    const folder = await mkdtemp(join(tmpdir(), 'recordings-'))
    onTestFinished(async () => rm(folder, { recursive: true }))
    const { code, stdout, stderr } = await demo(['--once', '--json', '--record', folder])

    const figures = lastLine(stdout)
    expect(figures, stdout).toMatchObject({
      nodes: 20,
      maxPeers: 4,
      asymmetricPairs: 0,
      maxAuthorizedOnAnyNode: 4,
      wrongChainAuthorized: 0,
      silentAuthorized: 0,
      stockAuthorized: 0,
      appMessagesFromUnauthorized: 0,
      gossipFromUnauthorized: 0,
      honestNodesWithoutPeers: 0,
      lawsBroken: []
    })
    // fifteen honest nodes with a peer each make at least eight pairs; twenty nodes with four slots at most forty
    expect(figures.authorizedPairs).toBeGreaterThanOrEqual(8)
    expect(figures.authorizedPairs).toBeLessThanOrEqual(40)
    expect(figures.unpromotedConnections).toBeGreaterThan(0)
    expect(figures.connections).toBeGreaterThanOrEqual(
      figures.authorizedPairs + figures.unpromotedConnections
    )
    expect(figures.appMessagesDelivered).toBeGreaterThan(0)
    expect(figures.gossipDelivered).toBeGreaterThan(0)
    expect(figures.gatedStreamsRefused).toBeGreaterThan(0)
    // the same attempts succeed where there is no gate, so that it is the gate that stops them
    expect(figures.deliveredWithoutGate).toBeGreaterThan(0)
    expect(stderr).toBe('')
    expect(stdout, 'watched by nobody').not.toContain('http')
    expect(code).toBe(0)

    // what every node with our service has decided it decides again
    const recordings = await readdir(folder)
    expect(recordings).toHaveLength(18)
    for (const name of recordings) {
      const replay = await replayRecording(await readFile(join(folder, name), 'utf8'))
      expect(replay.divergence, name).toBeUndefined()
      expect(replay.decisions, name).toBeGreaterThan(10)
    }
  },
  PATIENCE
)

test(
  'without --once it runs until it is interrupted, and recounts then',
  async () => {
    const { code, stdout } = await demo(['--json'], { after: 'are peers', by: 'SIGINT' })

    const figures = lastLine(stdout)
    expect(figures, stdout).toMatchObject({ nodes: 20, asymmetricPairs: 0, lawsBroken: [] })
    expect(stdout).toMatch(/holds +agreement/)
    expect(stdout).not.toContain('\u001B') // no colours and no cursor where there is no terminal
    expect(code).toBe(isSuccess(figures) ? 0 : 1) // not everybody need have a peer by then
  },
  PATIENCE
)

/** What the demo prints, as it comes. */
class Printed {
  text = ''
  readonly child: ChildProcess

  constructor(args: string[]) {
    this.child = spawn(process.execPath, [DEMO, ...args], { timeout: DEADLINE })
    this.child.stdout?.on('data', (chunk: Buffer) => (this.text += chunk.toString()))
    onTestFinished(() => void this.child.kill('SIGKILL'))
  }

  /** Waits until it has printed this; what it captures. */
  async match(pattern: RegExp): Promise<string> {
    const look = (): string => {
      const [, found] = pattern.exec(this.text) ?? []
      if (found === undefined) throw new Error(`Not printed: ${pattern}`)
      return found
    }
    return vi.waitFor(look, { timeout: DEADLINE, interval: 20 })
  }
}

test(
  'it prints where its eighteen nodes are watched live, serves that, and ends cleanly',
  async () => {
    await builtPage()
    const shown = new Printed(['--json'])
    const url = new URL(await shown.match(/watch them live: (\S+)/))
    expect(url.hostname).toBe('127.0.0.1')
    const port = Number(url.port)
    const token = new URLSearchParams(url.hash.slice(1)).get('token') ?? ''
    const page = await fetch(`http://127.0.0.1:${port}/`)
    expect(page.status).toBe(200)
    expect(await page.text()).toContain('<title>')

    const watcher = await Watcher.of({ port, token }, '', DEADLINE)
    const { nodes } = (await watcher.event('nodes')) as { nodes: { name: string }[] }
    expect(nodes.map(({ name }) => name)).toEqual([...TREES, ...STONES])
    // the first and the last of them tell what becomes of their peers
    for (const node of [0, nodes.length - 1]) await watcher.line(node, { type: 'recording' })
    await watcher.line(0, { type: 'move', to: 'authorized' })

    shown.child.kill('SIGINT')
    const [code] = (await once(shown.child, 'close')) as [number | null]
    expect(code).toBe(isSuccess(lastLine(shown.text)) ? 0 : 1)
    await watcher.over()
    await expect(fetch(`http://127.0.0.1:${port}/`)).rejects.toThrow('fetch failed')
  },
  PATIENCE
)

test.each([[100], [40]])('in %i columns the table shows the whole URL', (columns) => {
  let drawn = ''
  const out = { columns, rows: 40, write: (text: string) => (drawn += text) }
  const url = `http://127.0.0.1:12345/#token=${'t'.repeat(43)}`
  const table = new Table(out as unknown as NodeJS.WriteStream, [], url)
  table.open()
  table.draw()
  expect(stripVTControlCharacters(drawn).replaceAll('\n', '')).toContain(url)
})

test.each([
  [['--onec'], "Unknown option '--onec'"],
  [['--once=yes'], "Option '--once' does not take an argument"],
  [['--json', 'please'], "Unexpected argument 'please'"]
])('%j ends with 2, and says why', async (args, message) => {
  const { code, stdout, stderr } = await demo(args)
  expect(code).toBe(2)
  expect(stderr).toContain(message)
  expect(stderr).toContain('Usage: npm start')
  expect(stdout).toBe('')
})

test('--help prints what there is', async () => {
  const { code, stdout } = await demo(['--help'])
  expect(code).toBe(0)
  for (const option of ['--once', '--json', '--help']) expect(stdout).toContain(option)
})
