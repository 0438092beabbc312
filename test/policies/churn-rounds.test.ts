/**
 * Churn (go-ethereum's dropper): while a share of the slots is full, somebody leaves now and then.
 *
 * Mutations that turn this file red, each tried by hand: a deadline that is not armed again, or not taken
 * back at stop; churn out of a share with room; churn without the ten minutes.
 */
import { expect, it } from 'vitest'
import { minutes, World } from '../rounds/world.ts'
import type { WorldInit } from '../rounds/world.ts'

const CHURNING: WorldInit = {
  maxPeers: 3,
  // luck of a half: exactly the interval, and of two peers the second
  random: () => 0.5,
  policies: { churnInterval: minutes(5) }
}

it('one peer leaves each interval, from the tenth minute on, and another one comes', async () => {
  const world = await World.create(CHURNING)
  await world.rounds(
    { discovered: ['d1'], slots: 1 },
    { discovered: ['d2'], greeting: ['i1'], dials: [], slots: 2 },
    // five minutes: too young; ten minutes: d1, the only one of a full share
    { advance: minutes(5), dials: [], slots: 2 },
    {
      advance: minutes(5),
      dials: ['d2'],
      hear: { d1: ['goodbye: evicted'] },
      are: { d1: 'rejected.connected: evicted', d2: 'authorized', i1: 'authorized' },
      slots: 2
    },
    // d2 has its ten minutes, too; d1 has been waiting since
    { advance: minutes(5), dials: [], are: { d2: 'authorized', d1: 'connected.queued' } },
    { advance: minutes(5), are: { d2: 'rejected.connected: evicted', d1: 'authorized' }, slots: 2 }
  )
})

it('inbound peers leave when their share is full, and newcomers find room', async () => {
  const world = await World.create(CHURNING)
  await world.rounds(
    { greeting: ['i1', 'i2'], slots: 2 },
    { greeting: ['i3'], hear: { i3: ['reject: too-many-peers'] }, slots: 2 },
    { advance: minutes(10), hear: { i2: ['goodbye: evicted'] }, slots: 1 },
    { greeting: ['i3'], are: { i3: 'authorized', i1: 'authorized' }, slots: 2 }
  )
})

it('nobody leaves while there is room in the shares, nor whom the application asked for', async () => {
  const world = await World.create({ ...CHURNING, maxPeers: 6 })
  await world.rounds(
    {
      fixed: ['s1', 's2', 's3'],
      requested: ['r1'],
      greeting: ['i1'],
      discovered: ['d1'],
      slots: 6
    },
    // full in all, and neither share is
    { advance: minutes(60), hear: { d1: [], i1: [], r1: [], s1: [] }, slots: 6 }
  )
})

it('is off unless it is switched on, and leaves no deadline behind', async () => {
  const plain = await World.create({ ...CHURNING, policies: {} })
  await plain.rounds({ discovered: ['d1'], slots: 1 }, { advance: minutes(600), slots: 1 })

  const world = await World.create(CHURNING)
  const stopping = world.node.stop()
  await world.rounds({ advance: minutes(1) })
  await stopping
  expect(world.clock.pending).toBe(0)
})
