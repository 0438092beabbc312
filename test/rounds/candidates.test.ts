/** Whom discovery finds: what keeps a candidate from being dialed, and what brings it back. */
import { multiaddr } from '@multiformats/multiaddr'
import { describe, expect, it } from 'vitest'
import { hours, minutes, seconds, World } from './world.ts'
import { seeded } from '../policies/seeded.ts'
import type { Candidate, PeerFault } from '../../src/index.ts'

/** Peers at whose address another one is, or nobody. */
async function publish(world: World, name: string, ...addresses: string[]): Promise<void> {
  const multiaddrs = addresses.map((address) => multiaddr(address))
  await world.node.peerStore.component.merge(world.id(name), { multiaddrs })
}

const publishing =
  (name: string, ...addresses: string[]) =>
  async (world: World): Promise<void> =>
    publish(world, name, ...addresses)

/** Answers dials in libp2p's stead, unless it has no answer; returns the addresses as they are tried. */
function answering(
  { node: { dialer } }: World,
  answer: (address: string) => Promise<never> | undefined
): string[] {
  const tried: string[] = []
  const open = dialer.open.bind(dialer)
  dialer.open = async (target, options) => {
    tried.push(String(target))
    return answer(String(target)) ?? open(target, options)
  }
  return tried
}

const NOBODY = '/ip4/77.7.7.7/tcp/1'
const OURS = '/ip4/20.0.0.1/tcp/4001'

