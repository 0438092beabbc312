/** A million names: what they cost is counted in actors, not in time. */
import { generateKeyPair } from '@libp2p/crypto/keys'
import { peerIdFromPrivateKey } from '@libp2p/peer-id'
import { expect, test } from 'vitest'
import { Candidates } from '../../src/candidates.ts'
import { Peers } from '../../src/peers/peers.ts'
import { seeded } from '../policies/seeded.ts'
import { ManualClock } from '../../src/testing/manual-clock.ts'
import type { Logger, PeerId } from '@libp2p/interface'

const self = peerIdFromPrivateKey(await generateKeyPair('Ed25519'))

/** As much of a peer id as a candidate needs that is never dialed. */
const named = (name: string): PeerId =>
  ({ toString: () => name, equals: () => false }) as unknown as PeerId

function flooded(options: { sourceShare?: number; isDialed?: boolean } = {}) {
  const clock = new ManualClock()
  const random = seeded(1)
  const made: string[] = []
  let refused = 0
  const peers: Peers = new Peers(
    { self, maxTracked: 1_000, maxBans: 10, clock, random },
    {
      carryOut: () => {},
      onMove: () => {},
      onSettled: (peer) => candidates.moved(peer),
      onUntaken: () => {},
      onQuiet: () => false,
      onFault: (_peer, error) => {
        throw error
      },
      onForgotten: ({ key }) => candidates.forgotten(key),
      isAwaited: () => false,
      onBan: () => {},
      onBanned: () => {},
      onCrowded: () => {}
    }
  )
  const candidates: Candidates = new Candidates(
    {
      maxTracked: 1_000,
      dialing: { sourceShare: options.sourceShare ?? 0.5, queryInterval: Infinity },
      clock,
      random,
      log: (() => {}) as unknown as Logger,
      routing: undefined
    },
    {
      peers,
      scheduler: { discoveredLimit: 16, isShortOfCandidates: false },
      want: (peerId) => {
        made.push(peerId.toString())
        const peer = peers.track(peerId)!
        const wish = { priority: 'discovered', lasting: true, urgent: false } as const
        peers.send(peer, { type: 'peer.wanted', ...wish })
      },
      onQueueFull: () => refused++,
      hasUntried: () => false,
      wasLookedUp: () => false,
      mayReaddress: () => false,
      readdressed: () => {}
    }
  )
  return { candidates, peers, made, refused: () => refused }
}

test('row M12: a million discoveries make a few thousand actors, and half the table', () => {
  const { candidates, peers, made, refused } = flooded()
  for (let i = 0; i < 1_000_000; i++) candidates.found(named(`${i}`), 'discovery')
  console.log(`a million discoveries: ${made.length} actors, ${peers.size} tracked`)
  // 500 x (1 + ln 2000) = 4,300
  expect(made.length).toBeLessThan(5_000)
  expect(made.length + refused()).toBe(1_000_000)
  expect(peers.size).toBe(500)
  expect(candidates.queued).toEqual({ discovery: 500, dht: 0, walk: 0, store: 0, memory: 0 })
  // the last names are among them as well as the first
  const kept = [...peers.values()].map(({ key }) => Number(key))
  expect(kept.filter((each) => each > 500_000).length).toBeGreaterThan(200)
  // and a source that finds one peer finds room for it
  expect(candidates.found(named('mine'), 'dht')).toBe(true)
})

test('one peer that is found a million times costs one event', () => {
  const { candidates, made } = flooded()
  const peer = named('again')
  for (let i = 0; i < 1_000_000; i++) candidates.found(peer, 'discovery')
  expect(made).toHaveLength(1)
})

test('sources that fill the table share it, and cost no more for it', () => {
  const { candidates, peers, made } = flooded()
  for (let i = 0; i < 100_000; i++) {
    candidates.found(named(`flood${i}`), 'discovery')
    candidates.found(named(`dht${i}`), 'dht')
    if (i % 100 === 0) candidates.found(named(`walk${i}`), 'walk')
  }
  const { discovery, dht, walk } = candidates.queued
  expect(peers.size).toBe(1_000)
  expect([discovery, dht, walk].toSorted((a, b) => a - b)).toEqual([333, 333, 334])
  expect(made.length).toBeLessThan(7_000)
})
