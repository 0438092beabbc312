/** What callers hear when nothing can come of their call, and what becomes of it. */
import { describe, expect, it } from 'vitest'
import { idOf } from '../../src/testing/simulation/scripted-peer.ts'
import { errorLog } from './error-log.ts'
import { seconds, World } from './world.ts'
import type { WireReason } from '../../machines/index.ts'

/** How the attempt ended. */
const ended = (attempt: Promise<unknown>): Promise<string> =>
  attempt.then(
    () => 'authorized',
    ({ reason }: { reason: string }) => reason
  )

describe('connect()', () => {
  it('waits no longer than connectTimeout, wherever the peer is by then', async () => {
    const world = await World.create({
      maxPeers: 8,
      parallelDials: 1,
      connectTimeout: seconds(15),
      routes: { p1: 'hanging', p2: 'hanging', p3: 'hanging' }
    })
    const attempts = ['p1', 'p2', 'p3'].map((name) => ended(world.peers.connect(world.at(name))))
    // one after the other: ten seconds for the first and five for the second are all there is
    await world.rounds({ advance: seconds(15) - 1 })
    const words = ['p1', 'p2', 'p3'].map((name) => world.is(name)).toSorted()
    expect(words).toEqual(['dialing', 'discovered.queued', 'discovered.queued'])
    await world.rounds({ advance: 1 })
    expect((await Promise.all(attempts)).toSorted()).toEqual(['dial-failed', 'timeout', 'timeout'])
    // nobody waits for it any more: it is not dialed
    await world.rounds({ advance: seconds(60), dials: [] })
  })

  it('is refused as busy if every peer that is tracked has a slot', async () => {
    const world = await World.create({ maxPeers: 1, maxTracked: 1 })
    await world.rounds({ requested: ['p1'], dials: ['p1'], are: { p1: 'authorized' } })
    expect(await ended(world.peers.connect(world.at('p2')))).toBe('busy')
    // and so is whoever comes by itself
    await world.rounds({ greeting: ['i1'], hear: { i1: ['reject: busy'] } })
  })
})

describe('disconnect()', () => {
  it('takes a word that can be said to the peer, and no other', async () => {
    const world = await World.create()
    for (const reason of ['dial-failed', 'nonsense']) {
      const left = world.peers.disconnect(world.id('p1'), { reason: reason as WireReason })
      await expect(left).rejects.toMatchObject({
        name: 'InvalidOptionsError',
        message: expect.stringContaining(`got ${reason}`)
      })
    }
  })
})

describe('enqueue()', () => {
  it('wants nobody on a node that has stopped', async () => {
    const world = await World.create()
    const stopped = world.node.stop()
    await world.network.advance(seconds(2))
    await stopped
    expect(world.peers.enqueue(world.at('p1'))).toBe(false)
    expect(world.peers.enqueue(world.id('p1'))).toBe(false)
  })

  it('of a peer whose addresses cannot be stored is logged, and harms nobody', async () => {
    const { errors, logger } = errorLog()
    const world = await World.create({ logger })
    world.node.components.peerStore.merge = async () => Promise.reject(new Error('disk full'))
    expect(world.peers.enqueue(world.at('p1'))).toBe(true)
    await world.rounds({ dials: [] })
    expect(errors).toEqual(['could not store addresses - Error: disk full'])
  })
})

describe('explain()', () => {
  it('knows this very node', async () => {
    const world = await World.create()
    expect(world.peers.explain(idOf('self'))).toMatchObject({ dial: 'self' })
  })
})
