/**
 * Static, trusted and reserved peers, with the whole service in a simulated network.
 *
 * Mutations that turn this file red, each tried by hand: a static peer that comes by itself is `inbound`;
 * trusted peers wait in the queue of their priority; `trust()` leaves a waiting peer where it is; no limit of
 * trusted peers.
 */
import { describe, expect, it } from 'vitest'
import { MAX_TRUSTED } from '../../machines/index.ts'
import { idOf } from '../../src/testing/simulation/scripted-peer.ts'
import { World } from '../rounds/world.ts'

const kinds = (world: World): string[] =>
  world.peers
    .status()
    .slots.map(({ kind, pool }) => `${kind}/${pool}`)
    .toSorted()

/** Full: inbound peers hold what may be theirs, requested ones the rest. */
async function fullWorld(init: Parameters<typeof World.create>[0] = {}): Promise<World> {
  const world = await World.create({ maxPeers: 3, ...init })
  await world.rounds({ greeting: ['i1', 'i2'], requested: ['r1'], dials: ['r1'], slots: 3 })
  return world
}

describe('trusted peers', () => {
  it('come in, and are dialed, however full it is, beside maxPeers', async () => {
    const trustedPeers = [idOf('t1'), idOf('t2')]
    const world = await fullWorld({ trustedPeers })
    await world.rounds(
      { greeting: ['i3', 't1'], hear: { i3: ['reject: too-many-peers'] }, slots: 4 },
      { requested: ['r2', 't2'], dials: ['t2'], slots: 5, are: { r2: 'discovered.queued' } },
      // an ordinary slot comes free: it is nobody's who is trusted
      { lost: ['r1'], dials: ['r2'], slots: 5 }
    )
    expect(kinds(world)).toEqual([
      'inbound/ordinary',
      'inbound/ordinary',
      'requested/ordinary',
      'trusted/trusted',
      'trusted/trusted'
    ])
  })

  it('are those of this moment: a peer that waits is dialed at once, its ordinary slot is for others', async () => {
    const world = await fullWorld()
    await world.rounds(
      { requested: ['r2', 'r3'], dials: [], slots: 3 },
      { meanwhile: () => world.peers.trust(world.id('r2')), dials: ['r2'], slots: 4 },
      // i1 keeps its slot beside the others, r3 gets the one that was i1's
      { meanwhile: () => world.peers.trust(world.id('i1')), dials: ['r3'], slots: 5 },
      { meanwhile: () => world.peers.untrust(world.id('i1')), dials: [], slots: 5 },
      { lost: ['i1'], greeting: ['i4'], hear: { i4: ['reject: too-many-peers'] }, slots: 4 }
    )
    expect(world.peers.untrust(world.id('i1'))).toBe(false)
  })

  it('connect(): a trusted peer is not refused for want of slots', async () => {
    const world = await fullWorld({ trustedPeers: [idOf('t1')] })
    await expect(world.peers.connect(world.at('x1'))).rejects.toMatchObject({
      reason: 'too-many-peers'
    })
    const peer = await world.peers.connect(world.at('t1'))
    expect(peer.peerId.equals(world.id('t1'))).toBe(true)
  })

  it(`are ${MAX_TRUSTED} at most, and never ourselves`, async () => {
    const world = await World.create({ trustedPeers: [idOf('t0')] })
    for (let i = 1; i < MAX_TRUSTED; i++) world.peers.trust(idOf(`t${i}`))
    world.peers.trust(idOf('t1'))
    const refused = expect.objectContaining({ name: 'TooManyTrustedPeersError' }) as Error
    expect(() => world.peers.trust(idOf('t16'))).toThrow(refused)
    expect(world.peers.untrust(idOf('t3'))).toBe(true)
    world.peers.trust(idOf('t16'))
    const ourselves = expect.objectContaining({ name: 'InvalidPeerError' }) as Error
    expect(() => world.peers.trust(world.node.peerId)).toThrow(ourselves)
    await expect(
      World.create({ trustedPeers: Array.from({ length: 17 }, (_, i) => idOf(`t${i}`)) })
    ).rejects.toThrow('at most 16 trustedPeers, which go past every limit, got 17')
  })
})

describe('reserved slots', () => {
  it('are taken by static peers, those that come by themselves too; others never get them', async () => {
    const world = await fullWorld({ reservedSlots: 2 })
    await world.rounds(
      { fixed: ['s1'], dials: ['s1'], slots: 4 },
      // s2 cannot be reached, and comes by itself
      { routes: { s2: 'refused' }, fixed: ['s2'], dials: ['s2'], slots: 4 },
      { greeting: ['s2', 'i3'], hear: { i3: ['reject: too-many-peers'] }, slots: 5 },
      { requested: ['r2'], fixed: ['s3'], dials: [], slots: 5 },
      // the reserved slot goes to the static peer, although r2 waits as well
      { lost: ['s1'], dials: ['s3'], slots: 5 },
      { lost: ['r1'], dials: ['r2'], slots: 5 }
    )
    expect(kinds(world)).toEqual([
      'inbound/ordinary',
      'inbound/ordinary',
      'requested/ordinary',
      'static/reserved',
      'static/reserved'
    ])
  })
})

describe('reservedOnly', () => {
  it('lets in and dials nobody but static and trusted peers', async () => {
    const world = await World.create({ reservedOnly: true, trustedPeers: [idOf('t1')] })
    await world.rounds(
      {
        greeting: ['i1', 't1'],
        discovered: ['d1'],
        requested: ['r1'],
        fixed: ['s1'],
        dials: ['s1'],
        hear: { i1: ['reject: not-allowed'] },
        are: { d1: 'discovered.queued', s1: 'authorized', t1: 'authorized' },
        slots: 2
      },
      { requested: ['t1'], lost: ['t1'], dials: [] }
    )
    expect(world.peers.explain(world.id('d1')).dial).toBe('not-allowed')
    await expect(world.peers.connect(world.at('x1'))).rejects.toMatchObject({
      reason: 'not-allowed',
      by: 'local'
    })
    await world.peers.connect(world.at('s1'))
  })
})
