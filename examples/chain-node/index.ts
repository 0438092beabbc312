/**
 * Seven nodes of a small blockchain, each in a process of its own, on loopback TCP: five on one chain, and two strays
 * that have gone other ways at a fork. The five find each other, pass a second fork together, and end at one head; all
 * they say to each other goes over gRPC and gossip that the strays never get a byte of.
 */

import { parseArgs } from 'node:util'
import { judge } from './checks.ts'
import { figuresOf } from './figures.ts'
import { Network } from './network.ts'
import { recount } from './recount.ts'
import { runStory } from './story.ts'
import { checkLines, sentenceOf, summary } from './words.ts'

const HELP = `Usage: npm run example:chain -- [--blocks <count>] [--json]

Seven nodes of a blockchain in seven processes, two of them on the wrong fork.
Ends by itself when the five have one head, past the fork. Needs no network.

  --blocks <count>  blocks to be made after the fork, 1 to 1000; 16 by default
  --json            print the figures as JSON, as the last line
  --once            end by itself: it always does
  --help            print this

Ends with 1 if something does not hold, with 2 if an option is unknown.`

const OPTIONS = {
  blocks: { type: 'string', default: '16' },
  json: { type: 'boolean', default: false },
  once: { type: 'boolean', default: true },
  help: { type: 'boolean', default: false }
} as const

/** Milliseconds for the whole story but its blocks. It takes some ten seconds on an idle machine. */
const DEADLINE = 38_000

/** Milliseconds for one block on a busy machine. */
const BLOCK_DEADLINE = 1_000

process.exitCode = await main(process.argv.slice(2))

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

function readArguments(args: string[]): { blocks: number; json: boolean; help: boolean } | string {
  try {
    const { values } = parseArgs({ args, options: OPTIONS, allowPositionals: false })
    const blocks = Number(values.blocks)
    if (Number.isInteger(blocks) && blocks >= 1 && blocks <= 1_000) return { ...values, blocks }
    return `Option '--blocks' takes a number from 1 to 1000, not '${values.blocks}'`
  } catch (err) {
    return err instanceof Error ? err.message : String(err)
  }
}

async function run({ blocks, json }: { blocks: number; json: boolean }): Promise<number> {
  const began = performance.now()
  const seconds = (): number => (performance.now() - began) / 1_000
  const tell = (sentence: string): void => {
    print(`${seconds().toFixed(1).padStart(5)} s  ${sentence}`)
  }
  const interrupted = new AbortController()
  for (const sign of ['SIGINT', 'SIGTERM'] as const) {
    process.once(sign, () => interrupted.abort(new Error(`Interrupted by ${sign}`)))
  }
  process.stdout.on('error', () => process.exit(1)) // the reader of our pipe has gone
  const late = AbortSignal.timeout(DEADLINE + blocks * BLOCK_DEADLINE)
  const names = new Map<string, string>()
  const said = new Set<string>()
  const network = new Network(AbortSignal.any([interrupted.signal, late]), (name, event) => {
    const sentence = sentenceOf(name, event, (peer) => names.get(peer) ?? 'somebody')
    // a stray is refused again and again
    if (sentence === undefined || said.has(sentence)) return
    said.add(sentence)
    tell(sentence)
  })
  try {
    const outcome = await runStory({ network, blocks, names, tell })
    const world = recount(outcome)
    const checks = judge(world)
    const figures = figuresOf(world, checks, seconds())
    for (const line of ['', ...summary(figures), '', ...checks.flatMap(checkLines)]) print(line)
    if (json) print(JSON.stringify(figures))
    return figures.broken.length === 0 ? 0 : 1
  } catch (err) {
    process.stderr.write(
      `The example failed: ${err instanceof Error ? err.message : String(err)}\n`
    )
    return 1
  } finally {
    await network.end()
  }
}

function print(line: string): void {
  process.stdout.write(`${line}\n`)
}
