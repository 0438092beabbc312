/** Scenarios of connections: whose they are, how many, and what becomes of them. */
import { describe, expect, it } from 'vitest'
import { settled } from '../../src/testing/settled.ts'
import { APP } from '../../src/testing/simulation/simulated-node.ts'
import { hours, minutes, seconds, World } from './world.ts'
import type { Connection } from '@libp2p/interface'

describe('whose connection', () => {
  it('scenario 3, Polygon Edge, js-libp2p: the DHT dials first, and our dial joins its own', async () => {
    const world = await World.create({ maxPeers: 3, outboundShare: 0, latency: 10 })
    await world.rounds(
      { foreign: ['p1', 'q1'], are: { p1: 'unknown' } },
      // no second dial: ours is theirs
      { requested: ['p1'], dials: [], are: { p1: 'dialing' }, slots: 1 },
      // only the one that was in our queue
      { advance: seconds(1), dials: [], are: { p1: 'authorized', q1: 'connected.unpromoted' } }
    )
    expect(world.node.dialer.journal).toHaveLength(2)
  })

  it('scenario 3, and only the DHT knows where it is: ours joins, for want of an address', async () => {
    const world = await World.create({ maxPeers: 3, outboundShare: 0, latency: 10 })
    await world.rounds({ foreign: ['p1'] })
    const attempt = world.peers.connect(world.id('p1'))
    await world.rounds(
      { dials: [], are: { p1: 'dialing' } },
      { advance: seconds(1), dials: [], are: { p1: 'authorized' } }
    )
    await expect(attempt).resolves.toMatchObject({ direction: 'outbound' })
    // nobody dials this one
    await expect(world.peers.connect(world.id('x1'))).rejects.toMatchObject({
      reason: 'no-address'
    })
  })

  it('scenario 4, the forum question: who is connected, and was never asked for, gets nothing', async () => {
    const world = await World.create({ maxPeers: 3, outboundShare: 0 })
    await world.rounds(
      { foreign: ['q1'], dials: [], are: { q1: 'connected.unpromoted' }, slots: 0 },
      { advance: hours(24), dials: [], are: { q1: 'connected.unpromoted' }, slots: 0 }
    )
    const [ours] = world.node.connections
    const [theirs] = world.peer('q1').connections
    await expect(ours?.newStream(APP)).rejects.toMatchObject({ name: 'PeerNotAuthorizedError' })
    const stream = await theirs?.newStream(APP)
    await settled()
    expect(stream?.status).toBe('reset')
    expect(world.node.served).toEqual([])
  })

  it('scenario 20, js-libp2p’s reconnect queue: a keep-alive tag brings no rejected peer back', async () => {
    const scripts = { d1: 'wrong chain', d2: 'too-many-peers' } as const
    const world = await World.create({ maxPeers: 6, scripts })
    await world.rounds(
      { discovered: ['d1', 'd2'], dials: ['d1', 'd2'] },
      {
        are: {
          d1: 'rejected.disconnected: incompatible',
          d2: 'rejected.connected: too-many-peers'
        }
      },
      // the one is denied, the other has stayed and may come back, as what it was
      { lost: ['d2'], foreign: ['d1', 'd2'], dials: [], slots: 0 },
      {
        are: {
          d1: 'rejected.disconnected: incompatible',
          d2: 'rejected.connected: too-many-peers'
        }
      }
    )
    expect(world.node.connections).toHaveLength(1)
  })

  it('scenario 24, Substrate: a queued peer that the DHT has connected is adopted', async () => {
    const world = await World.create({ maxPeers: 3, outboundShare: 0 })
    await world.rounds(
      { foreign: ['p1'], are: { p1: 'connected.unpromoted' } },
      { requested: ['p1'], dials: [], are: { p1: 'authorized' }, slots: 1 }
    )
    expect(world.node.connections).toHaveLength(1)
  })

  it('scenario 25, Substrate: the wish is withdrawn while the DHT dials the same peer', async () => {
    const world = await World.create({ maxPeers: 3, outboundShare: 0, latency: 10 })
    const wish = new AbortController()
    const attempt: { end?: Promise<unknown> } = {}
    await world.rounds(
      { foreign: ['p1'] },
      {
        meanwhile: () => {
          attempt.end = world.peers
            .connect(world.at('p1'), wish)
            .catch((error: unknown) => (error as { reason: unknown }).reason)
        },
        are: { p1: 'dialing' },
        dials: []
      },
      { meanwhile: () => wish.abort(), are: { p1: 'discovered.idle' }, slots: 0 },
      // their dial is unharmed, and its end no business of ours
      { advance: seconds(1), dials: [], are: { p1: 'connected.unpromoted' }, slots: 0 }
    )
    expect(await attempt.end).toBe('aborted')
  })
})

