/** Scenarios of the end: of the node, in the middle of anything; and of other people's code. */
import { describe, expect, it } from 'vitest'
import { settled } from '../../src/testing/settled.ts'
import { hours, seconds, World } from './world.ts'
import type { Round } from './world.ts'

interface Moment extends Round {
  readonly name: string
}

const MOMENTS: Moment[] = [
  { name: 'a dial', routes: { p1: 'hanging' }, are: { p1: 'dialing' } },
  { name: 'the wait for its turn', are: { p1: 'discovered.queued' } },
  { name: 'the opening of a stream', scripts: { p1: 'deaf' }, are: { p1: 'connected.promoting' } },
  { name: 'a handshake', scripts: { p1: 'silent' }, are: { p1: 'handshaking.initiating' } },
  { name: 'the last word', scripts: { p1: 'half' }, are: { p1: 'handshaking.initiating' } }
]

const never = async (): Promise<never> => new Promise(() => {})
const late = async (): Promise<never> => Promise.reject(new Error('another one'))

describe('stop()', () => {
  it.each(MOMENTS)(
    'scenario 19, Polygon Edge #1364, js-waku: the node stops in the middle of $name',
    async ({ name, are = {}, ...given }) => {
      const world = await World.create({ maxPeers: 2, parallelDials: 1, outboundShare: 0 })
      if (name === 'the wait for its turn') {
        await world.rounds({ routes: { r1: 'hanging' } }, { requested: ['r1'], slots: 1 })
      }
      await world.rounds(given)
      const attempt = world.peers.connect(world.at('p1')).then(
        () => 'authorized',
        (error: unknown) => (error as { reason: string }).reason
      )
      await settled()
      expect(world.is('p1').split(':')[0]).toBe(are['p1'])
      const stopped = world.node.stop()
      await world.network.advance(seconds(2))
      await stopped
      expect(await attempt).toBe('stopped')
      expect(world.peers.status().slots).toEqual([])

      const events = world.node.transitions.length
      const dials = world.node.dialer.journal.length
      world.network.route(world.id('p1'), 'open')
      await world.network.advance(hours(1))
      // nothing comes late, and no deadline is left
      expect(world.node.transitions).toHaveLength(events)
      expect(world.node.dialer.journal).toHaveLength(dials)
      expect(world.clock.pending).toBe(0)
      expect(world.node.connections).toEqual([])
    }
  )
})

describe('the code of others', () => {
  it('scenario 15, Tendermint: a subscriber that throws, or never comes back, holds up nobody', async () => {
    const world = await World.create({ maxPeers: 6 })
    const { peers } = world
    const faults: string[] = []
    peers.addEventListener('peer:fault', ({ detail }) => void faults.push(detail.source))
    peers.addEventListener('peer:transition', () => {
      throw new Error('a bug of the application')
    })
    peers.addEventListener('peer:authorized', never as () => void)
    peers.addEventListener('peer:rejected', late as () => void)
    await world.rounds(
      { scripts: { d1: 'wrong chain' }, discovered: ['d1', 'd2'], greeting: ['i1', 'i2'] },
      { are: { d2: 'authorized', i1: 'authorized', i2: 'authorized' }, slots: 3 },
      { are: { d1: 'rejected.disconnected: incompatible' } }
    )
    expect(faults.length).toBeGreaterThan(3)
    expect(new Set(faults)).toEqual(new Set(['listener']))
  })
})
