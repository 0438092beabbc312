/**
 * Bitcoin Core's `peer_eviction_test` (src/test/net_peer_eviction_tests.cpp), and the two cases that it
 * says it leaves to be tested.
 *
 * Mutations that turn this file red, each tried by hand: each class left out, a class one peer smaller,
 * the largest group's oldest peer, the smallest group, outbound and kept peers among the candidates.
 */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  chooseEviction,
  classesFor,
  EVICTION_CLASSES
} from '../../machines/policies/choose-eviction.ts'
import { held, names } from './held.ts'
import { seeded, shuffled } from './seeded.ts'
import type { EvictionCandidate } from '../../machines/policies/choose-eviction.ts'

const ROADS = ['plain', 'local', 'relayed', 'other'] as const
const random = seeded(2)
const upTo100 = (): number => Math.floor(random() * 100)

/** Peers that differ in everything, but for what the test says of them. */
const crowd = (
  count: number,
  setup: (id: number) => Partial<EvictionCandidate> = () => ({})
): EvictionCandidate[] =>
  Array.from({ length: count }, (_, id) => {
    const since = upTo100()
    return held({
      peer: `p${id}`,
      authorizedAt: since,
      since,
      group: `10.${upTo100()}.0.0/16`,
      rank: upTo100(),
      ping: upTo100(),
      usefulAt: upTo100(),
      road: ROADS[Math.floor(random() * ROADS.length)]!,
      ...setup(id)
    })
  })

const evicted = (peers: readonly EvictionCandidate[]): string | undefined =>
  chooseEviction(shuffled(peers, random), EVICTION_CLASSES)?.peer

const first = (count: number): string[] => Array.from({ length: count }, (_, id) => `p${id}`)

/** None of the first so many is ever evicted, in a crowd of any size. */
function neverEvicts(
  count: number,
  setup: (crowdSize: number) => (id: number) => Partial<EvictionCandidate>
): void {
  for (let size = 0; size < 200; size++) {
    expect(first(count), `in a crowd of ${size}`).not.toContain(evicted(crowd(size, setup(size))))
  }
}

