/** Scenarios in which it is us, or everybody, who is away. */
import { describe, expect, it } from 'vitest'
import { minutes, seconds, World } from './world.ts'

const MANY = Array.from({ length: 12 }, (_, i) => `d${i}`)
const each = <T>(names: readonly string[], value: T): Record<string, T> =>
  Object.fromEntries(names.map((name) => [name, value]))

describe('the network is gone', () => {
  it('scenario 18, Bee: all dials fail together: a pause, and no penalties', async () => {
    const world = await World.create({ maxPeers: 20, outboundShare: 0.9 })
    await world.rounds({ network: 'down', discovered: MANY })
    expect(world.peers.status().mode).toBe('offline')
    const before = world.node.dialer.journal.length
    await world.rounds({ advance: minutes(10), slots: 0 })
    // one probe in ten seconds, whoever it goes to
    const probes = world.node.dialer.journal.length - before
    expect(probes).toBeGreaterThanOrEqual(55)
    expect(probes).toBeLessThanOrEqual(61)
    await world.rounds(
      { network: 'up' },
      { advance: seconds(15), are: each(MANY, 'authorized'), slots: 12 }
    )
    expect(world.peers.status()).toMatchObject({ mode: 'filling', banned: 0 })
  })

  it('scenario 18: nor does what happened count afterwards: the next back-off is a first one', async () => {
    const world = await World.create({ maxPeers: 20, outboundShare: 0.9, random: () => 0.999 })
    await world.rounds({ network: 'down', discovered: MANY }, { advance: minutes(60) })
    // somebody comes: it is back; that nobody answers has reasons of their own from now on
    await world.rounds({ routes: each(MANY, 'refused') }, { network: 'up' })
    await world.rounds({ greeting: ['i1'], dials: MANY })
    await world.rounds(
      { advance: seconds(4), dials: [] },
      // 5 s; for the two that failed before it was known to be an outage it is the second time: 10 s
      { advance: seconds(1), dials: MANY.slice(2) },
      { advance: seconds(5), dials: MANY.slice(0, 2) },
      { advance: seconds(4), dials: [] },
      { advance: seconds(1), dials: MANY.slice(2) }
    )
  })

  it('scenario 18: a connect() of the application is tried all the same', async () => {
    const world = await World.create({ maxPeers: 20, outboundShare: 0.9 })
    await world.rounds({ network: 'down', discovered: MANY }, { advance: minutes(2) })
    expect(world.peers.status().mode).toBe('offline')
    await world.rounds({ network: 'up' })
    const attempt = world.peers.connect(world.at('r1'))
    await world.rounds({ are: { r1: 'authorized' } })
    await expect(attempt).resolves.toMatchObject({ direction: 'outbound' })
  })
})
