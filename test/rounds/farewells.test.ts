/**
 * Scenario 22: a peer that is being left is not dialed and not let in before that is over, whatever else
 * would allow it. The farewells here are long: their peers do not answer.
 *
 * Mutations that turn this file red, each tried by hand:
 * - `leaving` never asked by the one predicate
 * - `onLeft` without `#enqueue`, or without `wake`
 * - `closes` always true, `refusesInbound` left to the table, in `standstillOfLeaving`
 * - no sweep after the connections are closed; no abort of one that does not close
 */
import { describe, expect, it } from 'vitest'
import { settled } from '../../src/testing/settled.ts'
import { PROTOCOL } from '../../src/testing/simulation/simulated-node.ts'
import { minutes, seconds, World } from './world.ts'
import type { ConnectionGater } from '@libp2p/interface'
import type { Round, WorldInit } from './world.ts'

/** A node that may go back at once to whom it has left. */
const AT_ONCE: WorldInit = {
  maxPeers: 3,
  outboundShare: 0,
  dispositions: { local: { requested: { coolDown: 0 } } }
}

/** The peer is authorized, and hears nothing from now on: a goodbye to it takes its second. */
const session = (): Round[] => [
  { requested: ['p1'], dials: ['p1'], are: { p1: 'authorized' } },
  { scripts: { p1: 'deaf' } }
]

describe('scenario 22, Prysm #14665, Lodestar #8040, Lighthouse #2363: a peer that is being left', () => {
  it('is not dialed for an enqueue() until its connection is closed, and then at once', async () => {
    const world = await World.create(AT_ONCE)
    await world.rounds(
      ...session(),
      { disconnected: ['p1'] },
      { advance: 1, requested: ['p1'], dials: [], are: { p1: 'connected.queued' } },
      // nothing else in the world moves: only the farewell is waited for
      { advance: 998, dials: [], are: { p1: 'connected.queued' }, slots: 0 }
    )
    expect(world.peers.explain(world.id('p1')).dial).toBe('cooling-down')
    expect(world.node.connections).toHaveLength(1)
    await world.rounds(
      { scripts: { p1: 'honest' } },
      { advance: 1, dials: ['p1'], are: { p1: 'authorized' }, slots: 1 }
    )
    expect(world.node.connections).toHaveLength(1)
  })

  it('is waited for by an urgent connect()', async () => {
    const world = await World.create({ ...AT_ONCE, dispositions: undefined })
    await world.rounds(...session(), {
      disconnected: ['p1'],
      are: { p1: 'rejected.connected: requested' }
    })
    const connecting = world.peers.connect(world.at('p1'))
    await world.rounds(
      { dials: [], are: { p1: 'connected.queued' }, slots: 0 },
      { advance: 999, dials: [], slots: 0 },
      { scripts: { p1: 'honest' } },
      { advance: 1, dials: ['p1'], are: { p1: 'authorized' } }
    )
    await expect(connecting).resolves.toMatchObject({ direction: 'outbound' })
  })

  it('is waited for even if it is static, and always wanted', async () => {
    const world = await World.create(AT_ONCE)
    await world.rounds(
      { fixed: ['p1'], dials: ['p1'], are: { p1: 'authorized' } },
      { scripts: { p1: 'deaf' } },
      { disconnected: ['p1'], dials: [], slots: 0 },
      { advance: 999, dials: [], are: { p1: 'connected.queued' }, slots: 0 },
      { scripts: { p1: 'honest' } },
      { advance: 1, dials: ['p1'], are: { p1: 'authorized' } }
    )
  })

  it('is refused with the word when it comes, over the connection that is left and over a new one', async () => {
    const world = await World.create(AT_ONCE)
    await world.rounds(
      ...session(),
      { disconnected: ['p1'], slots: 0 },
      // its handshake on the old connection
      { greeting: ['p1'], hear: { p1: ['reject: requested'] }, slots: 0 }
    )
    await world.rounds({ arriving: ['p1'] })
    expect(world.node.connections).toHaveLength(1)
    expect(
      world.peers.explain(world.id('p1')).refusals.map(({ reason, door }) => [reason, door])
    ).toEqual(
      expect.arrayContaining([
        ['requested', 'handshake'],
        ['requested', 'connection']
      ])
    )
    await world.rounds(
      { advance: seconds(1), scripts: { p1: 'honest' } },
      { greeting: ['p1'], are: { p1: 'authorized' }, slots: 1 }
    )
  })

  it('is not dialed by another part of the node', async () => {
    const world = await World.create(AT_ONCE)
    await world.rounds(...session(), { disconnected: ['p1'] }, { foreign: ['p1'] })
    expect(world.node.connections).toHaveLength(1)
    await world.rounds(
      { advance: seconds(1) },
      { foreign: ['p1'], are: { p1: 'connected.unpromoted' } }
    )
  })

  it('is left first if its ban is lifted at once', async () => {
    const world = await World.create(AT_ONCE)
    await world.rounds(
      ...session(),
      { banned: ['p1'], are: { p1: 'rejected.connected: banned' } },
      { unbanned: ['p1'], dials: [], are: { p1: 'connected.queued' }, slots: 0 },
      { greeting: ['p1'], hear: { p1: ['reject: banned'] }, slots: 0 },
      { advance: 999, dials: [], are: { p1: 'connected.queued' }, slots: 0 },
      { scripts: { p1: 'honest' } },
      { advance: 1, dials: ['p1'], are: { p1: 'authorized' } }
    )
  })

  it('is not let in while a goodbye that keeps the connection may yet end it', async () => {
    const world = await World.create({
      ...AT_ONCE,
      dispositions: { local: { evicted: { coolDown: 0 } } }
    })
    await world.rounds(...session(), {
      meanwhile: () => void world.peers.disconnect(world.id('p1'), { reason: 'evicted' }),
      dials: [],
      slots: 0
    })
    await world.rounds(
      // the connection is there, and could carry a handshake: for half a second
      {
        greeting: ['p1'],
        requested: ['p1'],
        hear: { p1: ['reject: evicted'] },
        dials: [],
        slots: 0
      },
      { advance: 999, dials: [], are: { p1: 'connected.queued' }, slots: 0 },
      { scripts: { p1: 'honest' } },
      { advance: 1, dials: ['p1'], are: { p1: 'authorized' } }
    )
  })

  it('may open a connection while no more than a goodbye is said, and keeps it', async () => {
    const world = await World.create({
      ...AT_ONCE,
      dispositions: { local: { evicted: { coolDown: 0 } } }
    })
    await world.rounds(
      ...session(),
      { meanwhile: () => void world.peers.disconnect(world.id('p1'), { reason: 'evicted' }) },
      { advance: 1, arriving: ['p1'] }
    )
    expect(world.node.connections).toHaveLength(2)
    await world.rounds({ advance: 999, are: { p1: 'connected.unpromoted' } })
    expect(world.node.connections).toHaveLength(1)
  })

  it('may have connections meanwhile if only a goodbye is said, and is adopted once it was heard', async () => {
    const world = await World.create({
      ...AT_ONCE,
      latency: 100,
      dispositions: { local: { evicted: { coolDown: 0 } } }
    })
    await world.rounds(
      { requested: ['p1'], dials: ['p1'] },
      { advance: seconds(5), are: { p1: 'authorized' } },
      {
        meanwhile: () => void world.peers.disconnect(world.id('p1'), { reason: 'evicted' }),
        slots: 0
      },
      { advance: 1, foreign: ['p1'], requested: ['p1'], dials: [], slots: 0 },
      { advance: seconds(5), dials: [], are: { p1: 'authorized' }, slots: 1 }
    )
    expect(world.peer('p1').heard).toContain('goodbye: evicted')
  })

  it('hears that we are busy if it was the one that said no', async () => {
    const world = await World.create(AT_ONCE)
    await world.rounds({ requested: ['p1'], dials: ['p1'], are: { p1: 'authorized' } })
    const [connection] = world.node.connections
    // its end of the connection hangs
    if (connection !== undefined) connection.close = () => new Promise(() => {})
    await world.peer('p1').sayGoodbye('incompatible')
    await world.rounds(
      { are: { p1: 'rejected.connected: incompatible' } },
      // whoever says no and comes back is let in, but not this very moment
      { greeting: ['p1'], hear: { p1: ['reject: busy'] }, slots: 0 },
      { advance: seconds(3), are: { p1: 'rejected.disconnected: incompatible' } },
      { greeting: ['p1'], are: { p1: 'authorized' } }
    )
  })
})

