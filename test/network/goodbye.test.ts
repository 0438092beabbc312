/** `disconnect()`: the other side learns the word, both honour the cool-down. */
import { describe, expect, it } from 'vitest'
import { ManualClock } from '../../src/testing/manual-clock.ts'
import { addressOf, authorize, ourNode, states } from './nodes.ts'
import { eventually, failure, journal, within } from './waiting.ts'
import type { OurNode } from './nodes.ts'

interface Pair {
  a: OurNode
  b: OurNode
  clockA: ManualClock
  clockB: ManualClock
}

async function authorizedPair(): Promise<Pair> {
  const [clockA, clockB] = [new ManualClock(), new ManualClock()]
  const [a, b] = [await ourNode({ clock: clockA }), await ourNode({ clock: clockB })]
  await authorize(a, b)
  return { a, b, clockA, clockB }
}

describe('goodbye', () => {
  it('closed words: the other side learns the word and honours its cool-down', async () => {
    const { a, b, clockA, clockB } = await authorizedPair()
    const told = journal(b.services.peers, 'peer:deauthorized', 'peer:rejected')
    await within(a.services.peers.disconnect(b.peerId, { reason: 'idle' }))

    const FIVE_MINUTES = 300_000
    await eventually(() => expect(told).toHaveLength(2))
    expect(told).toMatchObject([
      ['peer:deauthorized', { reason: 'idle', by: 'remote' }],
      ['peer:rejected', { reason: 'idle', by: 'remote', retryAt: clockB.epoch() + FIVE_MINUTES }]
    ])
    expect(a.services.peers.getPeer(b.peerId)).toMatchObject({
      state: 'rejected',
      reason: 'idle',
      by: 'local',
      retryAt: clockA.epoch() + FIVE_MINUTES
    })
    await eventually(() => expect([a.getConnections(), b.getConnections()]).toEqual([[], []]))

    // neither goes to the other until it is over
    const error = await failure(b.services.peers.connect(a.peerId))
    expect(error).toMatchObject({ reason: 'idle', by: 'remote' })
    clockA.advance(FIVE_MINUTES)
    clockB.advance(FIVE_MINUTES)
    await within(b.services.peers.connect(addressOf(a)))
  })

  it('requested, by default: the peer is not let in for a minute; our own connect() overrides it', async () => {
    const { a, b, clockA, clockB } = await authorizedPair()
    await within(a.services.peers.disconnect(b.peerId))
    await eventually(() => expect(b.services.peers.getPeer(a.peerId)?.reason).toBe('requested'))
    await eventually(() => expect(b.getConnections()).toEqual([]))

    // row 22: the cool-down of the peer is over by its own clock, but not by ours
    clockB.advance(60_000)
    const error = await failure(b.services.peers.connect(addressOf(a)))
    expect(error['by']).toBe('network')
    expect(a.getConnections()).toEqual([])
    clockA.advance(30_000)
    await within(a.services.peers.connect(addressOf(b)))
    await eventually(() => expect(states(a, b)).toEqual(['authorized', 'authorized']))
  })

  it('evicted: the connection stays, and the peer is refused on it with the same word and what is left', async () => {
    const { a, b, clockB } = await authorizedPair()
    await within(a.services.peers.disconnect(b.peerId, { reason: 'evicted' }))
    await eventually(() => expect(b.services.peers.getPeer(a.peerId)?.reason).toBe('evicted'))
    // by the peer's clock it is over
    clockB.advance(300_000)
    const error = await failure(b.services.peers.connect(a.peerId))
    expect(error).toMatchObject({
      reason: 'evicted',
      by: 'remote',
      retryAt: clockB.epoch() + 300_000
    })
    expect(a.services.peers.status().slots).toEqual([])
    expect(b.getConnections(a.peerId)).toHaveLength(1)
  })

  it('settle: disconnect() of a stranger, and of a peer that is only connected, resolves', async () => {
    const [a, b] = [await ourNode(), await ourNode()]
    await within(a.services.peers.disconnect(b.peerId))
    await b.dial(addressOf(a))
    await eventually(() => expect(a.services.peers.getPeer(b.peerId)?.state).toBe('connected'))
    await within(a.services.peers.disconnect(b.peerId))
    await eventually(() => expect(a.getConnections()).toEqual([]))
  })

  it('agreement: both sides say goodbye at the same time', async () => {
    const { a, b } = await authorizedPair()
    const events = [a, b].map(({ services }) => journal(services.peers, 'peer:deauthorized'))
    await within(
      Promise.all([
        a.services.peers.disconnect(b.peerId),
        b.services.peers.disconnect(a.peerId, { reason: 'evicted' })
      ])
    )
    await eventually(() => expect([a.getConnections(), b.getConnections()]).toEqual([[], []]))
    expect(events.map((seen) => seen.length)).toEqual([1, 1])
    for (const { services } of [a, b]) expect(services.peers.status().slots).toEqual([])
    // nobody is blamed for words that crossed
    expect([a.services.peers.status().banned, b.services.peers.status().banned]).toEqual([0, 0])
  })

  it('shutting-down: a node that stops says so to all of its peers', async () => {
    const hub = await ourNode()
    const others = [await ourNode(), await ourNode(), await ourNode()]
    for (const other of others) await authorize(other, hub)
    const told = others.map(({ services }) => journal(services.peers, 'peer:deauthorized'))
    await within(Promise.resolve(hub.stop()), 2_000)
    for (const seen of told) {
      await eventually(() => {
        expect(seen).toMatchObject([
          ['peer:deauthorized', { reason: 'shutting-down', by: 'remote' }]
        ])
      })
    }
  })
})