describe('addresses', () => {
  it('row E5, KwaaiNet: who publishes a bad address for a peer costs it nothing but time', async () => {
    const world = await World.create({ maxPeers: 3 })
    const [bad, good] = [world.peer('m1').address.toString(), world.peer('d1').address.toString()]
    await world.rounds({
      meanwhile: publishing('d1', bad, good),
      dials: ['d1', 'd1'],
      are: { d1: 'authorized' }
    })
    expect(world.is('m1')).toBe('unknown')
    // the next dial goes where it was reached, and not where it was not
    await world.rounds({ lost: ['d1'] }, { advance: seconds(60), are: { d1: 'authorized' } })
    const { journal } = world.node.dialer
    expect(journal).toHaveLength(3)
  })

  it('row E5: with nothing but a bad address a peer waits, and is not to blame', async () => {
    const world = await World.create({ maxPeers: 3, random: () => 0.999 })
    const bad = world.peer('m1').address.toString()
    await world.rounds(
      { meanwhile: publishing('d1', bad), are: { d1: 'discovered.coolingDown: dial-failed' } },
      { advance: seconds(5), dials: [], are: { d1: 'discovered.coolingDown: no-address' } }
    )
    expect(world.peers.explain(world.id('d1'))).toMatchObject({
      detail: '1 address refused: 1 misleading'
    })
    expect(world.peers.status().banned).toBe(0)
    // the hour is over, and somebody may be there by now
    await world.rounds({ advance: hours(2) })
    expect(world.node.dialer.journal).toHaveLength(2)
  })

  it('row E4, M22: an address of ours is never dialed, whoever publishes it for whomever', async () => {
    const world = await World.create({ maxPeers: 3 })
    await world.rounds({
      meanwhile: publishing('d1', OURS, '/ip6/::ffff:20.0.0.1/tcp/4001', '/ip4/10.0.0.1/tcp/1'),
      dials: [],
      are: { d1: 'discovered.coolingDown: no-address' }
    })
    expect(world.peers.explain(world.id('d1')).detail).toBe('3 addresses refused: 2 own, 1 private')
    // nor if the application insists
    const address = multiaddr(`${OURS}/p2p/${world.id('r1').toString()}`)
    await expect(world.peers.connect(address)).rejects.toMatchObject({ reason: 'no-address' })
    await expect(world.peers.connect(world.node.peerId)).rejects.toMatchObject({ reason: 'self' })
    expect(world.peers.enqueue(world.node.peerId)).toBe(false)
    expect(world.node.dialer.journal).toEqual([])
  })

  it('a new address ends the cool-down of a peer that could not be reached, twice a minute at most', async () => {
    const world = await World.create({ maxPeers: 3, random: () => 0.999 })
    const failed = 'discovered.coolingDown: dial-failed'
    await world.rounds(
      { meanwhile: publishing('d1', NOBODY), dials: ['d1'], are: { d1: failed } },
      // the second time: ten seconds
      { advance: seconds(5), dials: ['d1'], are: { d1: failed } },
      { meanwhile: publishing('d1', '/ip4/77.7.7.8/tcp/1'), dials: ['d1'], are: { d1: failed } },
      // not within 35 s of the last time
      { advance: seconds(1), meanwhile: publishing('d1', '/ip4/77.7.7.9/tcp/1'), dials: [] },
      // 20 s after the last time: at the one that is new and the two that have rested
      { advance: seconds(19), dials: ['d1', 'd1', 'd1'] },
      { advance: seconds(20), dials: [], are: { d1: failed } },
      {
        meanwhile: async () => publish(world, 'd1', world.peer('d1').address.toString()),
        dials: ['d1'],
        are: { d1: 'authorized' }
      }
    )
  })

  it('an address that was tried, or that we would not dial, ends nothing', async () => {
    const world = await World.create({ maxPeers: 3, random: () => 0.999 })
    await world.rounds(
      { meanwhile: publishing('d1', NOBODY), dials: ['d1'] },
      {
        meanwhile: async () => {
          await publish(world, 'd1', '/ip4/10.0.0.1/tcp/1', '/ip4/0.0.0.0/tcp/1', OURS)
          await world.node.peerStore.discover({ id: world.id('d1'), multiaddrs: [] })
        }
      }
    )
    // what discovery knows of it beside is its true address: that one counts
    expect(world.node.dialer.journal).toHaveLength(1)
  })

  it('row E10: a black hole takes the time of one dial, and the next goes elsewhere', async () => {
    const world = await World.create({ maxPeers: 3 })
    const tried = answering(world, (address) =>
      address.includes('/77.7.7.7/') ? new Promise(() => {}) : undefined
    )
    const good = world.peer('d1').address.toString()
    await world.rounds(
      { meanwhile: publishing('d1', NOBODY, good), are: { d1: 'dialing' } },
      { advance: seconds(10), are: { d1: 'discovered.coolingDown: dial-failed' } },
      { advance: seconds(3), are: { d1: 'authorized' } }
    )
    expect(tried.map((address) => address.split('/p2p/')[0])).toEqual([NOBODY, good])
  })

  it('row E11, M19: that libp2p’s queue is full is nobody’s fault', async () => {
    const world = await World.create({ maxPeers: 3, random: () => 0.999 })
    let isFull = true
    const full = Object.assign(new Error('Dial queue is full'), { name: 'DialError' })
    answering(world, () => (isFull ? Promise.reject(full) : undefined))
    const failed = 'discovered.coolingDown: dial-failed'
    await world.rounds({ discovered: ['d1'], are: { d1: failed } })
    for (let turn = 0; turn < 10; turn++) {
      // 5 s after each: no failure was counted
      await world.rounds({ advance: seconds(5), are: { d1: failed } })
    }
    // nor did anybody think that the network is gone
    expect(world.peers.status().mode).toBe('filling')
    isFull = false
    await world.rounds({ advance: seconds(5), are: { d1: 'authorized' } })
  })

  it('where the application says a static peer is, it is known though the peer store forgets it', async () => {
    const world = await World.create({ maxPeers: 3 })
    await world.rounds(
      { fixed: ['s1'], are: { s1: 'authorized' } },
      {
        meanwhile: async () => world.node.peerStore.component.delete(world.id('s1')),
        lost: ['s1']
      },
      { advance: minutes(1), are: { s1: 'authorized' } }
    )
  })
})

