/** Scenarios of the policies that are off unless they are switched on. */
import { describe, expect, it } from 'vitest'
import { minutes, World } from './world.ts'

const INBOUND = ['i1', 'i2', 'i3', 'i4']
const hanging = { r1: 'hanging', r2: 'hanging', r3: 'hanging' } as const

/** Every slot is held, all but those of the share by peers that came by themselves. */
async function full(upgradeSlots: number): Promise<World> {
  const world = await World.create({ maxPeers: 4, outboundShare: 0, policies: { upgradeSlots } })
  await world.rounds({ greeting: INBOUND, slots: 4 })
  return world
}

const victims = (world: World): (number | undefined)[] =>
  world.peers.status().slots.flatMap(({ pool, victim }) => (pool === 'upgrade' ? [victim] : []))

describe('upgrade slots', () => {
  it('scenario 12, Tendermint #5936: two dials never count on one victim', async () => {
    const world = await full(4)
    await world.rounds(
      { routes: hanging },
      { requested: ['r1', 'r2', 'r3'], dials: ['r1', 'r2', 'r3'], slots: 7 }
    )
    expect(new Set(victims(world)).size).toBe(3)
    // one victim left, and no fifth
    await world.rounds({ requested: ['r4', 'r5'], slots: 7 })
    expect(INBOUND.filter((name) => world.is(name) === 'authorized')).toHaveLength(3)
    const asked = ['r4', 'r5'].filter((name) => world.is(name) === 'authorized')
    expect(asked).toHaveLength(1)
  })

  it('scenario 12: whoever comes takes the place of one, who is told, and of nobody else', async () => {
    const world = await full(4)
    await world.rounds({ requested: ['r1'], dials: ['r1'], are: { r1: 'authorized' }, slots: 4 })
    const gone = INBOUND.filter((name) => world.is(name) !== 'authorized')
    expect(gone).toHaveLength(1)
    expect(world.is(gone[0] ?? '')).toBe('rejected.connected: evicted')
    expect(world.peer(gone[0] ?? '').heard).toContain('goodbye: evicted')
  })

  it('scenario 12: a dial that fails gives its victim up, and a victim that leaves makes room', async () => {
    const world = await full(1)
    await world.rounds(
      { routes: { r1: 'refused', r2: 'hanging' } },
      { requested: ['r1'], dials: ['r1'], slots: 4 },
      { requested: ['r2'], dials: ['r2'], slots: 5 }
    )
    const [session] = victims(world)
    const slot = world.peers.status().slots.find((each) => each.session === session)
    const victim = INBOUND.find((name) => world.id(name).toString() === slot?.peer) ?? ''
    await world.rounds({ lost: [victim], slots: 4 })
    expect(victims(world)).toEqual([])
    // all of the others are spared
    expect(INBOUND.filter((name) => world.is(name) === 'authorized')).toHaveLength(3)
  })

  it('scenario 12, without the policy: who is in stays in', async () => {
    const world = await full(0)
    await world.rounds(
      { requested: ['r1'], fixed: ['s1'], dials: [], slots: 4 },
      { advance: minutes(60), dials: [], slots: 4 }
    )
    await expect(world.peers.connect(world.at('r2'))).rejects.toMatchObject({
      reason: 'too-many-peers',
      by: 'local'
    })
  })
})
