import { deepStrictEqual, strictEqual } from 'node:assert'
import { describe, it } from 'node:test'
import { ManualClock } from '../../src/testing/index.ts'
import { heightHandshake } from './handshake.ts'
import { policy } from './policy.ts'

describe('my handshake', () => {
  it('says what it understands', async () => {
    const context = {
      peerId: 'x',
      role: 'initiator',
      signal: new AbortController().signal
    } as never
    const handshake = heightHandshake(7, () => 1_000)
    const hello = await handshake.verify(await handshake.hello(context), context)
    deepStrictEqual(hello, { network: 7, height: 1_000 })
  })
})

describe('my policy', () => {
  it('asks other chains again after ten minutes', () => {
    const clock = new ManualClock()
    let asked = 0
    clock.after(policy.dispositions.local.incompatible.coolDown, () => asked++)
    clock.advance(600_000)
    strictEqual(asked, 1)
  })
})
