/**
 * Connections that nobody needs, over a real network: many of one peer, many of strangers, and streams that
 * say nothing.
 *
 * Mutations that turn this file red, each tried by hand: surplus connections stay; streams without a
 * protocol are not counted, or at once; peers that the DHT keeps alive are not spared; connections in use
 * are not; a peer with a slot is not.
 */
import { describe, expect, it } from 'vitest'
import { ManualClock } from '../../src/testing/manual-clock.ts'
import { addressOf, APP, authorize, connectionTo, ourNode, states, stockNode } from './nodes.ts'
import { rawPeer, shakeHands } from './raw-peer.ts'
import { TextHandshake } from '../../src/testing/text-handshake.ts'
import { eventually, fence } from './waiting.ts'
import type { OurNode, StockNode } from './nodes.ts'
import type { Connection, Stream } from '@libp2p/interface'

/** Opens streams of the muxer, below any protocol: nothing is ever said on them. */
async function openSilent(connection: Connection, count: number): Promise<Stream[]> {
  const { muxer } = connection as unknown as { muxer: { createStream(): Promise<Stream> } }
  return Promise.all(Array.from({ length: count }, async () => muxer.createStream()))
}

/** Streams of which our end of the connection does not know what they are for. */
const unnamed = (node: OurNode): number =>
  node.getConnections().flatMap(({ streams }) => streams.filter(({ protocol }) => protocol === ''))
    .length

async function force(from: StockNode, to: OurNode, count: number): Promise<void> {
  // one that is closed at once may fail
  for (let i = 0; i < count; i++) await from.dial(addressOf(to), { force: true }).catch(() => {})
}

describe('40 connections of one peer', () => {
  it('of a stranger two are kept, whatever it does', async () => {
    const ours = await ourNode()
    const stranger = await stockNode()
    await force(stranger, ours, 40)
    await eventually(() => expect(ours.getConnections(stranger.peerId)).toHaveLength(2))
    expect(ours.services.peers.status().closed.surplus).toBe(38)
    expect(ours.services.peers.getPeer(stranger.peerId)?.path).toBe('connected.unpromoted')
    await eventually(() => expect(stranger.getConnections()).toHaveLength(2))
    await fence(stranger, ours)
  })

  it('of an authorized peer those are kept that carry something', async () => {
    const [a, b] = [await ourNode(), await ourNode()]
    await b.handle(APP, () => {})
    await authorize(a, b)
    const agreed = connectionTo(b, a)
    const stream = await a.dialProtocol(b.peerId, APP)
    await force(a, b, 40)
    await eventually(() => expect(b.getConnections(a.peerId)).toHaveLength(2))
    expect(agreed.status).toBe('open')
    expect([stream.status, ...states(a, b)]).toEqual(['open', 'authorized', 'authorized'])
  })

  it('as many as the user says', async () => {
    const ours = await ourNode({ admission: { connectionsPerPeer: 5 } })
    const stranger = await stockNode()
    await force(stranger, ours, 9)
    await eventually(() => expect(ours.getConnections(stranger.peerId)).toHaveLength(5))
  })
})

describe('streams without a protocol', () => {
  it('row C10: 1,000 on an unpromoted connection, and it is closed', async () => {
    const clock = new ManualClock()
    const [ours, stranger] = [await ourNode({ clock }), await stockNode()]
    const connection = await stranger.dial(addressOf(ours))
    await openSilent(connection, 900)
    await eventually(() => expect(unnamed(ours)).toBe(900))
    // a moment is given to those that are about to name theirs
    clock.advance(999)
    expect(ours.getConnections()).toHaveLength(1)
    // and the count itself, which is not made for each of them, may be a tenth of a second late
    clock.advance(101)
    await eventually(() => expect(ours.getConnections()).toEqual([]))
    expect(ours.services.peers.status().gate.flooded).toBe(1)
    await eventually(() => expect(stranger.getConnections()).toEqual([]))
    // nobody is charged for it: it may come again
    await stranger.dial(addressOf(ours))
    await fence(stranger, ours)
  })

  it('16 are tolerated, and none of an authorized peer are counted', async () => {
    const clock = new ManualClock()
    const ours = await ourNode({ clock, handshake: new TextHandshake() })
    const [stranger, peer] = [await stockNode(), await rawPeer()]
    const calm = await stranger.dial(addressOf(ours))
    await openSilent(calm, 16)
    await eventually(() => expect(unnamed(ours)).toBe(16))
    const honest = await peer.node.dial(addressOf(ours))
    await shakeHands(peer, honest)
    await openSilent(honest, 50)
    await eventually(() => expect(unnamed(ours)).toBe(66))
    clock.advance(60_000)
    expect([calm.status, honest.status]).toEqual(['open', 'open'])
    expect(ours.services.peers.status().gate.flooded).toBe(0)
  })
})

