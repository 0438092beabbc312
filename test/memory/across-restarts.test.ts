/** What holds over a restart of the whole service, as rounds on a clock that is moved by hand. */
import { describe, expect, it } from 'vitest'
import { chain } from '../../src/testing/simulation/simulated-node.ts'
import { hours, minutes, seconds, World } from '../rounds/world.ts'
import { DAY } from './times.ts'
import type { Clock } from '../../src/clock.ts'
import type { Handshake } from '../../src/index.ts'

/** A handshake whose verdicts depend on this. */
const under = (fingerprint: string, name?: string): Handshake<string> =>
  Object.assign(chain(name), { fingerprint })

describe('over a restart', () => {
  it('scenario 9: a goodbye "too many peers" is honoured for what is left of the five minutes', async () => {
    const world = await World.create({ scripts: { full: 'too-many-peers' } })
    await world.rounds({ requested: ['full'], are: { full: 'rejected.connected: too-many-peers' } })
    await world.play({ advance: minutes(2) })
    await world.restart()
    await world.rounds(
      { dials: [], are: { full: 'rejected.disconnected: too-many-peers' } },
      // found again, and not dialed
      { discovered: ['full'], dials: [] },
      { scripts: { full: 'honest' }, advance: minutes(2), dials: [] },
      {
        advance: minutes(1),
        dials: ['full'],
        are: { full: 'authorized' }
      }
    )
  })

  it('scenario 8: a peer on the wrong chain is left alone for the rest of the day', async () => {
    const world = await World.create({ scripts: { alien: 'wrong chain' } })
    await world.rounds({ requested: ['alien'] })
    await world.play({ advance: seconds(10) })
    await world.restart()
    await world.rounds(
      { are: { alien: 'rejected.disconnected: incompatible' } },
      { discovered: ['alien'], advance: hours(23), dials: [] },
      { advance: hours(1), dials: ['alien'] }
    )
  })

  it('scenario 17: failures count on, and the next cool-down is as long as it would have been', async () => {
    // unlucky all the time: every cool-down has its full length
    const world = await World.create({ routes: { gone: 'refused' }, random: () => 0.999 })
    await world.play({ requested: ['gone'] })
    for (const wait of [5, 10, 20, 40, 80]) await world.play({ advance: seconds(wait) })
    expect(left(world, 'gone')).toBeCloseTo(seconds(160), -3)
    await world.play({ advance: seconds(10) })
    await world.restart()
    expect(left(world, 'gone')).toBeCloseTo(seconds(148), -3)
    await world.play({ advance: seconds(147), dials: [] })
    await world.play({ advance: seconds(2), dials: ['gone'] })
    expect(left(world, 'gone')).toBeGreaterThan(seconds(310))
  })

  it('scenario 23 (Irys): on another chain nobody is authorized from memory, and everybody is asked anew', async () => {
    const world = await World.create({ handshake: under('chain 7') })
    world.peer('alien').word = 'chain 8'
    await world.rounds(
      { requested: ['friend'], are: { friend: 'authorized' } },
      { requested: ['alien'], are: { alien: 'rejected.disconnected: incompatible' } }
    )
    await world.play({ advance: seconds(10) })
    // the operator had the wrong chain, and sets the one of the alien
    await world.restart({ handshake: under('chain 8', 'chain 8') })
    await world.play({
      are: { alien: 'authorized', friend: 'rejected.disconnected: incompatible' }
    })
    expect(world.node.authorizations).toEqual([world.id('alien').toString()])
    expect(world.node.served).toEqual([])
  })

  it.each([
    {
      jump: DAY,
      held: 'the ban of two days holds, the peer that was full is tried anew',
      are: { full: 'rejected.connected: too-many-peers' }
    },
    {
      jump: -DAY,
      held: 'both hold',
      are: { full: 'rejected.disconnected: too-many-peers' }
    }
  ])(
    'row G1: a wall clock set by $jump ms meanwhile: $held, for no longer than it was said',
    async ({ jump, are }) => {
      const world = await World.create({ scripts: { full: 'too-many-peers' } })
      await world.play({ requested: ['full'], banned: ['bad'] })
      await world.play({ advance: seconds(10) })
      await world.restart({ clock: shifted(world.clock, jump) })
      await world.play({ are })
      expect(world.peers.explain(world.id('bad')).reason).toBe('banned')
      const epoch = world.clock.epoch() + jump
      expect((world.peers.explain(world.id('bad')).retryAt ?? 0) - epoch).toBeLessThanOrEqual(
        2 * DAY
      )
      expect((world.peers.explain(world.id('full')).retryAt ?? 0) - epoch).toBeLessThanOrEqual(
        minutes(5)
      )
    }
  )

  it('what comes of the goodbyes at the end is no reason to leave peers alone after the start', async () => {
    const world = await World.create({ outboundShare: 1 })
    await world.rounds({ requested: ['friend'], are: { friend: 'authorized' } })
    await world.play({ advance: seconds(10) })
    await world.restart()
    // no bootstrap, no discovery, no wish
    await world.play({ are: { friend: 'authorized' } })
  })

  it('anchors are dialed, for one attempt, also when nobody else is dialed unasked', async () => {
    const world = await World.create({ policies: { anchors: 1 } })
    await world.play({ discovered: ['first'] })
    await world.play({ advance: seconds(10), discovered: ['second'] })
    await world.play({ are: { first: 'authorized', second: 'authorized' } })
    await world.restart({ outboundShare: 0 })
    await world.play({ are: { first: 'authorized', second: 'unknown' } })
  })
})

/** Milliseconds of the cool-down that are left. */
const left = (world: World, name: string): number =>
  (world.peers.explain(world.id(name)).retryAt ?? 0) - world.clock.epoch()

/** The same clock, with the wall clock set anew. */
const shifted = (clock: Clock, by: number): Clock => ({
  now: () => clock.now(),
  epoch: () => clock.epoch() + by,
  after: (delay, callback) => clock.after(delay, callback)
})
