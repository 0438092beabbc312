/** Five processes over TCP with a DHT, and what happens to processes. The long form is `npm run perturb`. */
import { afterAll, beforeAll, expect, it } from 'vitest'
import { PerturbedNetwork } from './network.ts'
import { PERTURBATIONS } from './perturbations.ts'
import { HEALED_WITHIN, NEXT_PROTOCOL } from './settings.ts'

let network: PerturbedNetwork

beforeAll(async () => {
  network = await PerturbedNetwork.start(5)
}, 90_000)

afterAll(async () => network.end())

/** What is done to whom; two that take their time are done at once. */
const DEEDS = [
  [
    ['disconnect', 'a'],
    ['pause', 'c']
  ],
  [['kill', 'b']],
  [['restart', 'd']],
  [['upgrade', 'e']]
] as const

it('is not whole while a member is cut off, and is when it is mended', async () => {
  network.cut('b')
  await expect(network.healed(1_000)).rejects.toThrow('Not whole')
  network.mend('b')
  await network.healed(HEALED_WITHIN)
}, 60_000)

it.each(DEEDS.map((deeds) => ({ deeds, what: deeds.map((deed) => deed.join(' ')).join(' and ') })))(
  'is whole again within twenty seconds of $what',
  async ({ deeds, what }) => {
    const done = deeds.map(async ([deed, member]) =>
      PERTURBATIONS.find(({ name }) => name === deed)?.perturb(network, member)
    )
    await Promise.all(done)
    const took = await network.healed(HEALED_WITHIN)
    console.info(`${what}: whole after ${took.toFixed(0)} ms`)
  },
  60_000
)

it('goes on with one member that speaks the next version of the wire, and four that do not', () => {
  const speakers = network.names.filter((name) => network.protocolsOf(name).includes(NEXT_PROTOCOL))
  expect(speakers).toEqual(['e'])
})
