/**
 * `refresh()` and `refreshInterval` on nodes that follow a chain, or do not: whoever is on the wrong side
 * of a fork is found out, on both sides.
 */
import { describe, expect, it } from 'vitest'
import { allOf, chainHandshake, forkHandshake, HandshakeRefusedError } from '../../src/index.ts'
import { ManualClock } from '../../src/testing/manual-clock.ts'
import { APP, authorize, CHAIN, ourNode, SOCKETS, states } from './nodes.ts'
import { openStreams, statusOf } from './open-streams.ts'
import { TextHandshake } from '../../src/testing/text-handshake.ts'
import { eventually, fence, journal, within } from './waiting.ts'
import type { OurNode, Security } from './nodes.ts'
import type { ForkHello, PeerLifecycleInit } from '../../src/index.ts'

const MODES = ['plain', 'secured'] as const
const MINUTE = 60_000
const HOUR = 60 * MINUTE

/** Of a stream that was reset, here or there. */
const ENDED: ReadonlySet<string> = new Set(['aborted', 'reset'])

interface Chain {
  node: OurNode
  /** The newest block, as the node has it. */
  head: { block: number }
}

/** A node that knows of these forks, at block 50. */
async function chain(security: Security, forks: number[]): Promise<Chain> {
  const head = { block: 50 }
  const handshake = allOf(
    chainHandshake(CHAIN),
    forkHandshake({ genesis: CHAIN.genesis, forks, head: () => head })
  )
  return { head, node: await ourNode({ handshake }, { ...SOCKETS, security }) }
}

const forkOf = (of: Chain, at: Chain): unknown =>
  (at.node.services.peers.getPeer(of.node.peerId)?.hello as ForkHello | undefined)?.forkHash

describe.each(MODES)('%s: when a fork has passed', (security) => {
  it('who followed is asked and stays, and so does who is only behind', async () => {
    const [a, b, c] = [
      await chain(security, [100]),
      await chain(security, [100]),
      await chain(security, [100])
    ]
    await authorize(a.node, b.node)
    await authorize(c.node, a.node)
    const before = forkOf(a, c)
    a.head.block = 150
    b.head.block = 150
    await within(Promise.all([a, b, c].map(async ({ node }) => node.services.peers.refresh())))
    expect(states(a.node, b.node)).toEqual(['authorized', 'authorized'])
    expect(states(a.node, c.node)).toEqual(['authorized', 'authorized'])
    expect([forkOf(a, b), forkOf(b, a), forkOf(a, c)]).toEqual([
      forkOf(b, a),
      forkOf(a, b),
      forkOf(b, a)
    ])
    expect(forkOf(a, c)).not.toBe(before)
    expect(forkOf(c, a)).toBe(before)
  })

  it.each([
    ['who passed it asks', 'remote'],
    ['who did not follow asks', 'local']
  ] as const)(
    'agreement, gate: %s, both let go, and every gated stream is reset with the verdict',
    async (_name, by) => {
      const a = await chain(security, [100])
      const stale = await chain(security, [])
      const bystander = await chain(security, [100])
      await authorize(stale.node, a.node)
      await authorize(a.node, bystander.node)
      const streams = await openStreams(a.node, stale.node, 4)
      const kept = await bystander.node.dialProtocol(a.node.peerId, APP)
      const ends = [a.node, stale.node].map((node, i) => {
        const seen: unknown[] = []
        node.services.peers.addEventListener('peer:deauthorized', ({ detail }) => {
          // nobody has heard of the verdict before this
          const left = statusOf(streams[i]!).filter((status) => !ENDED.has(status))
          seen.push({ reason: detail.reason, by: detail.by, left })
        })
        return seen
      })

      a.head.block = 150
      const asks = by === 'remote' ? a : stale
      await within(asks.node.services.peers.refresh())
      await eventually(() => {
        expect(ends).toEqual([
          [{ reason: 'incompatible', by, left: [] }],
          [{ reason: 'incompatible', by: by === 'remote' ? 'local' : 'remote', left: [] }]
        ])
        expect(stale.node.getConnections()).toEqual([])
      })
      expect(stale.node.services.peers.status().slots).toEqual([])
      await fence(bystander.node, a.node)
      expect(kept.status).toBe('open')
      expect(states(a.node, bystander.node)).toEqual(['authorized', 'authorized'])
    }
  )
})

it('gate: the streams go in the tick of the verdict, before anything else can run', async () => {
  const judge = new TextHandshake()
  const a = await ourNode({ handshake: new TextHandshake() }, SOCKETS)
  const b = await ourNode({ handshake: judge }, SOCKETS)
  await authorize(a, b)
  const [, ofB] = await openStreams(a, b, 4)
  const after: string[][] = []
  judge.judge = () => {
    // the first thing that runs when this tick is over
    setImmediate(() => after.push(statusOf(ofB)))
    throw new HandshakeRefusedError('incompatible')
  }
  await within(a.services.peers.refresh())
  await eventually(() => expect(after).toHaveLength(1))
  expect(after[0]).toEqual(Array.from({ length: 8 }, () => 'aborted'))
})

interface Asked {
  node: OurNode
  handshake: TextHandshake
  /** When it was sent an UPDATE, in the clock's milliseconds. */
  times: number[]
}