describe('unpromoted connections', () => {
  it('of too many the oldest idle ones are closed, and their peers are not charged for it', async () => {
    const clock = new ManualClock()
    const ours = await ourNode({ clock, admission: { maxUnpromoted: 2 } })
    const strangers = await Promise.all(Array.from({ length: 5 }, async () => stockNode()))
    for (const stranger of strangers) await stranger.dial(addressOf(ours))
    const here = (): boolean[] =>
      strangers.map(({ peerId }) => ours.getConnections(peerId).length > 0)
    // one that is still being identified is looked at again
    await eventually(() => {
      clock.advance(10_000)
      expect(here()).toEqual([false, false, false, true, true])
    })
    expect(ours.services.peers.status()).toMatchObject({ closed: { unpromoted: 3 }, banned: 0 })
    for (const { peerId } of strangers) {
      expect(ours.services.peers.getPeer(peerId)?.reason).toBeUndefined()
    }
  })

  it('those with a slot, in use, or kept alive by the DHT stay', async () => {
    const clock = new ManualClock()
    const ours = await ourNode({ clock, admission: { maxUnpromoted: 1 } })
    const [friend, kept, busy, first, second] = [
      await ourNode(),
      await stockNode(),
      await stockNode(),
      await stockNode(),
      await stockNode()
    ]
    await authorize(friend, ours)
    await ours.peerStore.merge(kept.peerId, { tags: { 'keep-alive-kad-dht': { value: 1 } } })
    await kept.dial(addressOf(ours))
    await eventually(() => expect(ours.getConnections(kept.peerId)).toHaveLength(1))
    const spared = connectionTo(ours, kept)
    await openSilent(await busy.dial(addressOf(ours)), 1)
    await eventually(() => expect(unnamed(ours)).toBe(1))
    await first.dial(addressOf(ours))
    await second.dial(addressOf(ours))
    const here = (): boolean[] =>
      [friend, kept, busy, first, second].map((node) => ours.getConnections(node.peerId).length > 0)
    await eventually(() => {
      clock.advance(10_000)
      expect(here()).toEqual([true, true, true, false, false])
    })
    // what is in use now may not be later: there are still two, and one is too many
    for (const { streams } of ours.getConnections(busy.peerId)) {
      for (const stream of streams) stream.abort(new Error('over'))
    }
    await eventually(() => {
      clock.advance(10_000)
      expect(here()).toEqual([true, true, false, false, false])
    })
    // it was not closed and, as libp2p does with such peers, dialed again
    expect(spared.status).toBe('open')
    expect(ours.services.peers.status().closed.unpromoted).toBe(3)
  })

  it('those that are idle for too long are closed', async () => {
    const clock = new ManualClock()
    const ours = await ourNode({ clock, admission: { unpromotedIdle: 60_000 } })
    const [idle, busy] = [await stockNode(), await stockNode()]
    await idle.dial(addressOf(ours))
    await openSilent(await busy.dial(addressOf(ours)), 1)
    await eventually(() => expect(unnamed(ours)).toBe(1))
    // both have been identified
    await eventually(() => expect(ours.getConnections(idle.peerId)[0]?.streams).toEqual([]))
    clock.advance(59_999)
    expect(ours.getConnections()).toHaveLength(2)
    clock.advance(15_000)
    await eventually(() => expect(ours.getConnections(idle.peerId)).toEqual([]))
    clock.advance(600_000)
    expect(ours.getConnections(busy.peerId)).toHaveLength(1)
  })
})
