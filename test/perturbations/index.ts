/**
 * `npm run perturb`: five processes, and everything that happens to processes, each to another of them, for
 * `--rounds` rounds (2 by default; after 5 everybody has had everything). Says how long the network took to be
 * whole again; fails if that is more than twenty seconds. `--story` prints what happened.
 *
 * Between two rounds the network rests (`--rest` seconds, 65 by default): a session that lasts a minute
 * clears the count of failures, and without that the back-off of a pair that is torn apart again and again
 * grows beyond the twenty seconds, as it is meant to. With `--steady` it does not grow: no rest is needed.
 */
import { setTimeout } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import { PerturbedNetwork } from './network.ts'
import { PERTURBATIONS } from './perturbations.ts'
import { HEALED_WITHIN } from './settings.ts'

const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '2' },
    size: { type: 'string', default: '5' },
    only: { type: 'string' },
    rest: { type: 'string' },
    steady: { type: 'boolean', default: false },
    story: { type: 'boolean', default: false }
  }
})
const chosen = PERTURBATIONS.filter(({ name }) => name === (values.only ?? name))
const network = await PerturbedNetwork.start(Number(values.size), values.steady)
const times = new Map<string, number[]>(chosen.map(({ name }) => [name, []]))
const rest = Number(values.rest ?? (values.steady ? 0 : 65))
let code = 0
try {
  for (let round = 0; round < Number(values.rounds); round++) {
    if (round > 0) await setTimeout(rest * 1_000)
    for (const [i, { name, perturb }] of chosen.entries()) {
      // each time another member, and each member everything once
      const member = network.names[(round + i) % network.names.length] ?? 'a'
      await perturb(network, member)
      const took = await network.healed(HEALED_WITHIN)
      times.get(name)?.push(took)
      console.log(`round ${round + 1}, ${name} ${member}: whole after ${took.toFixed(0)} ms`)
    }
  }
  for (const [name, all] of times) {
    console.log(`${name}: ${all.length} times, at most ${Math.max(...all).toFixed(0)} ms`)
  }
  if (values.story) console.log(network.story.join('\n'))
} catch (error) {
  console.log(error instanceof Error ? error.message : error)
  code = 1
} finally {
  await network.end()
}
process.exit(code)
