/** Scenarios of a restart: what was decided holds, and nobody is authorized from a disk. */
import { describe, expect, it } from 'vitest'
import { chain } from '../../src/testing/simulation/simulated-node.ts'
import { hours, minutes, seconds, World } from './world.ts'

describe('over a restart', () => {
  it('scenario 9, Lodestar #8067: "too many peers" is honoured for five minutes, restart or not', async () => {
    const world = await World.create({ maxPeers: 3, scripts: { d1: 'too-many-peers' } })
    await world.rounds(
      { discovered: ['d1'], dials: ['d1'], are: { d1: 'rejected.connected: too-many-peers' } },
      // what is written at the latest
      { advance: seconds(6), discovered: ['d1'], dials: [] }
    )
    await world.restart()
    await world.rounds(
      { dials: [], are: { d1: 'rejected.disconnected: too-many-peers' } },
      { discovered: ['d1'], dials: [] },
      { advance: minutes(5) - seconds(8) - 1, dials: [] },
      { scripts: { d1: 'honest' } },
      { advance: seconds(2), dials: ['d1'], are: { d1: 'authorized' } }
    )
  })

  it('scenario 9, the same of a ban, and of a wrong chain', async () => {
    const world = await World.create({ maxPeers: 3, scripts: { d1: 'wrong chain' } })
    await world.rounds({ discovered: ['d1', 'd2'] }, { banned: ['d2'] }, { advance: seconds(6) })
    await world.restart()
    await world.rounds({
      discovered: ['d1', 'd2'],
      greeting: ['d1', 'd2'],
      dials: [],
      are: { d1: 'rejected.disconnected: incompatible', d2: 'rejected.disconnected: banned' },
      slots: 0
    })
    expect(world.peers.status().banned).toBe(1)
    await world.rounds({ advance: hours(23), discovered: ['d1', 'd2'], dials: [] })
    await world.rounds({ advance: hours(2), dials: ['d1'] })
  })

  it('scenario 23, Irys #1469: our chain is another one now: everybody has to shake hands anew', async () => {
    const world = await World.create({ maxPeers: 6, outboundShare: 0.5 })
    await world.rounds({ discovered: ['d1', 'd2'], greeting: ['i1'], slots: 3 })
    await world.rounds({ advance: minutes(2) })
    await world.restart({ handshake: chain('chain 8') })
    expect(world.node.authorizations).toEqual([])
    await world.rounds({
      are: {
        d1: 'rejected.disconnected: incompatible',
        d2: 'rejected.disconnected: incompatible'
      },
      slots: 0
    })
    await world.rounds({ greeting: ['i1'], are: { i1: 'rejected.disconnected: incompatible' } })
    expect(world.node.authorizations).toEqual([])
    // who is on the new chain is let in
    world.peer('i2').word = 'chain 8'
    await world.rounds({ greeting: ['i2'], are: { i2: 'authorized' }, slots: 1 })
  })

  it('row E13: the good peers are found again without anybody’s help', async () => {
    const world = await World.create({ maxPeers: 6, outboundShare: 0.5 })
    await world.rounds({ discovered: ['d1', 'd2'], slots: 2 }, { advance: minutes(2) })
    await world.restart()
    await world.rounds({
      advance: seconds(1),
      are: { d1: 'authorized', d2: 'authorized' },
      slots: 2
    })
  })
})
