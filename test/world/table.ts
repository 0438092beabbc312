/**
 * Runs worlds of 1,000 nodes for a day each, with every class of faults, one seed after another, and keeps
 * what came of them in `results.json`, from which the README's table is made. Seeds that are in there are not
 * run again, so that it can go on where it was stopped:
 *
 *     npm run simulate:table -- --from 1 --to 20
 */
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { simulate } from '../../src/testing/world/simulate.ts'
import type { WorldResult } from './results.ts'

const RESULTS = join(import.meta.dirname, 'results.json')

const { values } = parseArgs({
  options: {
    from: { type: 'string', default: '1' },
    to: { type: 'string', default: '20' },
    nodes: { type: 'string', default: '1000' },
    hours: { type: 'string', default: '24' },
    anew: { type: 'boolean', default: false }
  }
})
const [nodes, hours] = [Number(values.nodes), Number(values.hours)]

const known = async (): Promise<WorldResult[]> =>
  JSON.parse(await readFile(RESULTS, 'utf8')) as WorldResult[]

/** Two processes may write in turn: what the other one has written stays. */
async function keep(result: WorldResult): Promise<void> {
  const others = (await known()).filter((other) => !isSame(other, result))
  const all = [...others, result].toSorted((a, b) => a.nodes - b.nodes || a.seed - b.seed)
  await writeFile(RESULTS, `${JSON.stringify(all, undefined, 2)}\n`)
}

const isSame = (a: WorldResult, b: Pick<WorldResult, 'seed' | 'nodes' | 'hours'>): boolean =>
  a.seed === b.seed && a.nodes === b.nodes && a.hours === b.hours

for (let seed = Number(values.from); seed <= Number(values.to); seed++) {
  const isKnown = (await known()).some((result) => isSame(result, { seed, nodes, hours }))
  if (isKnown && !values.anew) continue
  const began = process.cpuUsage()
  const { story, violations, faults, ...simulation } = await simulate({ seed, nodes, hours })
  const { user, system } = process.cpuUsage(began)
  const cpuSeconds = Math.round((user + system) / 1_000_000)
  await keep({
    ...simulation,
    hours,
    faults: Object.values(faults).reduce((sum, count) => sum + count, 0),
    violations: violations.length,
    cpuSeconds
  })
  const { rss } = process.memoryUsage()
  const { events } = simulation
  process.stdout.write(
    `${seed}: ${events} events, ${violations.length} violations, ${cpuSeconds} s, ${Math.round(rss / 1_048_576)} MiB\n`
  )
  for (const line of story) process.stdout.write(`    ${line}\n`)
}
