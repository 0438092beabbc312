/** `refresh()`: the application's hello of now, judged anew by the other side. */
import { describe, expect, it } from 'vitest'
import { handshakePart } from '../../src/index.ts'
import { ManualClock } from '../../src/testing/manual-clock.ts'
import { addressOf, authorize, ourNode, SOCKETS, states, streamsWith } from './nodes.ts'
import { HELLO, rawPeer, shakeHands } from './raw-peer.ts'
import { only, TextHandshake } from '../../src/testing/text-handshake.ts'
import { eventually, fence, journal, within } from './waiting.ts'
import type { OurNode } from './nodes.ts'

interface Side {
  node: OurNode
  clock: ManualClock
  handshake: TextHandshake
}

async function side(options = {}): Promise<Side> {
  const clock = new ManualClock()
  const handshake = new TextHandshake()
  return { clock, handshake, node: await ourNode({ clock, handshake }, options) }
}

async function authorizedPair(options = {}): Promise<[Side, Side]> {
  const [a, b] = [await side(options), await side(options)]
  await authorize(a.node, b.node)
  return [a, b]
}

const helloOf = (of: Side, at: Side): unknown =>
  at.node.services.peers.getPeer(of.node.peerId)?.hello

describe('refresh()', () => {
  it('replaces the hello on the other side, in both roles, and nothing else', async () => {
    const [a, b] = await authorizedPair()
    const moves = [a, b].map(({ node }) => journal(node.services.peers, 'peer:transition'))
    a.handshake.word = 'height 2'
    b.handshake.word = 'height 3'
    await within(a.node.services.peers.refresh(b.node.peerId))
    await within(b.node.services.peers.refresh())
    expect([helloOf(a, b), helloOf(b, a)]).toEqual(['height 2', 'height 3'])
    expect(moves).toEqual([[], []])
    await eventually(() => expect(streamsWith(a.node, b.node)).toEqual([]))
  })

  // over sockets a connection that is closed at once outruns the word
  it.each([{}, SOCKETS])(
    'agreement: an update that is refused deauthorizes both, with the word',
    async (sockets) => {
      const [a, b] = await authorizedPair(sockets)
      const told = [a, b].map(({ node }) => journal(node.services.peers, 'peer:deauthorized'))
      b.handshake.judge = only('hello')
      a.handshake.word = 'another fork'
      await within(a.node.services.peers.refresh())
      await eventually(() => {
        expect(told).toMatchObject([
          [['peer:deauthorized', { reason: 'incompatible', by: 'remote' }]],
          [['peer:deauthorized', { reason: 'incompatible', by: 'local', detail: 'not hello' }]]
        ])
        expect([a.node.getConnections(), b.node.getConnections()]).toEqual([[], []])
      })
    }
  )

  it('agreement: what was proven cannot be exchanged for something else, for an update proves nothing', async () => {
    let type: 'hello' | 'impostor' = 'hello'
    const handshake = handshakePart({
      name: 'test/key',
      hello: () => new TextEncoder().encode(type),
      verify: (body) => ({ key: new TextDecoder().decode(body) }),
      prove: () => new Uint8Array(1),
      verifyProof: () => {}
    })
    const [a, b] = [await ourNode({ handshake }), await ourNode({ handshake })]
    await authorize(a, b)
    await within(a.services.peers.refresh())
    expect(states(a, b)).toEqual(['authorized', 'authorized'])

    const told = journal(b.services.peers, 'peer:deauthorized')
    const c = await ourNode({ handshake })
    await authorize(c, b)
    type = 'impostor'
    await within(c.services.peers.refresh())
    await eventually(() => {
      expect(told).toMatchObject([
        ['peer:deauthorized', { reason: 'authentication-failed', by: 'local' }]
      ])
    })
    expect(c.services.peers.isAuthorized(b.peerId)).toBe(false)
  })

  it('once in ten seconds: what comes earlier waits for its turn, together', async () => {
    const [a, b] = await authorizedPair()
    const { peers } = a.node.services
    await within(peers.refresh())
    expect(b.handshake.heard).toEqual(['hello', 'hello'])

    a.handshake.word = 'second'
    const early = [peers.refresh(), peers.refresh(), peers.refresh(b.node.peerId)]
    await fence(a.node, b.node)
    a.clock.advance(9_999)
    a.handshake.word = 'third'
    await fence(a.node, b.node)
    expect(b.handshake.heard).toHaveLength(2)
    a.clock.advance(1)
    await within(Promise.all(early))
    // one update, with the hello of the moment at which it was said
    expect(b.handshake.heard).toEqual(['hello', 'hello', 'third'])

    a.clock.advance(10_000)
    b.clock.advance(10_000)
    await within(peers.refresh())
    expect(b.handshake.heard).toHaveLength(4)
    expect(states(a.node, b.node)).toEqual(['authorized', 'authorized'])
  })

  it('settle: an update that waits for its turn ends with the session', async () => {
    const [a, b] = await authorizedPair()
    const { peers } = a.node.services
    await within(peers.refresh())
    const waiting = peers.refresh()
    await within(b.node.services.peers.disconnect(a.node.peerId))
    await within(waiting)
    expect(b.handshake.heard).toHaveLength(2)
  })

  it('settle: an update that waits for its turn ends with the node, and leaves no deadline', async () => {
    const [a, b] = await authorizedPair()
    const { peers } = a.node.services
    await within(peers.refresh())
    const waiting = peers.refresh()
    await within(Promise.resolve(a.node.stop()), 2_000)
    await within(waiting)
    expect(a.clock.pending).toBe(0)
    expect(b.handshake.heard).toHaveLength(2)
  })

  it('of peers that are not authorized, and of nobody, it resolves and says nothing', async () => {
    const [a, b] = [await side(), await side()]
    await a.node.dial(addressOf(b.node))
    await within(a.node.services.peers.refresh())
    await within(a.node.services.peers.refresh(b.node.peerId))
    await fence(a.node, b.node)
    expect(b.handshake.heard).toEqual([])
  })
})

