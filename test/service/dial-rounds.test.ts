import { describe, expect, it } from 'vitest'
import { DialWorld } from './dial-world.ts'
import type { Round, WorldInit } from './dial-world.ts'

const seconds = (count: number): number => count * 1_000
const minutes = (count: number): number => seconds(60 * count)
const hours = (count: number): number => minutes(60 * count)

async function play(init: WorldInit, rounds: Round[]): Promise<DialWorld> {
  const names = rounds.flatMap((round) => JSON.stringify(round).match(/[a-z]\d+/g) ?? [])
  const world = await DialWorld.create([...new Set(names)], init)
  for (const [index, round] of rounds.entries()) {
    const { dials, adopts } = world.play(round)
    expect({ round: index, dials, adopts }).toEqual({
      round: index,
      dials: round.dials.toSorted(),
      adopts: (round.adopts ?? []).toSorted()
    })
  }
  return world
}

describe('dial rounds', () => {
  it('discovered candidates fill their share and no more', () =>
    play({ maxPeers: 6, random: () => 0 }, [
      // a third of 6: two slots for what was found, whatever else is free
      { discovered: ['d1', 'd2', 'd3', 'd4'], dials: ['d1', 'd2'] },
      { authorized: ['d1', 'd2'], dials: [] },
      { advance: hours(1), dials: [] },
      // a slot came free
      { lost: ['d1'], dials: ['d3'] }
    ]))

  it('what the application asks for takes any free slot, and is dialed first', () =>
    play({ maxPeers: 3, parallelDials: 1, random: () => 0 }, [
      { discovered: ['d1', 'd2'], dials: ['d1'] },
      // one dial at a time: they wait, the most wanted in front
      { requested: ['r1'], fixed: ['s1'], dials: [] },
      { authorized: ['d1'], dials: ['s1'] },
      { authorized: ['s1'], dials: ['r1'] },
      // full
      { authorized: ['r1'], dials: [] },
      // d2 is over the share of what was found, whatever else is free
      { banned: ['r1'], advance: seconds(1), dials: [] }
    ]))

  it('inbound peers get at most what the share leaves', () =>
    play({ maxPeers: 3 }, [
      { inbound: { i1: 'slot', i2: 'slot', i3: 'too-many-peers' }, dials: [] },
      // the slot that was kept for our own dials
      { discovered: ['d1'], dials: ['d1'] },
      { authorized: ['d1'], lost: ['i1'], inbound: { i3: 'slot', i4: 'too-many-peers' }, dials: [] }
    ]))

  it('a failed dial is tried again after a back-off that grows, and a static peer for ever', () =>
    play({ maxPeers: 3, random: () => 0.999 }, [
      { fixed: ['s1'], dials: ['s1'] },
      { failed: ['s1'], dials: [] },
      { advance: seconds(4), dials: [] },
      { advance: seconds(1), dials: ['s1'] },
      { failed: ['s1'], dials: [] },
      { advance: seconds(9), dials: [] },
      { advance: seconds(1), dials: ['s1'] },
      ...Array.from({ length: 30 }, (): Round[] => [
        { failed: ['s1'], dials: [] },
        // capped at five minutes for a static peer
        { advance: minutes(5), dials: ['s1'] }
      ]).flat()
    ]))

  it('a candidate that was found is given up after 16 attempts', async () => {
    const attempts = Array.from({ length: 15 }, (): Round[] => [
      { failed: ['d1'], dials: [] },
      { advance: minutes(30), dials: ['d1'] }
    ]).flat()
    const world = await play({ maxPeers: 3, random: () => 0.999 }, [
      { discovered: ['d1'], dials: ['d1'] },
      ...attempts,
      { failed: ['d1'], dials: [] },
      { advance: hours(24), dials: [] }
    ])
    expect(world.peer('d1').path).toBe('discovered.idle')
  })

  it('a wrong chain is not dialed for a day, however often it is found (Tendermint #6245)', () =>
    play({ maxPeers: 3 }, [
      { discovered: ['d1'], dials: ['d1'] },
      { refused: { d1: 'incompatible' }, dials: [] },
      { advance: hours(12), discovered: ['d1'], dials: [] },
      { advance: hours(11), requested: ['d1'], dials: [] },
      { advance: hours(1), dials: ['d1'] }
    ]))

  it('too many peers is honoured for five minutes, and costs no connection (Lodestar #8067)', () =>
    play({ maxPeers: 3 }, [
      { discovered: ['d1'], dials: ['d1'] },
      { refused: { d1: 'too-many-peers' }, dials: [] },
      { advance: minutes(4), discovered: ['d1'], dials: [] },
      // the connection is still there: no second dial
      { advance: minutes(1), dials: [], adopts: ['d1'] }
    ]))

  it('a peer that somebody else connected is adopted, without a dial (Substrate)', () =>
    play({ maxPeers: 3 }, [
      { connected: ['d1'], dials: [] },
      { discovered: ['d1'], dials: [], adopts: ['d1'] },
      { authorized: ['d1'], dials: [] }
    ]))

  it('a connection that nobody asked for stays unpromoted (the forum question)', async () => {
    const world = await play({ maxPeers: 3 }, [
      { connected: ['x1', 'x2', 'x3', 'x4'], dials: [] },
      { advance: hours(24), dials: [] }
    ])
    for (const name of ['x1', 'x2', 'x3', 'x4']) {
      expect(world.peer(name).path).toBe('connected.unpromoted')
    }
    expect(world.scheduler.slots).toEqual([])
  })

  it('a banned peer is never dialed', () =>
    play({ maxPeers: 3 }, [
      { banned: ['b1'], dials: [] },
      { discovered: ['b1'], requested: ['b1'], fixed: ['b1'], dials: [] },
      { advance: minutes(59), dials: [] },
      // the ban is over, and it is still wanted
      { advance: minutes(1), dials: ['b1'] }
    ]))

  it('inbound churn takes nothing from the outbound slots (Polygon Edge)', () =>
    play({ maxPeers: 3, random: () => 0 }, [
      { discovered: ['d1', 'd2'], dials: ['d1'] },
      { authorized: ['d1'], dials: [] },
      ...Array.from({ length: 20 }, (): Round[] => [
        { inbound: { i1: 'slot', i2: 'slot' }, dials: [] },
        { lost: ['i1', 'i2'], dials: [] }
      ]).flat()
    ]))

  it('a common outage is nobody’s fault: one probe at a time until the network is back', async () => {
    const all = Array.from({ length: 12 }, (_, i) => `d${i}`)
    const world = await play({ maxPeers: 30, random: () => 0.999 }, [
      { discovered: all.slice(0, 10), dials: all.slice(0, 10) },
      // ten unlike peers in a row, and nobody is connected
      { failed: all.slice(0, 10), dials: [] },
      { discovered: all.slice(10), fixed: ['s1'], requested: ['r1'], dials: [] },
      { advance: seconds(9), dials: [] },
      // whoever it is: it is the network that is looked for
      { advance: seconds(1), dials: ['d9'] },
      // somebody waits for the answer
      { awaited: ['r2'], dials: ['r2'] },
      { failed: ['d9', 'r2'], dials: [] },
      { advance: seconds(10), dials: ['d9'] }
    ])
    expect(world.scheduler.mode).toBe('offline')
    expect(world.peer('d9').context.failures).toBe(0)
    // it is back: who was in a cool-down for it is queued again, as many as the share of ten allows
    const { dials } = world.play({ authorized: ['d9'], dials: [] })
    expect(dials.filter((name) => name.startsWith('d'))).toHaveLength(9)
    expect(dials).toEqual(expect.arrayContaining(['s1', 'r1']))
    expect(world.scheduler.mode).toBe('filling')
    for (const name of all) expect(world.peer(name).context.failures, name).toBeLessThanOrEqual(1)
  })

  it('three static peers that are all we want are enough to tell an outage', async () => {
    const world = await play({ maxPeers: 3, random: () => 0.999 }, [
      { fixed: ['s1', 's2', 's3'], dials: ['s1', 's2', 's3'] },
      // every slot is held, by dials that come to nothing
      { failed: ['s1', 's2'], dials: [] },
      { failed: ['s3'], dials: [] }
    ])
    expect(world.scheduler.mode).toBe('offline')
    expect(world.scheduler.offlineSince).toBe(0)
    for (let minute = 0; minute < 60; minute++) {
      for (let probe = 0; probe < 6; probe++) {
        const { dials } = world.play({ advance: seconds(10), dials: [] })
        expect(dials).toHaveLength(1)
        world.play({ failed: dials, dials: [] })
      }
    }
    const names = ['s1', 's2', 's3']
    expect(names.map((name) => world.peer(name).context.failures)).toEqual([1, 1, 0])
    // the network is back: everybody within the next probe, 10 s
    const {
      dials: [probe = '']
    } = world.play({ advance: seconds(10), dials: [] })
    const { dials } = world.play({ authorized: [probe], dials: [] })
    expect([...dials, probe].toSorted()).toEqual(names)
  })

  it('two that fail are chance, and one connection is proof that it is not us', async () => {
    const two = await play({ maxPeers: 9, random: () => 0.999 }, [
      { fixed: ['s1', 's2'], dials: ['s1', 's2'] },
      { failed: ['s1', 's2'], dials: [] },
      { advance: seconds(5), dials: ['s1', 's2'] },
      { failed: ['s1', 's2'], dials: [] }
    ])
    expect(two.scheduler.mode).toBe('filling')
    const all = Array.from({ length: 12 }, (_, i) => `s${i}`)
    const linked = await play({ maxPeers: 30 }, [
      { connected: ['x1'], fixed: all, dials: all },
      { failed: all, dials: [] }
    ])
    expect(linked.scheduler.mode).toBe('filling')
    expect(linked.peer('s11').context.failures).toBe(1)
  })

  it('no more dials begin than the bucket has tokens, one for each as it comes', async () => {
    const all = Array.from({ length: 10 }, (_, i) => `s${i}`)
    const dialing = { dialsPerSecond: 2, dialBurst: 3 }
    const world = await play({ maxPeers: 20, dialing, random: () => 0 }, [
      { fixed: all, dials: ['s0', 's1', 's2'] },
      { advance: 499, dials: [] },
      { advance: 1, dials: ['s3'] },
      // a connect() takes a token, too, but the next one
      { awaited: ['r1'], dials: [] },
      { advance: 500, dials: ['r1'] },
      { advance: 500, dials: ['s4'] },
      { awaited: ['r2', 's6'], dials: [] },
      { givenUp: ['r2'], dials: [] },
      { advance: 500, dials: ['s6'] },
      // the other four wait for one deadline and no more
      { advance: 100, dials: [] }
    ])
    expect(world.clock.pending).toBe(1)
    expect(world.scheduler.check('static')).toBe('dial-limit')
    expect(world.play({ advance: seconds(2), dials: [] }).dials).toEqual(['s5', 's7', 's8', 's9'])
    expect(world.clock.pending).toBe(0)
  })

  it('a peer that is connected already is adopted without a token', () =>
    play({ maxPeers: 9, dialing: { dialsPerSecond: 1, dialBurst: 1 }, random: () => 0 }, [
      { connected: ['d1', 'd2', 'd3'], dials: [] },
      { discovered: ['d1', 'd2'], dials: [], adopts: ['d1', 'd2'] },
      { fixed: ['s1', 's2'], dials: ['s1'] },
      { advance: seconds(1), dials: ['s2'] }
    ]))

  it('a draining scheduler grants nothing', async () => {
    const world = await play({ maxPeers: 3 }, [{ discovered: ['d1'], dials: ['d1'] }])
    world.scheduler.send({ type: 'scheduler.drain' })
    expect(world.play({ failed: ['d1'], dials: [] }).dials).toEqual([])
    expect(world.play({ advance: hours(1), dials: [] }).dials).toEqual([])
    expect(world.scheduler.admit('anybody')).toBe('shutting-down')
  })
})