describe('the application’s filter', () => {
  it('sees each candidate before its dial, and keeps out whom it does not like for an hour', async () => {
    const seen: Candidate[] = []
    const filter = (candidate: Candidate): boolean => {
      seen.push(candidate)
      return candidate.peerId.toString() !== world.id('d1').toString()
    }
    const world: World = await World.create({ maxPeers: 9, dialing: { filter } })
    await world.rounds(
      { discovered: ['d1'], dials: [], are: { d1: 'discovered.coolingDown: filtered' } },
      { discovered: ['d2'], dials: ['d2'], are: { d2: 'authorized' } },
      // whom the application names it has looked at
      { fixed: ['s1'], dials: ['s1'] },
      { advance: minutes(59), discovered: ['d1'], dials: [] }
    )
    expect(seen).toHaveLength(2)
    expect(seen[0]).toMatchObject({ addresses: [world.at('d1')], protocols: [] })
    await world.rounds({ advance: minutes(1) })
    expect(seen).toHaveLength(3)
    // a connect() is a wish of the application, too
    await world.rounds({
      meanwhile: () => void world.peers.connect(world.at('d3')),
      dials: ['d3'],
      are: { d3: 'authorized' }
    })
    expect(seen).toHaveLength(3)
  })

  it('sees those, too, that are connected already: a slot over their connection is no way past it', async () => {
    for (const [answer, path] of [
      [false, 'connected.coolingDown: filtered'],
      [true, 'authorized']
    ] as const) {
      const seen: string[] = []
      const filter = ({ peerId }: Candidate): boolean => {
        seen.push(peerId.toString())
        return answer
      }
      const world = await World.create({ maxPeers: 9, dialing: { filter } })
      await world.rounds(
        { arriving: ['d1'] },
        // it came by itself: that libp2p writes it down makes it no candidate
        { discovered: ['d1'], are: { d1: 'connected.unpromoted' } },
        // the DHT has found it
        { discovered: ['d1'], dials: [], are: { d1: path }, slots: answer ? 1 : 0 }
      )
      expect(seen).toEqual([world.id('d1').toString()])
    }
  })

  it.each([
    [
      'throws',
      () => {
        throw new Error('boom')
      }
    ],
    ['promises', async () => true]
  ])('lets nobody in when it %s, and says so', async (_, filter) => {
    const world = await World.create({
      maxPeers: 9,
      dialing: { filter: filter as unknown as () => boolean }
    })
    const faults: PeerFault[] = []
    world.peers.addEventListener('peer:fault', ({ detail }) => faults.push(detail))
    await world.rounds({
      discovered: ['d1'],
      dials: [],
      are: { d1: 'discovered.coolingDown: filtered' }
    })
    expect(faults).toMatchObject([{ source: 'filter', peer: world.id('d1').toString() }])
  })
})

describe('peers that come and go', () => {
  it('row E7: a peer that accepts and drops us has no more turns than one that never answers', async () => {
    const attempts: Record<string, number> = {}
    for (const kind of ['flapping', 'dead'] as const) {
      const world = await World.create({ maxPeers: 3, random: seeded(5) })
      world.peers.addEventListener('peer:authorized', () => {
        world.clock.after(seconds(1), () => void world.peer('s1').leave())
      })
      await world.rounds(
        { routes: { s1: kind === 'dead' ? 'refused' : 'open' }, fixed: ['s1'] },
        { advance: hours(1) }
      )
      attempts[kind] = world.node.dialer.journal.length
    }
    console.log(`attempts in an hour: ${JSON.stringify(attempts)}`)
    // 5 s doubled to 5 min, and half of that on average: 7 until then, and then one in 150 s
    expect(attempts['flapping']).toBeLessThanOrEqual(40)
    expect(attempts['flapping']).toBeGreaterThan(5)
    expect(attempts['dead']).toBeLessThanOrEqual(40)
  })

  it('a session that lasted a minute is no flap: it begins with the first back-off', async () => {
    const world = await World.create({ maxPeers: 3, random: () => 0.999 })
    await world.rounds({ fixed: ['s1'], are: { s1: 'authorized' } })
    for (let turn = 0; turn < 5; turn++) {
      await world.rounds(
        { advance: seconds(60), are: { s1: 'authorized' } },
        { lost: ['s1'] },
        { advance: seconds(5), are: { s1: 'authorized' } }
      )
    }
  })
})
