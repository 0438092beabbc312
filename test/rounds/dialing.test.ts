/** Scenarios of the scheduler: who is dialed, when, and who is not. */
import { describe, expect, it } from 'vitest'
import { hours, minutes, seconds, World } from './world.ts'
import type { Round } from './world.ts'

const many = (letter: string, count: number): string[] =>
  Array.from({ length: count }, (_, i) => `${letter}${i}`)

const hanging = (names: string[]) => ({
  routes: Object.fromEntries(names.map((name) => [name, 'hanging' as const]))
})

describe('slots', () => {
  it('scenario 2, Polygon Edge’s runDial: inbound peers churn while outbound is full', async () => {
    const world = await World.create({ maxPeers: 6 })
    const inbound = many('i', 4)
    await world.rounds(
      { discovered: ['d1', 'd2', 'd3'], slots: 2 },
      ...Array.from({ length: 20 }, (): Round[] => [
        // as often as one address may come in the long run
        { advance: seconds(5), greeting: inbound, dials: [], slots: 6 },
        // one more than their share
        { greeting: ['i9'], hear: { i9: ['reject: too-many-peers'] }, dials: [] },
        { lost: inbound, dials: [], slots: 2 }
      ]).flat()
    )
    const kinds = world.peers.status().slots.map(({ kind }) => kind)
    expect(kinds).toEqual(['discovered', 'discovered'])
  })

  it('scenario 2, the other way round: what was dialed never gives an inbound slot away', async () => {
    const world = await World.create({ maxPeers: 6 })
    const wanted = many('d', 2)
    await world.rounds(
      { greeting: many('i', 4), slots: 4 },
      ...Array.from({ length: 20 }, (): Round[] => [
        { discovered: wanted, advance: hours(1), slots: 6 },
        { lost: wanted, slots: 4 }
      ]).flat(),
      { greeting: ['i9'], hear: { i9: ['reject: too-many-peers'] }, slots: 4 }
    )
  })
})

describe('waking', () => {
  it('scenario 10, Tendermint #8803, #8819: a slot comes free, and nothing runs hot till then', async () => {
    let draws = 0
    const random = (): number => {
      draws++
      return 0.5
    }
    const world = await World.create({ maxPeers: 3, random })
    await world.rounds({ discovered: ['d1', 'd2', 'd3'], slots: 1 })
    const [held] = world.peers.status().slots
    const [taken, ...waiting] = ['d1', 'd2', 'd3'].toSorted(
      (a, b) =>
        Number(world.id(b).toString() === held?.peer) -
        Number(world.id(a).toString() === held?.peer)
    ) as [string, ...string[]]
    draws = 0
    await world.rounds({ advance: hours(24), dials: [], slots: 1 })
    // a day of nothing to do: not one look at the queue
    expect(draws).toBe(0)
    await world.rounds({ lost: [taken], slots: 1 })
    expect(waiting.filter((name) => world.is(name) === 'authorized')).toHaveLength(1)
  })

  it('scenario 11, CometBFT #2542, go-metadium #103: a static peer fails for hours', async () => {
    const world = await World.create({ maxPeers: 3, routes: { s1: 'refused' } })
    await world.rounds({ fixed: ['s1'], dials: ['s1'] })
    const dialed = (): number => world.node.dialer.journal.length
    let before = dialed()
    await world.rounds({ advance: hours(1) })
    // the back-off has grown to its cap of five minutes, and stays there
    for (let day = 0; day < 24; day++) {
      before = dialed()
      await world.rounds({ advance: hours(1) })
      expect(dialed() - before).toBeGreaterThanOrEqual(12)
      expect(dialed() - before).toBeLessThan(200)
    }
    await world.rounds(
      { routes: { s1: 'open' } },
      { advance: minutes(5), are: { s1: 'authorized' }, slots: 1 }
    )
  })

  it('scenario 11, among others that fail: the static peer has its turn all the same', async () => {
    const dead = many('d', 40)
    const world = await World.create({ maxPeers: 3, ...hanging(['s1', ...dead]) })
    await world.rounds({ fixed: ['s1'], discovered: dead }, { advance: hours(2) })
    await world.rounds(
      { routes: { s1: 'open' } },
      { advance: minutes(6), are: { s1: 'authorized' } }
    )
  })
})

describe('inbound handshakes of peers that we want', () => {
  it('row E14, go-ethereum #33197: a peer that is shaking hands with us is not dialed', async () => {
    const world = await World.create({
      maxPeers: 3,
      random: () => 0.999,
      scripts: { i1: 'silent' }
    })
    await world.rounds(
      { greeting: ['i1'], are: { i1: 'handshaking.responding' }, slots: 1 },
      // wanted by everybody, and one handshake is enough
      { discovered: ['i1'], dials: [], are: { i1: 'handshaking.responding' } },
      { requested: ['i1'], dials: [] },
      { fixed: ['i1'], dials: [], slots: 1 },
      // it had its time. It is connected: our own handshake goes over what is there
      { advance: seconds(5), are: { i1: 'rejected.connected: timeout' }, slots: 0 },
      { scripts: { i1: 'honest' }, are: { i1: 'rejected.connected: timeout' } },
      { advance: seconds(5), dials: [], are: { i1: 'authorized' } }
    )
    expect(world.node.dialer.journal).toEqual([])
  })

  it('row E14, the other order: it comes while it waits in the queue', async () => {
    const world = await World.create({ maxPeers: 1, outboundShare: 0 })
    await world.rounds(
      { requested: ['r1'], dials: ['r1'], slots: 1 },
      // no slot is free
      { requested: ['i1'], dials: [], are: { i1: 'discovered.queued' } },
      { greeting: ['i1'], hear: { i1: ['reject: too-many-peers'] }, dials: [] },
      // the slot goes over the connection that it came with
      { lost: ['r1'], dials: [], are: { i1: 'authorized' }, slots: 1 }
    )
  })

  it('row E14, once more: it comes while our own dial hangs, and nobody waits for that', async () => {
    const world = await World.create({ maxPeers: 1, ...hanging(['r1']) })
    await world.rounds(
      { requested: ['r1'], dials: ['r1'], are: { r1: 'dialing' } },
      // it says nothing of its own accord: our handshake goes over the connection that it made
      { arriving: ['r1'], dials: [], are: { r1: 'authorized' }, slots: 1 }
    )
  })

  it('but not over one that may carry no handshake', async () => {
    const world = await World.create({ maxPeers: 1, ...hanging(['r1']) })
    await world.rounds(
      { requested: ['r1'], dials: ['r1'], are: { r1: 'dialing' } },
      {
        meanwhile: async () => {
          world.network.route(world.node.peerId, 'relayed')
          await world.peer('r1').connect(world.node)
        },
        are: { r1: 'dialing' }
      }
    )
  })
})
