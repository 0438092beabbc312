import { strictEqual } from 'node:assert'
import { describe, it } from 'node:test'
import { describeHandshake, simulate } from '../../src/testing/index.ts'
import { heightHandshake } from './handshake.ts'
import { policy } from './policy.ts'

// my handshake, against hostile peers
describeHandshake(
  {
    name: 'heights of network 7',
    handshake: () => heightHandshake(7, () => 1_000),
    wrong: () => heightHandshake(8, () => 1_000),
    options: policy
  },
  { describe, it }
)

// my policy, in a world in which everything goes wrong
describe('a thousand nodes', () => {
  it('keep every law through an hour of faults, and find their peers again', async () => {
    const world = await simulate({
      nodes: 1_000,
      hours: 1,
      handshake: (index) => heightHandshake(7, () => index),
      options: policy
    })
    strictEqual(world.violations.length, 0, world.story.join('\n'))
  })
})
