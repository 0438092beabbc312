/**
 * Upgrade slots (Tendermint): what the application asks for is dialed although every slot is taken.
 *
 * Mutations that turn this file red, each tried by hand: a victim that others count on chosen again, no
 * goodbye to the victim, an upgrade beside the limit, a victim that leaves although a slot came free.
 */
import { expect, it } from 'vitest'
import { seconds, World } from '../rounds/world.ts'

/** Three slots: one for what is found, two inbound; all taken, i2 the last to come. */
const FULL = { discovered: ['d1'], greeting: ['i1', 'i2'], slots: 3 }

const upgrading = (upgradeSlots: number) => ({ maxPeers: 3, policies: { upgradeSlots } })

it('a static peer takes the place of the inbound peer that came last, when it is authorized', async () => {
  const world = await World.create(upgrading(1))
  await world.rounds(
    FULL,
    {
      fixed: ['s1'],
      dials: ['s1'],
      are: {
        s1: 'authorized',
        d1: 'authorized',
        i1: 'authorized',
        i2: 'rejected.connected: evicted'
      },
      hear: { i2: ['goodbye: evicted'] },
      slots: 3
    },
    // left alone for five minutes, and not let in either
    { advance: seconds(10), greeting: ['i2'], hear: { i2: ['reject: evicted'] }, slots: 3 }
  )
  const kinds = world.peers.status().slots.map(({ kind, pool }) => `${kind} ${pool}`)
  expect(kinds.toSorted()).toEqual(['discovered ordinary', 'inbound ordinary', 'static ordinary'])
})

it('connect() is tried, not refused; without upgrade slots it is', async () => {
  const world = await World.create(upgrading(1))
  await world.rounds(FULL)
  await expect(connected(world, 'r1')).resolves.toMatchObject({ direction: 'outbound' })
  await world.rounds({ are: { i1: 'authorized', i2: 'rejected.connected: evicted' }, slots: 3 })

  const plain = await World.create(upgrading(0))
  await plain.rounds(FULL)
  await expect(connected(plain, 'r1')).rejects.toMatchObject({ reason: 'too-many-peers' })
  await plain.rounds({ fixed: ['s1'], dials: [], slots: 3 })
})

it('the slots are the limit and one: nobody leaves before the newcomer is in', async () => {
  const world = await World.create({ ...upgrading(1), scripts: { s1: 'silent' } })
  await world.rounds(
    FULL,
    { fixed: ['s1'], dials: ['s1'], slots: 4, are: { i1: 'authorized', i2: 'authorized' } },
    // it never says its verdict: the reservation is given up, the victim stays
    { advance: seconds(5), slots: 3, are: { s1: 'rejected.connected: timeout', i2: 'authorized' } }
  )
})

it('a dial that fails costs nobody his slot', async () => {
  const world = await World.create({ ...upgrading(1), routes: { s1: 'refused' } })
  await world.rounds(FULL, {
    fixed: ['s1'],
    dials: ['s1'],
    are: { i1: 'authorized', i2: 'authorized', s1: 'discovered.coolingDown: dial-failed' },
    slots: 3
  })
})

it('two dials never count on one victim (Tendermint #5936)', async () => {
  const hanging = { s1: 'hanging', s2: 'hanging', s3: 'hanging' } as const
  const world = await World.create({ ...upgrading(3), routes: hanging })
  await world.rounds(
    FULL,
    // two inbound peers, two dials, whatever the number of upgrade slots
    { fixed: ['s1', 's2', 's3'], dials: ['s1', 's2'], slots: 5 }
  )
  const victims = world.peers.status().slots.flatMap(({ victim }) => victim ?? [])
  expect(new Set(victims).size).toBe(2)
})

it('a victim that leaves by itself gives its place to the dial that counts on it', async () => {
  const world = await World.create({ ...upgrading(1), routes: { s1: 'hanging' } })
  await world.rounds(
    FULL,
    { fixed: ['s1'], dials: ['s1'], slots: 4 },
    // and to nobody else
    { lost: ['i2'], greeting: ['i3'], hear: { i3: ['reject: too-many-peers'] }, slots: 3 }
  )
  expect(world.peers.status().slots.map(({ pool }) => pool)).toEqual(Array(3).fill('ordinary'))
})

it('whatever place comes free, the dial takes it, and its victim is spared', async () => {
  const world = await World.create({ ...upgrading(1), scripts: { s1: 'silent' } })
  await world.rounds(
    FULL,
    { fixed: ['s1'], dials: ['s1'], slots: 4 },
    { lost: ['i1'], greeting: ['i3'], hear: { i3: ['reject: too-many-peers'] }, slots: 3 },
    { are: { i2: 'authorized' } }
  )
})

it('never a peer that we dialed, or that the application trusts or asked for', async () => {
  const world = await World.create({ ...upgrading(2), maxPeers: 4 })
  await world.rounds(
    { discovered: ['d1'], requested: ['r1'], greeting: ['i1', 'i2'], slots: 4 },
    { requested: ['i2'], dials: [], slots: 4 },
    {
      fixed: ['s1', 's2'],
      // i1 makes room for one of them, and nobody for the other
      are: { d1: 'authorized', r1: 'authorized', i2: 'authorized' },
      slots: 4
    }
  )
  expect(world.is('i1')).toBe('rejected.connected: evicted')
})

it('a victim that is asked for meanwhile stays: another one leaves', async () => {
  const world = await World.create({ ...upgrading(1), latency: 100 })
  await world.rounds(
    { discovered: ['d1'], greeting: ['i1'] },
    { advance: seconds(1), greeting: ['i2'] },
    { advance: seconds(1), fixed: ['s1'], dials: ['s1'], slots: 4 },
    { advance: 300, requested: ['i2'], are: { s1: 'connected.promoting' } },
    { advance: seconds(1), are: { s1: 'authorized', i2: 'authorized' }, slots: 3 }
  )
  expect(world.is('i1')).toBe('rejected.connected: evicted')
})

it('if nobody can leave any more, the newcomer stays beside the limit until somebody does', async () => {
  const world = await World.create({ ...upgrading(1), latency: 100 })
  await world.rounds(
    { discovered: ['d1'], greeting: ['i1', 'i2'] },
    { advance: seconds(1), fixed: ['s1'], dials: ['s1'], slots: 4 },
    { advance: 300, requested: ['i1', 'i2'] },
    {
      advance: seconds(1),
      are: { s1: 'authorized', i1: 'authorized', i2: 'authorized' },
      slots: 4
    },
    { lost: ['d1'] },
    { advance: seconds(1), slots: 3 }
  )
  expect(world.peers.status().slots.map(({ pool }) => pool)).toEqual(Array(3).fill('ordinary'))
})

/** What `connect()` comes to, with everything that has to happen for it. */
async function connected(world: World, name: string): Promise<unknown> {
  const connecting = world.peers.connect(world.at(name))
  connecting.catch(() => {})
  await world.rounds({ advance: seconds(1) })
  return connecting
}