describe('the end of a farewell', () => {
  it('comes although a connection never closes: it is aborted after a second', async () => {
    const world = await World.create(AT_ONCE)
    await world.rounds({ requested: ['p1'], dials: ['p1'], are: { p1: 'authorized' } })
    const [connection] = world.node.connections
    if (connection !== undefined) connection.close = () => new Promise(() => {})
    await world.rounds(
      { disconnected: ['p1'] },
      { advance: 1, requested: ['p1'], dials: [], are: { p1: 'connected.queued' } },
      { advance: 998, dials: [], are: { p1: 'connected.queued' } },
      { advance: 1, dials: ['p1'], are: { p1: 'authorized' } }
    )
    expect(connection?.status).toBe('aborted')
  })

  it('takes with it what opened in the meantime', async () => {
    const world = await World.create({ ...AT_ONCE, dispositions: undefined })
    await world.rounds(...session())
    await world.rounds({ disconnected: ['p1'] })
    // on its way when the peer was not denied yet
    const gater = world.node.gater as Partial<ConnectionGater>
    delete gater.denyInboundEncryptedConnection
    delete gater.denyInboundUpgradedConnection
    await world.rounds({ arriving: ['p1'] })
    expect(world.node.connections).toHaveLength(2)
    await world.rounds({ advance: seconds(1), are: { p1: 'rejected.disconnected: requested' } })
    expect(world.node.connections).toHaveLength(0)
  })

  it('leaves nothing behind: a minute later the peer comes as any other', async () => {
    const world = await World.create({ ...AT_ONCE, dispositions: undefined })
    await world.rounds(
      ...session(),
      { disconnected: ['p1'] },
      { advance: minutes(1), scripts: { p1: 'honest' } },
      { greeting: ['p1'], are: { p1: 'authorized' }, slots: 1 }
    )
    const stream = await world.node.connections[0]?.newStream(PROTOCOL)
    await settled()
    expect(stream?.status).toBe('open')
  })
})
