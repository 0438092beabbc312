/**
 * Runs a simulated world from the command line:
 *
 *     npm run simulate -- --seed 1 --nodes 1000 --hours 24 --faults all
 *
 * It ends with code 1 if a law did not hold, after it has told how it came to that.
 */
import { parseArgs } from 'node:util'
import { FAULT_CLASSES } from '../../src/testing/world/fault-classes.ts'
import { simulate } from '../../src/testing/world/simulate.ts'
import type { FaultClass } from '../../src/testing/world/fault-classes.ts'

const { values } = parseArgs({
  options: {
    seed: { type: 'string', default: '1' },
    nodes: { type: 'string', default: '100' },
    hours: { type: 'string', default: '1' },
    faults: { type: 'string', default: 'all' },
    rate: { type: 'string', default: '1' },
    'max-peers': { type: 'string', default: '8' },
    'outbound-share': { type: 'string', default: '0.334' }
  }
})

function faultsOf(text: string): 'all' | 'none' | FaultClass[] {
  if (text === 'all' || text === 'none') return text
  const known: readonly string[] = FAULT_CLASSES
  const unknown = text.split(',').filter((name) => !known.includes(name))
  if (unknown.length === 0) return text.split(',') as FaultClass[]
  throw new Error(`Expected all, none or some of ${known.join(', ')}, got ${unknown.join(', ')}`)
}

const began = performance.now()
const simulation = await simulate({
  seed: Number(values.seed),
  nodes: Number(values.nodes),
  hours: Number(values.hours),
  rate: Number(values.rate),
  faults: faultsOf(values.faults),
  options: {
    maxPeers: Number(values['max-peers']),
    outboundShare: Number(values['outbound-share'])
  }
})
const seconds = (performance.now() - began) / 1_000
const { story, ...figures } = simulation
process.stdout.write(
  `${JSON.stringify({ ...figures, seconds: Math.round(seconds) }, undefined, 2)}\n`
)
for (const line of story) process.stdout.write(`${line}\n`)
process.exitCode = simulation.violations.length === 0 ? 0 : 1
