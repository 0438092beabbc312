/**
 * A peer store that fails, or forgets: what nobody can be asked about is done as the cautious would, the
 * node goes on, and the log says so.
 */
import { describe, expect, it } from 'vitest'
import { errorLog } from './error-log.ts'
import { minutes, seconds, World } from './world.ts'
import type { PeerStore } from '@libp2p/interface'

const broken = async (): Promise<never> => Promise.reject(new Error('disk full'))

/** From now on, in this run and in later ones, the node's peer store answers so. */
function answers(world: World, methods: Partial<PeerStore>): void {
  const { peerStore, components } = world.node
  Object.assign(components.peerStore, methods)
  Object.defineProperty(peerStore, 'component', {
    value: Object.assign(peerStore.component, methods)
  })
}

/**
 * What becomes of addresses that are to be stored, until the returned function is called. The store
 * remembers none of an earlier run.
 */
function takesAddresses(world: World, take: () => Promise<never>): () => void {
  const { peerStore } = world.node.components
  const merge = peerStore.merge.bind(peerStore)
  answers(world, {
    merge: async (id, data) => (data.multiaddrs === undefined ? merge(id, data) : take()),
    all: async () => []
  })
  return () => answers(world, { merge })
}

async function restart(world: World): Promise<void> {
  await world.restart()
  await world.network.advance(0)
}

describe('a peer store', () => {
  it('that cannot be read when the node starts: candidates come from elsewhere', async () => {
    const { errors, logger } = errorLog()
    const world = await World.create({ maxPeers: 3, logger })
    answers(world, { all: broken })
    await restart(world)
    expect(errors).toEqual(['could not read the peer store - Error: disk full'])
    await world.rounds({ discovered: ['d1'], dials: ['d1'], are: { d1: 'authorized' } })
  })

  it('that cannot be read for a dial: the dial has failed, and is tried again', async () => {
    const world = await World.create({ maxPeers: 3 })
    const { peerStore } = world.node.components
    const get = peerStore.get.bind(peerStore)
    answers(world, { get: broken })
    await world.rounds({ discovered: ['d1'], are: { d1: 'discovered.coolingDown: dial-failed' } })
    expect(world.peers.explain(world.id('d1'))).toMatchObject({ detail: 'Error: disk full' })
    answers(world, { get })
    await world.rounds({ advance: minutes(1), dials: ['d1'], are: { d1: 'authorized' } })
  })

  it('that cannot take what is remembered: those who were good are wanted all the same', async () => {
    const { errors, logger } = errorLog()
    const world = await World.create({ maxPeers: 6, outboundShare: 0.5, logger })
    await world.rounds({ discovered: ['d1'], are: { d1: 'authorized' } }, { advance: seconds(6) })
    const mend = takesAddresses(world, broken)
    await restart(world)
    mend()
    expect(errors).toContain(
      `could not store the addresses of ${world.id('d1').toString()} - Error: disk full`
    )
    await world.rounds({ advance: minutes(1), are: { d1: 'authorized' } })
  })

  it('that hangs over the addresses of anchors: the node starts after a second', async () => {
    const { errors, logger } = errorLog()
    const world = await World.create({ maxPeers: 6, policies: { anchors: 2 }, logger })
    await world.rounds({ discovered: ['d1'], are: { d1: 'authorized' } }, { advance: seconds(6) })
    const stopped = world.node.stop()
    await world.network.advance(seconds(2))
    await stopped
    const mend = takesAddresses(world, async () => new Promise<never>(() => {}))
    let isStarted = false
    const started = world.node.startAnew().then(() => (isStarted = true))
    await world.network.advance(seconds(1) - 1)
    expect(isStarted).toBe(false)
    await world.network.advance(1)
    await started
    mend()
    expect(errors).toEqual([expect.stringContaining('could not store the addresses of anchors')])
    // the anchors are dialed all the same
    expect(world.is('d1')).toBe('dialing')
  })

  it('that hangs over the addresses of anchors: the node can be stopped meanwhile', async () => {
    const world = await World.create({ maxPeers: 6, policies: { anchors: 2 } })
    await world.rounds({ discovered: ['d1'], are: { d1: 'authorized' } }, { advance: seconds(6) })
    const stopped = world.node.stop()
    await world.network.advance(seconds(2))
    await stopped
    const mend = takesAddresses(world, async () => new Promise<never>(() => {}))
    const started = world.node.startAnew()
    await world.network.advance(0)
    const stoppedAgain = world.node.stop()
    await world.network.advance(seconds(2))
    await Promise.all([started, stoppedAgain])
    mend()
    await world.rounds({ discovered: ['d2'], dials: [] })
    expect(world.clock.pending).toBe(0)
  })

  it('that cannot say who is kept alive: no connection is closed for being one too many', async () => {
    const world = await World.create({ maxPeers: 3, admission: { maxUnpromoted: 1 } })
    answers(world, { has: broken })
    await world.rounds({ arriving: ['i1', 'i2', 'i3'] }, { advance: minutes(5) })
    expect(world.node.connections).toHaveLength(3)
    answers(world, { has: async () => false })
    await world.rounds({ advance: minutes(5) })
    expect(world.node.connections).toHaveLength(1)
  })

  it('that cannot say who is kept alive: a peer that was only felt for is left', async () => {
    const policies = { feelerInterval: minutes(2) }
    const world = await World.create({ maxPeers: 3, random: () => 0.5, policies })
    await world.rounds({ discovered: ['d1'], dials: ['d1'] }, { discovered: ['d2'] })
    answers(world, { has: broken })
    await world.rounds(
      { advance: seconds(84), dials: ['d2'], are: { d2: 'connected.queued' } },
      { advance: seconds(5), are: { d2: 'discovered.queued' } }
    )
  })
})

describe('routing', () => {
  it('that fails for another reason than not to know: the dial has failed', async () => {
    const world = await World.create({ maxPeers: 3 })
    Object.assign(world.node.components.peerRouting!, { findPeer: broken })
    world.peers.enqueue(world.id('p1'))
    await world.rounds({ are: { p1: 'discovered.coolingDown: dial-failed' } })
    expect(world.peers.explain(world.id('p1'))).toMatchObject({ detail: 'Error: disk full' })
  })

  it('that a node does not have: nobody knows where the peer is', async () => {
    const world = await World.create({ maxPeers: 3 })
    Object.assign(world.node.components, { peerRouting: undefined })
    world.peers.enqueue(world.id('p1'))
    await world.rounds({ are: { p1: 'discovered.coolingDown: no-address' } })
  })
})