describe('the verdict on an update', () => {
  it('row D8, H4: that comes in a later session changes nothing', async () => {
    const [a, b] = await authorizedPair()
    const verdict = Promise.withResolvers<string>()
    b.handshake.judge = () => verdict.promise
    a.handshake.word = 'late'
    const refreshed = a.node.services.peers.refresh()
    await eventually(() => expect(b.handshake.heard).toHaveLength(2))
    for (const connection of a.node.getConnections()) await connection.close()
    await within(refreshed)
    await eventually(() => expect(b.node.services.peers.status().peers.authorized).toBe(0))

    b.handshake.judge = (word) => word
    a.handshake.word = 'hello'
    for (const { clock } of [a, b]) clock.advance(60_000)
    await authorize(a.node, b.node)
    verdict.reject(new Error('too late to matter'))
    await fence(a.node, b.node)
    expect(states(a.node, b.node)).toEqual(['authorized', 'authorized'])
    expect(helloOf(a, b)).toBe('hello')
  })

  it('row H2: hello() that fails is a fault of ours: reported once, nothing is said, nobody is left', async () => {
    const [a, b] = await authorizedPair()
    const faults = journal(a.node.services.peers, 'peer:fault')
    a.handshake.hello = () => {
      throw new Error('no hello today')
    }
    await within(a.node.services.peers.refresh())
    await fence(a.node, b.node)
    expect(faults).toMatchObject([
      ['peer:fault', { source: 'hello', peer: b.node.peerId.toString() }]
    ])
    expect(b.handshake.heard).toHaveLength(1)
    expect(states(a.node, b.node)).toEqual(['authorized', 'authorized'])
  })

  it('protocol-violation: the third update within ten seconds bans the peer', async () => {
    const ours = await side()
    const peer = await rawPeer()
    const connection = await peer.node.dial(addressOf(ours.node))
    await shakeHands(peer, connection)
    await eventually(() =>
      expect(ours.node.services.peers.isAuthorized(peer.node.peerId)).toBe(true)
    )
    for (const word of ['one', 'two']) {
      const script = await peer.open(connection)
      script.say({ type: 'update', payload: new TextEncoder().encode(word) })
      expect(await script.hear()).toEqual({ type: 'accept' })
      await script.fin()
      expect(ours.node.services.peers.getPeer(peer.node.peerId)?.hello).toBe(word)
    }
    const script = await peer.open(connection)
    script.say({ type: 'update', payload: HELLO.payload })
    await eventually(() => expect(ours.node.getConnections()).toEqual([]))
    expect(ours.node.services.peers.explain(peer.node.peerId)).toMatchObject({
      state: 'rejected',
      reason: 'protocol-violation',
      by: 'local',
      detail: 'updates too often'
    })
    expect(ours.node.services.peers.status().banned).toBe(1)
  })
})
