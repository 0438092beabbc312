/**
 * `npm run perturb`: five processes, and everything that happens to processes, to each of them in turn,
 * for `--rounds` rounds (2 by default). Says how long the network took to be whole again; fails if that is
 * more than twenty seconds. `--story` prints what happened.
 */
import { parseArgs } from 'node:util'
import { PerturbedNetwork } from './network.ts'
import { PERTURBATIONS } from './perturbations.ts'
import { HEALED_WITHIN } from './settings.ts'

const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '2' },
    size: { type: 'string', default: '5' },
    only: { type: 'string' },
    story: { type: 'boolean', default: false }
  }
})
const chosen = PERTURBATIONS.filter(({ name }) => name === (values.only ?? name))
const network = await PerturbedNetwork.start(Number(values.size))
const times = new Map<string, number[]>(chosen.map(({ name }) => [name, []]))
let code = 0
try {
  for (let round = 0; round < Number(values.rounds); round++) {
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
