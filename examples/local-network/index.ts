/**
 * Twenty nodes in one process, on loopback TCP, with a real DHT and real gossip: fifteen on our chain, three
 * on another, one that never answers, one without our service. Everybody is connected with everybody, and only who
 * has a slot and passed the handshake talks to the application. At the end everything is recounted from outside.
 */

import { parseArgs } from 'node:util'
import { Demo } from './demo.ts'
import { figuresOf, isSuccess } from './figures.ts'
import { judge } from './laws.ts'
import { LOOK } from './settings.ts'
import { inspectMembers } from './watching.ts'
import { writeRecordings } from './recordings.ts'
import { paint, Table } from './table.ts'
import { summary, verdictLines } from './words.ts'

const HELP = `Usage: npm start -- [--once] [--json] [--record FOLDER]

Twenty libp2p nodes on this machine: who becomes whose peer, and why not.
Prints where they can be watched live in a browser on this machine.
Runs until Ctrl-C, and then recounts. Needs no network.

  --once           end as soon as the network has settled, watched by nobody
  --json           print the recount as JSON, as the last line
  --record FOLDER  write there what every node has decided, and why, to be replayed
  --help           print this

Ends with 1 if a law is broken, with 2 if an option is unknown.`

const OPTIONS = {
  once: { type: 'boolean', default: false },
  json: { type: 'boolean', default: false },
  record: { type: 'string' },
  help: { type: 'boolean', default: false }
} as const

try {
  process.exitCode = await main(process.argv.slice(2))
} catch (err) {
  process.stderr.write(`The demo failed: ${err instanceof Error ? err.stack : String(err)}\n`)
  process.exit(1)
}

async function main(args: string[]): Promise<number> {
  const options = readArguments(args)
  if (typeof options === 'string') {
    process.stderr.write(`${options}\n\n${HELP}\n`)
    return 2
  }
  if (options.help) {
    process.stdout.write(`${HELP}\n`)
    return 0
  }
  return run(options)
}

interface Arguments {
  readonly once: boolean
  readonly json: boolean
  readonly help: boolean
  /** The folder for the recordings. */
  readonly record?: string
}

function readArguments(args: string[]): Arguments | string {
  try {
    return parseArgs({ args, options: OPTIONS, allowPositionals: false }).values
  } catch (err) {
    return err instanceof Error ? err.message : String(err)
  }
}

async function run({ once, json, record }: Arguments): Promise<number> {
  const began = performance.now()
  const seconds = (): number => (performance.now() - began) / 1_000
  const end = new AbortController()
  const crashes: string[] = []
  let table: Table | undefined
  const tell = (sentence: string): void => {
    const line = `${seconds().toFixed(1).padStart(5)} s  ${sentence}`
    if (table === undefined) process.stdout.write(`${line}\n`)
    else table.tell(line)
  }
  const crashed = (err: unknown): void => {
    crashes.push(String(err))
    tell(`nobody caught: ${String(err)}`)
  }
  const stop = (): void => {
    if (end.signal.aborted) process.exit(1) // asked twice: at once, without a recount
    end.abort()
  }
  for (const sign of ['SIGINT', 'SIGTERM'] as const) process.on(sign, stop)
  for (const sign of ['uncaughtException', 'unhandledRejection'] as const) process.on(sign, crashed)
  process.on('exit', () => table?.close())
  process.stdout.on('error', () => process.exit(1)) // the reader of our pipe has gone

  const demo = await Demo.start(tell)
  const inspector = once ? undefined : await inspectMembers(demo.members)
  if (inspector !== undefined) tell(`watch them live: ${inspector.url}`)
  if (!json && process.stdout.isTTY && process.env['TERM'] !== 'dumb') {
    table = new Table(process.stdout, demo.rows, inspector?.url)
    table.open()
  }
  const looking = setInterval(() => {
    demo.look()
    table?.draw()
  }, LOOK)

  const isSettled = await demo.settle(end.signal)
  tell(isSettled ? 'the network is at rest' : 'the network has not come to rest yet')
  if (!once) {
    tell('Ctrl-C to recount and end')
    await demo.live(end.signal)
  }
  tell('recounting')
  const world = await demo.end(crashes)
  await inspector?.close()
  clearInterval(looking)
  table?.close()
  if (record !== undefined) {
    const written = await writeRecordings(record, demo.members)
    process.stdout.write(`${written} recordings are in ${record}\n`)
  }

  const figures = figuresOf(world, seconds())
  const verdicts = judge(world)
  process.stdout.write(`\n${summary(figures).join('\n')}\n\n`)
  for (const verdict of verdicts) {
    const style = verdict.breaches.length === 0 ? 'green' : 'red'
    process.stdout.write(`${paint(style, verdictLines(verdict).join('\n'))}\n`)
  }
  if (json) process.stdout.write(`${JSON.stringify(figures)}\n`)
  return isSuccess(figures) ? 0 : 1
}