describe('eviction (Bitcoin Core)', () => {
  it('protects the four peers whose net groups the key prefers', () => {
    neverEvicts(4, (size) => (id) => ({ rank: size - id }))
  })

  it('protects the eight peers with the lowest pings', () => {
    neverEvicts(8, () => (id) => ({ ping: id }))
  })

  it('protects the eight peers that were useful last', () => {
    neverEvicts(8, (size) => (id) => ({ usefulAt: size - id }))
  })

  it('protects all of them at once: nobody can win every class', () => {
    // one class after the other takes its own out of those that are left
    neverEvicts(20, (size) => (id) => ({ rank: size - id, ping: id, usefulAt: size - id }))
  })

  it('evicts somebody out of 21 and more, and nobody out of 20 and fewer', () => {
    for (let size = 0; size < 200; size++) {
      expect(evicted(crowd(size)) !== undefined, `out of ${size}`).toBe(size > 20)
    }
  })

  it('evicts the youngest peer of the largest net group', () => {
    const strangers = crowd(20, (id) => ({ rank: 1_000 + id, ping: -1, usefulAt: 1_000, since: 0 }))
    const settled = Array.from({ length: 12 }, (_, i) =>
      held({ peer: `settled${i}`, since: i, group: `g${i}` })
    )
    const attackers = Array.from({ length: 6 }, (_, i) =>
      held({ peer: `attacker${i}`, since: 100 + i, group: 'one' })
    )
    const honest = Array.from({ length: 6 }, (_, i) =>
      held({ peer: `honest${i}`, since: 200 + i, group: `rare${i}` })
    )
    // the honest ones are younger, and safe: the attackers' group is the largest
    expect(evicted([...strangers, ...settled, ...attackers, ...honest])).toBe('attacker5')
  })

  it('of two groups of the same size it evicts from the one with the youngest peer', () => {
    const none = { groups: 0, pings: 0, useful: 0 }
    const peers = [
      ...[1, 2, 3].map((i) => held({ peer: `old${i}`, since: i, group: `g${i}` })),
      ...['a', 'a', 'b', 'b'].map((group, i) =>
        held({ peer: `${group}${i}`, since: 10 + i, group })
      )
    ]
    expect(chooseEviction(peers, none)?.peer).toBe('b3')
    const swapped = peers.map((peer) => (peer.peer === 'a1' ? { ...peer, since: 99 } : peer))
    expect(chooseEviction(swapped, none)?.peer).toBe('a1')
  })

  it('counts peers without a net group as one', () => {
    const none = { groups: 0, pings: 0, useful: 0 }
    const peers = [
      ...[1, 2, 3, 4].map((i) => held({ peer: `old${i}`, since: i, group: `g${i}` })),
      held({ peer: 'grouped', since: 30, group: 'g' }),
      ...[10, 11].map((since) => held({ peer: `local${since}`, since, road: 'local' }))
    ]
    // of seven, three are protected: one local, two of the oldest
    expect(chooseEviction(peers, none)?.peer).toBe('grouped')
    const more = [...peers, ...[12, 13].map((since) => held({ peer: `local${since}`, since }))]
    expect(chooseEviction(more, none)?.peer).toBe('local13')
  })

  it('evicts nobody whom we dialed, trust or asked for, however few are left', () => {
    const peer = fc.record({
      kind: fc.constantFrom('static', 'requested', 'discovered', 'inbound'),
      isKept: fc.boolean(),
      since: fc.integer({ min: 0, max: 50 }),
      rank: fc.integer({ min: 0, max: 5 }),
      group: fc.constantFrom(undefined, 'a', 'b', 'c')
    } as const)
    fc.assert(
      fc.property(fc.array(peer, { maxLength: 40 }), fc.nat(60), (peers, inboundLimit) => {
        const all = peers.map((init, i) => held({ peer: `p${i}`, ...init }))
        const victim = chooseEviction(all, classesFor(inboundLimit))
        expect(victim?.kind ?? 'inbound').toBe('inbound')
        expect(victim?.isKept ?? false).toBe(false)
      }),
      { seed: 3, numRuns: 500 }
    )
  })

  it.each(['relayed', 'other', 'local'] as const)(
    'leaves alone the few who are %s, young as they are',
    (road) => {
      const none = { groups: 0, pings: 0, useful: 0 }
      const plain = Array.from({ length: 6 }, (_, since) => held({ peer: `p${since}`, since }))
      const few = ['f1', 'f2'].map((peer, i) => held({ peer, since: 10 + i, road }))
      expect(chooseEviction([...plain, ...few], none)?.peer).toBe('p5')
    }
  )

  it('has classes in proportion to the inbound share, and each of one peer at least', () => {
    expect(classesFor(114)).toEqual({ groups: 4, pings: 8, useful: 8 })
    expect(classesFor(1_000)).toEqual({ groups: 4, pings: 8, useful: 8 })
    expect(classesFor(34)).toEqual({ groups: 1, pings: 2, useful: 2 })
    expect(classesFor(0)).toEqual({ groups: 1, pings: 1, useful: 1 })
  })

  it('without pings or praise, those that are here the longest stand in', () => {
    const peers = Array.from({ length: 9 }, (_, i) => held({ peer: `p${i}`, since: i, group: 'g' }))
    const survivors = new Set(names(peers))
    for (let round = 0; round < 9; round++) {
      const left = peers.filter(({ peer }) => survivors.has(peer))
      const victim = chooseEviction(left, { groups: 1, pings: 1, useful: 1 })
      if (victim === undefined) break
      survivors.delete(victim.peer)
    }
    expect([...survivors]).toEqual(['p0', 'p1', 'p2'])
  })
})