/** A node, and others that are authorized with it, all on one clock. */
async function asking(
  count: number,
  lifecycle: Partial<PeerLifecycleInit>
): Promise<{ node: OurNode; clock: ManualClock; peers: Asked[] }> {
  const clock = new ManualClock()
  const node = await ourNode({ clock, handshake: new TextHandshake(), ...lifecycle })
  const peers: Asked[] = []
  for (let i = 0; i < count; i++) {
    const handshake = new TextHandshake()
    const peer = { handshake, times: [] as number[], node: await ourNode({ clock, handshake }) }
    // half of them have come by themselves
    await (i % 2 === 0 ? authorize(node, peer.node) : authorize(peer.node, node))
    handshake.judge = (word) => {
      peer.times.push(clock.now())
      return word
    }
    peers.push(peer)
  }
  return { node, clock, peers }
}

describe('refreshInterval', () => {
  it('asks every authorized peer once in each, nobody else, and none after stop()', async () => {
    const { node, clock, peers } = await asking(3, { refreshInterval: MINUTE })
    const stranger = await ourNode({ clock, handshake: new TextHandshake() })
    await node.dial(stranger.getMultiaddrs())
    const expected: number[] = []
    for (let i = 1; i <= 5; i++) {
      clock.advance(MINUTE - 1)
      for (const peer of peers) await fence(node, peer.node)
      expect(peers.map(({ times }) => times)).toEqual([expected, expected, expected])
      clock.advance(1)
      expected.push(i * MINUTE)
      await eventually(() =>
        expect(peers.map(({ times }) => times)).toEqual([expected, expected, expected])
      )
    }
    expect(states(node, stranger)).toEqual(['connected.unpromoted', 'connected.unpromoted'])

    await node.stop()
    clock.advance(HOUR)
    await eventually(() => {
      for (const peer of peers) expect(peer.node.getConnections(node.peerId)).toEqual([])
    })
    expect(peers.map(({ times }) => times)).toEqual([expected, expected, expected])
  })

  it('begins anew with the node', async () => {
    const { node, clock, peers } = await asking(1, { refreshInterval: MINUTE })
    const [peer] = peers as [Asked]
    clock.advance(MINUTE / 2)
    await node.stop()
    await eventually(() => expect(peer.node.getConnections()).toEqual([]))
    await node.start()
    clock.advance(HOUR)
    await authorize(node, peer.node)
    peer.times.length = 0
    const from = clock.now()
    // the half minute of the life before does not count
    clock.advance(MINUTE)
    await eventually(() => expect(peer.times).toEqual([from + MINUTE]))
  })

  it('a peer that is gone is asked no more, and one that came is asked', async () => {
    const { node, clock, peers } = await asking(2, { refreshInterval: MINUTE })
    const [gone, stays] = peers as [Asked, Asked]
    await within(node.services.peers.disconnect(gone.node.peerId))
    const late = new TextHandshake()
    const newcomer = await ourNode({ clock, handshake: late })
    await authorize(newcomer, node)
    expect(late.heard).toHaveLength(1)
    clock.advance(MINUTE)
    await eventually(() => {
      expect(stays.times).toEqual([MINUTE])
      expect(late.heard).toHaveLength(2)
    })
    expect(gone.times).toEqual([])
  })

  it('never two updates in ten seconds, whoever calls and however often', async () => {
    const { node, clock, peers } = await asking(2, { refreshInterval: 10_000 })
    const asked: Promise<void>[] = []
    for (let second = 0; second < 120; second++) {
      if (second % 7 === 3 || second % 13 === 0) asked.push(node.services.peers.refresh())
      clock.advance(1_000)
      // what has been sent arrives before the next second
      if (second % 2 === 0) for (const peer of peers) await fence(node, peer.node)
    }
    clock.advance(10_000)
    await within(Promise.all(asked))
    for (const { node: peer, times } of peers) {
      const gaps = times.slice(1).map((time, i) => time - times[i]!)
      expect(Math.min(...gaps)).toBeGreaterThanOrEqual(10_000)
      expect(times.length).toBeGreaterThanOrEqual(10)
      expect(states(node, peer)).toEqual(['authorized', 'authorized'])
    }
  })

  it('a fork that passes is found out by the timer alone', async () => {
    const clock = new ManualClock()
    const head = { block: 50 }
    const forked = (forks: number[]) =>
      allOf(
        chainHandshake(CHAIN),
        forkHandshake({ genesis: CHAIN.genesis, forks, head: () => head })
      )
    const a = await ourNode({ clock, handshake: forked([100]), refreshInterval: MINUTE }, SOCKETS)
    const stale = await ourNode({ handshake: forked([]) }, SOCKETS)
    await authorize(a, stale)
    const told = [a, stale].map(({ services }) => journal(services.peers, 'peer:deauthorized'))
    head.block = 150
    clock.advance(MINUTE)
    await eventually(() =>
      expect(told).toMatchObject([
        [['peer:deauthorized', { reason: 'incompatible', by: 'remote' }]],
        [['peer:deauthorized', { reason: 'incompatible', by: 'local' }]]
      ])
    )
  })
})
