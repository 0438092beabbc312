import { describe, it } from 'node:test'
import { describeHandshake } from '../../src/testing/index.ts'
import { heightHandshake } from './handshake.ts'
import { policy } from './policy.ts'

// my handshake, and every hostile peer of the kit
describeHandshake(
  {
    name: 'heights of network 7',
    handshake: () => heightHandshake(7, () => 1_000),
    wrong: () => heightHandshake(8, () => 1_000),
    options: policy
  },
  { describe, it }
)
