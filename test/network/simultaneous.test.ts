/**
 * Both sides call `connect()` at the same time: the crossing rule, law "agreement".
 *
 * A thousand rounds with two nodes. Between two calls lies a seeded number of microtasks or milliseconds;
 * between two rounds the pair is separated by `disconnect`, and the hand-moved clocks by an hour, so that
 * no cool-down is left. Every round recounts both sides.
 */
import { describe, expect, it } from 'vitest'
import { ManualClock } from '../../src/testing/manual-clock.ts'
import { addressOf, ourNode, states, streamsWith } from './nodes.ts'
import { eventually, journal, within } from './waiting.ts'
import type { OurNode, Security } from './nodes.ts'

const HOUR = 3_600_000

/** Numbers in [0, 1) that are the same in every run (mulberry32). */
function seeded(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
  }
}

/** Half of the delays are a few microtasks, half up to five milliseconds. */
async function delay(random: () => number): Promise<void> {
  if (random() < 0.5) {
    for (let left = Math.floor(random() * 200); left > 0; left--) await Promise.resolve()
  } else {
    await new Promise((resolve) => {
      setTimeout(resolve, random() * 5)
    })
  }
}

interface Side {
  node: OurNode
  clock: ManualClock
  authorized: unknown[]
  deauthorized: unknown[]
}

async function side(security: Security): Promise<Side> {
  const clock = new ManualClock()
  const node = await ourNode({ clock, maxPeers: 1 }, { security })
  const { peers } = node.services
  return {
    node,
    clock,
    authorized: journal(peers, 'peer:authorized'),
    deauthorized: journal(peers, 'peer:deauthorized')
  }
}

/** Says goodbye, lets the connections close and the cool-downs pass. */
async function separate(a: Side, b: Side): Promise<void> {
  const pair = [a, b] as const
  await within(a.node.services.peers.disconnect(b.node.peerId))
  await eventually(() => {
    for (const { node } of pair) expect(node.getConnections()).toEqual([])
  })
  for (const { clock } of pair) clock.advance(HOUR)
}

describe('two nodes that connect() to each other at the same time', () => {
  it.each([
    { security: 'plain', connected: false, rounds: 500 },
    { security: 'plain', connected: true, rounds: 500 },
    { security: 'secured', connected: false, rounds: 300 },
    { security: 'secured', connected: true, rounds: 100 }
  ] as const)(
    'row B19, D2: one authorized event, one slot on each side ($security, already connected: $connected, $rounds rounds)',
    async ({ security, connected, rounds }) => {
      const random = seeded(20_261_123)
      const [a, b] = [await side(security), await side(security)]
      const pair = [a, b] as const
      let crossings = 0
      for (let round = 1; round <= rounds; round++) {
        if (connected) await a.node.dial(addressOf(b.node))
        const [first, second] = random() < 0.5 ? [a, b] : [b, a]
        const attempt = first.node.services.peers.connect(addressOf(second.node))
        await delay(random)
        const other = second.node.services.peers.connect(addressOf(first.node))
        const peers = await within(Promise.all([attempt, other]))

        expect(peers.map(({ peerId }) => peerId.toString())).toEqual([
          second.node.peerId.toString(),
          first.node.peerId.toString()
        ])
        // at rest: the handshake's streams are closed
        await eventually(() => {
          expect(streamsWith(a.node, b.node)).toEqual([])
          expect(streamsWith(b.node, a.node)).toEqual([])
        })
        expect(states(a.node, b.node), `round ${round}`).toEqual(['authorized', 'authorized'])
        for (const { node, authorized, deauthorized } of pair) {
          expect(authorized).toHaveLength(round)
          expect(deauthorized).toHaveLength(round - 1)
          const { slots } = node.services.peers.status()
          expect(slots).toHaveLength(1)
        }
        const [view] = a.node.services.peers.getPeers()
        const [back] = b.node.services.peers.getPeers()
        // either one was in time and the other took an inbound slot, or both hold one of their own
        const directions = [view?.direction, back?.direction]
        expect(directions).toContain('outbound')
        if (directions[0] === directions[1]) crossings++
        await separate(a, b)
        for (const { node, deauthorized } of pair) {
          expect(deauthorized).toHaveLength(round)
          expect(node.services.peers.status().slots).toEqual([])
        }
      }
      // without crossings it would prove nothing
      expect(crossings).toBeGreaterThan(rounds / 10)
    },
    120_000
  )
})
