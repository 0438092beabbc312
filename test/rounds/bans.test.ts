/** Scenarios of bans: one predicate at every door, and the last word counts. */
import { describe, expect, it } from 'vitest'
import { hours, minutes, seconds, World } from './world.ts'

describe('bans', () => {
  it('scenario 29, Telcoin #687: the DHT finds a banned peer, and its tag asks for it', async () => {
    const world = await World.create({ maxPeers: 3 })
    await world.rounds({ discovered: ['b1'], are: { b1: 'authorized' } }, { banned: ['b1'] })
    const store = world.node.peerStore.component
    await store.merge(world.id('b1'), { tags: { 'keep-alive-kad-dht': { value: 1 } } })
    for (let hour = 0; hour < 47; hour++) {
      // we do not dial it, and nobody else does
      await world.rounds(
        { advance: hours(1), discovered: ['b1'], requested: ['b1'], dials: [] },
        { foreign: ['b1'], greeting: ['b1'], dials: [], slots: 0 }
      )
      expect(world.node.connections).toEqual([])
    }
    await world.rounds({ are: { b1: 'rejected.disconnected: banned' } })
    expect(world.node.dialer.journal.filter(({ by }) => by === 'scheduler')).toHaveLength(1)
    // it was asked for all the time
    await world.rounds({ advance: hours(1), dials: ['b1'], are: { b1: 'authorized' } })
  })

  it('scenario 27, Lighthouse #4140: a ban and its end cross: the last decision stands, and once', async () => {
    const world = await World.create({ maxPeers: 3 })
    await world.rounds({ discovered: ['d1'], are: { d1: 'authorized' } })
    const id = world.id('d1')
    // decided within the very event that tells of the one before
    const decisions = [true, false, true]
    world.peers.addEventListener('peer:transition', () => {
      const decision = decisions.shift()
      if (decision === true) world.peers.ban(id)
      if (decision === false) world.peers.unban(id)
    })
    await world.rounds({ lost: ['d1'] }, { dials: [], slots: 0 })
    expect(decisions).toEqual([])
    await world.rounds({ are: { d1: 'rejected.disconnected: banned' } })
    const { length } = world.node.transitions
    await world.rounds({ advance: minutes(30), dials: [], slots: 0 })
    expect(world.node.transitions).toHaveLength(length)
    expect(world.peers.status().banned).toBe(1)
  })

  it.each([
    ['ban', 'rejected.disconnected: banned'],
    ['disconnect', 'discovered.idle']
  ] as const)('a peer that shakes hands anew is answered by a %s in between', async (act, end) => {
    const world = await World.create({ maxPeers: 3 })
    await world.rounds({ greeting: ['a1'], are: { a1: 'authorized' } })
    const id = world.id('a1')
    // what was agreed on before is over: that is when the application hears of it
    world.peers.addEventListener('peer:deauthorized', () => void world.peers[act](id))
    await world.rounds(
      { greeting: ['a1'] },
      // whoever keeps its stream for a second means it
      { advance: seconds(1), slots: 0 },
      { advance: seconds(5), are: { a1: end }, slots: 0 }
    )
    expect(world.node.authorizations).toHaveLength(1)
    expect(world.peer('a1').heard).toContainEqual(expect.stringMatching('reject: '))
  })

  it.each([
    [[true, false], 'authorized'],
    [[false, true], 'rejected.disconnected: banned'],
    [[true, false, true], 'rejected.disconnected: banned'],
    [[true, true, false], 'authorized']
  ] as const)('scenario 27: of %j the last holds', async (decisions, end) => {
    const world = await World.create({ maxPeers: 3 })
    await world.rounds({ fixed: ['s1'], are: { s1: 'authorized' } })
    for (const isBan of decisions) {
      if (isBan) world.peers.ban(world.id('s1'))
      else world.peers.unban(world.id('s1'))
    }
    await world.rounds({ advance: minutes(5), are: { s1: end } })
  })
})
