/**
 * What follows from a "no" is what the application's table says, at every door.
 *
 * Mutations that turn this file red, each tried by hand: the chart, or the one predicate, with the table
 * without overrides.
 */
import { describe, expect, it } from 'vitest'
import { hours, minutes, seconds, World } from './world.ts'
import type { DispositionsInit } from '../../src/index.ts'

const world = (dispositions: DispositionsInit): Promise<World> =>
  World.create({ maxPeers: 3, dispositions, random: () => 0.5 })

describe('an overridden disposition', () => {
  it('keeps a wrong chain connected, lets it try again, and leaves it alone for a minute', async () => {
    const node = await world({
      local: { incompatible: { connection: 'keep', refusesInbound: false, coolDown: minutes(1) } }
    })
    await node.rounds(
      { scripts: { d1: 'wrong chain' }, discovered: ['d1'], dials: ['d1'] },
      { are: { d1: 'rejected.connected: incompatible' } },
      // it is listened to, and judged anew
      { greeting: ['d1'], hear: { d1: ['hello', 'reject: incompatible'] } },
      { advance: seconds(59), are: { d1: 'rejected.connected: incompatible' } },
      // nobody has to be dialed for it, and now it has upgraded
      {
        scripts: { d1: 'honest' },
        meanwhile: () => expect(node.node.connections).toHaveLength(1)
      },
      { advance: seconds(1), dials: [], are: { d1: 'authorized' } }
    )
  })

  it('closes and shuts out who is full', async () => {
    const node = await world({
      remote: { 'too-many-peers': { connection: 'close', refusesInbound: true } }
    })
    await node.rounds(
      { scripts: { d1: 'too-many-peers' }, discovered: ['d1'], dials: ['d1'] },
      { are: { d1: 'rejected.disconnected: too-many-peers' } },
      { arriving: ['d1'], foreign: ['d1'], are: { d1: 'rejected.disconnected: too-many-peers' } }
    )
    expect(node.node.connections).toEqual([])
    await node.rounds(
      { scripts: { d1: 'honest' } },
      { advance: minutes(5), dials: ['d1'], are: { d1: 'authorized' } }
    )
  })

  it('bans a wrong chain, and no violation', async () => {
    const node = await world({
      local: {
        incompatible: { bans: true, coolDown: hours(72) },
        'protocol-violation': { bans: false, coolDown: hours(1) }
      }
    })
    await node.rounds(
      { scripts: { d1: 'wrong chain', d2: 'garbage' }, discovered: ['d1', 'd2'] },
      { are: { d2: 'rejected.disconnected: protocol-violation' } }
    )
    expect(node.peers.status().banned).toBe(1)
    await node.rounds(
      { advance: hours(1), are: { d1: 'rejected.disconnected: incompatible' } },
      { unbanned: ['d1'], scripts: { d1: 'honest' }, are: { d1: 'authorized' } }
    )
  })

  it('forgets a candidate that did not answer, but no static one', async () => {
    const node = await world({ local: { 'dial-failed': { forgets: true } } })
    await node.rounds(
      { routes: { d1: 'refused', s1: 'refused' }, discovered: ['d1'], fixed: ['s1'] },
      {
        are: {
          d1: 'discovered.coolingDown: dial-failed',
          s1: 'discovered.coolingDown: dial-failed'
        }
      },
      { advance: minutes(1), are: { d1: 'discovered.idle' } }
    )
    expect(node.peers.getPeer(node.id('s1'))?.priority).toBe('static')
    await node.rounds(
      { routes: { d1: 'open', s1: 'open' } },
      { advance: minutes(5), are: { d1: 'discovered.idle', s1: 'authorized' } },
      { discovered: ['d1'], are: { d1: 'authorized' } }
    )
  })
})