describe('how many connections', () => {
  it.each([0, 1])(
    'scenario 5, Polygon Edge, Lodestar, pubsub#130: of two connections the one numbered %i closes',
    async (which) => {
      const world = await World.create({ maxPeers: 3 })
      await world.rounds({ discovered: ['d1'], are: { d1: 'authorized' } }, { arriving: ['d1'] })
      const events = world.node.transitions.length
      expect(world.node.connections).toHaveLength(2)
      await world.rounds(
        { meanwhile: () => world.node.connections[which]?.close(), are: { d1: 'authorized' } },
        { advance: minutes(1), dials: [], are: { d1: 'authorized' }, slots: 1 }
      )
      expect(world.node.transitions).toHaveLength(events)
      expect(world.node.connections).toHaveLength(1)
    }
  )

  it('scenario 6, Bee #5330: a handshake that fails on a second connection', async () => {
    const world = await World.create({ maxPeers: 3 })
    const d1 = world.peer('d1')
    await world.rounds({ discovered: ['d1'], are: { d1: 'authorized' } }, { arriving: ['d1'] })
    const events = world.node.transitions.length
    const second = d1.connections.at(-1) as Connection
    d1.script = 'silent'
    await d1.shakeHands(second)
    await world.rounds({ advance: seconds(10), are: { d1: 'authorized' }, slots: 1 })
    await d1.shakeHands(second)
    second.abort(new Error('gone in the middle'))
    await world.rounds({ advance: seconds(10), are: { d1: 'authorized' }, slots: 1 })
    expect(world.node.transitions).toHaveLength(events)
  })

  it('scenario 13, js-libp2p #1565, Lighthouse #2761: a close without an open, and one that comes first', async () => {
    const world = await World.create({ maxPeers: 3 })
    const { events } = world.node.components
    const ghost = { remotePeer: world.id('x1'), status: 'closed', newStream: () => {} }
    const detail = ghost as unknown as Connection
    events.safeDispatchEvent('peer:disconnect', { detail: world.id('x1') })
    events.safeDispatchEvent('connection:close', { detail })
    events.safeDispatchEvent('connection:open', { detail })
    events.safeDispatchEvent('connection:close', { detail })
    await world.rounds({ are: { x1: 'unknown' }, slots: 0 })
    await world.rounds({ discovered: ['d1'], dials: ['d1'], are: { d1: 'authorized' } })
    const [connection] = world.node.connections as unknown as [Connection]
    await world.rounds({ lost: ['d1'], are: { d1: 'discovered.coolingDown: connection-closed' } })
    for (let i = 0; i < 3; i++) {
      events.safeDispatchEvent('connection:close', { detail: connection })
      events.safeDispatchEvent('peer:disconnect', { detail: world.id('d1') })
    }
    await world.rounds({ slots: 0 }, { advance: hours(1), dials: ['d1'], slots: 1 })
    expect(Object.values(world.peers.status().peers).every((count) => count >= 0)).toBe(true)
  })

  it('scenario 28, Lighthouse #6140: a second way to a connected peer fails', async () => {
    const world = await World.create({ maxPeers: 3 })
    await world.rounds({ discovered: ['d1'], dials: ['d1'], are: { d1: 'authorized' } })
    const events = world.node.transitions.length
    const second = await world.peer('d1').connect(world.node)
    second.abort(new Error('refused'))
    await world.rounds({ routes: { d1: 'refused' }, foreign: ['d1'] })
    await world.rounds({ advance: minutes(1), dials: [], are: { d1: 'authorized' }, slots: 1 })
    expect(world.node.transitions).toHaveLength(events)
  })

  it('law "agreement": a connection that may carry no handshake keeps nobody authorized', async () => {
    const world = await World.create({ maxPeers: 3 })
    await world.rounds({ discovered: ['d1'], dials: ['d1'], are: { d1: 'authorized' } })
    const [direct] = world.node.connections
    // the peer has another way to us, through a relay, on which we shake no hands
    world.network.route(world.node.peerId, 'relayed')
    await world.peer('d1').connect(world.node)
    await settled()
    expect(world.node.connections).toHaveLength(2)
    await direct?.close()
    await world.rounds({ are: { d1: 'connected.coolingDown: connection-closed' }, slots: 0 })
    // nothing is lost: it is dialed again
    await world.rounds({ advance: minutes(1), dials: ['d1'], are: { d1: 'authorized' }, slots: 1 })
  })

  it('law "agreement": who cannot be asked whether it still knows us is left', async () => {
    const world = await World.create({ maxPeers: 3, outboundShare: 0 })
    await world.rounds({ greeting: ['i1'], are: { i1: 'authorized' } })
    const [carrier] = world.peer('i1').connections
    await world.rounds(
      { arriving: ['i1'], are: { i1: 'authorized' } },
      // not even a stream comes to be over the connection that is left
      { scripts: { i1: 'deaf' }, meanwhile: () => carrier?.abort(new Error('broken')) },
      { are: { i1: 'authorized' } },
      { advance: seconds(5), are: { i1: 'discovered.coolingDown: connection-closed' }, slots: 0 }
    )
    expect(world.peer('i1').connections).toEqual([])
  })

  it('an update that waits for its turn goes over the connection that is there by then', async () => {
    const world = await World.create({ maxPeers: 3, outboundShare: 0 })
    const i1 = world.peer('i1')
    await world.rounds({ arriving: ['i1'] }, { arriving: ['i1'] })
    const carrier = i1.connections[1] as Connection
    await i1.shakeHands(carrier)
    await world.rounds({ are: { i1: 'authorized' } })
    const events = world.node.transitions.length
    await world.rounds(
      { meanwhile: () => world.peers.refresh() },
      // within ten seconds of the first: it waits, and whoever asks meanwhile waits with it
      { meanwhile: () => void world.peers.refresh() },
      { meanwhile: () => carrier.abort(new Error('broken')), are: { i1: 'authorized' } },
      { advance: seconds(11), are: { i1: 'authorized' }, slots: 1 }
    )
    expect(world.node.transitions).toHaveLength(events)
    expect(i1.connections).toHaveLength(1)
  })

  it('who says goodbye while it is asked whether it still knows us keeps its connection', async () => {
    const world = await World.create({ maxPeers: 3, outboundShare: 0 })
    const i1 = world.peer('i1')
    await world.rounds({ greeting: ['i1'], are: { i1: 'authorized' } })
    const [carrier] = i1.connections
    await world.rounds(
      { arriving: ['i1'] },
      { scripts: { i1: 'deaf' }, meanwhile: () => carrier?.abort(new Error('broken')) },
      { meanwhile: () => i1.sayGoodbye('idle') },
      { advance: seconds(11), are: { i1: 'rejected.connected: idle' }, slots: 0 }
    )
    expect(i1.connections).toHaveLength(1)
  })
})
