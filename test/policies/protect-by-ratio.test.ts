/**
 * Bitcoin Core's `peer_protection_test` (src/test/net_peer_eviction_tests.cpp) as a table. Its four
 * disadvantaged networks stand for any; the roads of this library are given in place of them.
 *
 * Mutations that turn this file red, each tried by hand: the youngest half protected, no share for
 * disadvantaged roads, roads in the order of their names instead of their numbers, unused places lost.
 */
import { describe, expect, it } from 'vitest'
import { protectByRatio } from '../../machines/policies/protect-by-ratio.ts'
import { seeded, shuffled } from './seeded.ts'

const NETWORKS = ['cjdns', 'i2p', 'local', 'onion']

interface Case {
  name: string
  peers: number
  /** The road of a peer by its number; plain without one. */
  road?: Record<string, number[]>
  /** When the peer came, by its number; any time without one. */
  since?: (id: number) => number
  protected: number[]
  left?: number[]
}

const byNumber = (id: number): number => id

const from = (first: number, last: number): number[] =>
  Array.from({ length: last - first + 1 }, (_, i) => first + i)

/** All others of `peers` are left. */
const cases: Case[] = [
  {
    name: 'the half that has been here the longest',
    peers: 12,
    since: byNumber,
    protected: from(0, 5)
  },
  {
    name: 'the same in the opposite direction',
    peers: 12,
    since: (id) => 12 - id,
    protected: from(6, 11)
  },
  ...['onion', 'local', 'i2p', 'cjdns'].map((network): Case => ({
    name: `a quarter of ${network} peers, however long they have been here`,
    peers: 12,
    road: { [network]: [3, 8, 9] },
    protected: [3, 8, 9],
    left: []
  })),
  {
    name: 'a quarter onion, a quarter others, the longest of each',
    peers: 12,
    since: byNumber,
    road: { onion: [3, 8, 9, 10, 11] },
    protected: [0, 1, 2, 3, 8, 9]
  },
  {
    name: 'a quarter local, a quarter others',
    peers: 12,
    since: byNumber,
    road: { local: [7, 8, 9, 10, 11] },
    protected: [0, 1, 2, 7, 8, 9]
  },
  ...['i2p', 'cjdns'].map((network): Case => ({
    name: `a quarter ${network}, a quarter others`,
    peers: 12,
    since: byNumber,
    road: { [network]: [4, 9, 10, 11] },
    protected: [0, 1, 2, 4, 9, 10]
  })),
  {
    name: 'of 4: 1 local, 0 onion, 1 other: the road that is named first wins the tie',
    peers: 5,
    since: byNumber,
    road: { local: [4], onion: [3] },
    protected: [0, 4],
    left: [1, 2]
  },
  {
    name: 'of 7: 1 local, 0 onion, 2 others',
    peers: 7,
    since: byNumber,
    road: { local: [6], onion: [5] },
    protected: [0, 1, 6]
  },
  {
    name: 'of 8: 1 local, 1 onion, 2 others',
    peers: 8,
    since: byNumber,
    road: { local: [6], onion: [5] },
    protected: [0, 1, 5, 6]
  },
  {
    name: '3 local and 3 onion of 12: 2 local, 1 onion, 3 others',
    peers: 12,
    since: byNumber,
    road: { local: [6, 9, 11], onion: [7, 8, 10] },
    protected: [0, 1, 2, 6, 7, 9]
  },
  {
    name: '4 local and 1 onion of 12: 2 local, 1 onion, 3 others',
    peers: 12,
    since: byNumber,
    road: { local: from(5, 8), onion: [10] },
    protected: [0, 1, 2, 5, 6, 10]
  },
  {
    name: '4 local and 2 onion of 16: 2 of each, 4 others',
    peers: 16,
    since: byNumber,
    road: { local: [6, 9, 11, 12], onion: [8, 10] },
    protected: [0, 1, 2, 3, 6, 8, 9, 10]
  },
  {
    name: '5 local and 1 onion of 16: 3 local, which take the place onion does not use',
    peers: 16,
    since: byNumber,
    road: { local: from(11, 15), onion: [10] },
    protected: [0, 1, 2, 3, 10, 11, 12, 13]
  },
  {
    name: '1 local and 4 onion of 16: 3 onion, which take the place local does not use',
    peers: 16,
    since: byNumber,
    road: { local: [15], onion: from(7, 10) },
    protected: [0, 1, 2, 3, 7, 8, 9, 15]
  },
  {
    name: '2 onion and 4 i2p of 12: both onion, for there are fewer, and 1 i2p',
    peers: 12,
    since: byNumber,
    road: { onion: [8, 10], i2p: [6, 9, 11] },
    protected: [0, 1, 2, 6, 8, 10]
  },
  {
    name: '1 i2p, 1 local, 1 onion of 4: 1 i2p, which is named first',
    peers: 4,
    since: byNumber,
    road: { local: [2], i2p: [3], onion: [1] },
    protected: [0, 3]
  },
  {
    name: '1 i2p, 1 local, 1 onion of 7: 1 i2p, 2 others',
    peers: 7,
    since: byNumber,
    road: { local: [4], i2p: [6], onion: [5] },
    protected: [0, 1, 6]
  },
  {
    name: '1 i2p, 1 local, 1 onion of 8: 1 i2p, 1 local, 2 others',
    peers: 8,
    since: byNumber,
    road: { local: [6], i2p: [5], onion: [4] },
    protected: [0, 1, 5, 6]
  },
  {
    name: '4 local, 2 i2p, 2 onion of 16: 1 local, 2 i2p, 1 onion, 4 others',
    peers: 16,
    since: byNumber,
    road: { local: [6, 12, 13, 14, 15], i2p: [7, 11], onion: [9, 10] },
    protected: [0, 1, 2, 3, 6, 7, 9, 11]
  },
  {
    name: '1 local, 8 i2p, 1 onion of 24: 1, 4 and 1, 6 others',
    peers: 24,
    since: byNumber,
    road: { local: [12], i2p: from(15, 22), onion: [23] },
    protected: [...from(0, 5), 12, 15, 16, 17, 18, 23]
  },
  {
    name: '1 local, 3 i2p, 6 onion of 24: 1, 3 and 2, 6 others',
    peers: 24,
    since: byNumber,
    road: { local: [15], i2p: [12, 14, 17], onion: from(18, 23) },
    protected: [...from(0, 5), 12, 14, 15, 17, 18, 19]
  },
  {
    name: '1 local, 7 i2p, 4 onion of 24: 1, 2 and 3, 6 others',
    peers: 24,
    since: byNumber,
    road: { local: [13], i2p: from(17, 23), onion: [12, 14, 15, 16] },
    protected: [...from(0, 5), 12, 13, 14, 15, 17, 18]
  },
  {
    name: '8 local, 4 cjdns, 3 onion of 24: 2 of each, 6 others',
    peers: 24,
    since: byNumber,
    road: { local: from(16, 23), cjdns: from(11, 14), onion: from(7, 9) },
    protected: [...from(0, 5), 7, 8, 11, 12, 16, 17]
  },
  {
    name: '1 of each of four of 5: 1 cjdns, which is named first, 1 other',
    peers: 5,
    since: byNumber,
    road: { local: [3], cjdns: [4], i2p: [1], onion: [2] },
    protected: [0, 4]
  },
  {
    name: '1 of each of four of 7: 1 cjdns, 2 others',
    peers: 7,
    since: byNumber,
    road: { local: [4], cjdns: [6], i2p: [5], onion: [3] },
    protected: [0, 1, 6]
  },
  {
    name: '1 cjdns, 1 i2p, 1 local of 8: 1 cjdns, 1 i2p, 2 others',
    peers: 8,
    since: byNumber,
    road: { local: [3], i2p: [5], cjdns: [6] },
    protected: [0, 1, 5, 6]
  },
  {
    name: '2 cjdns, 2 i2p, 4 local, 2 onion of 16: 1 of each, 4 others',
    peers: 16,
    since: byNumber,
    road: { cjdns: [11, 15], i2p: [10, 14], onion: [8, 9], local: [6, 7, 12, 13] },
    protected: [0, 1, 2, 3, 6, 8, 10, 11]
  },
  {
    name: '6 cjdns, 1 i2p, 1 local, 4 onion of 24: 2, 1, 1 and 2, 6 others',
    peers: 24,
    since: byNumber,
    road: { local: [13], cjdns: from(18, 23), i2p: [17], onion: [12, 14, 15, 16] },
    protected: [...from(0, 5), 12, 13, 14, 17, 18, 19]
  }
]

describe('protection by ratio (Bitcoin Core)', () => {
  it.each(cases)('$name', ({ peers, road, since, protected: kept, left }) => {
    const random = seeded(1)
    for (let run = 0; run < 20; run++) {
      const all = Array.from({ length: peers }, (_, id) => ({
        id,
        since: since?.(id) ?? Math.floor(random() * 100),
        road: Object.entries(road ?? {}).find(([, ids]) => ids.includes(id))?.[0] ?? 'plain'
      }))
      const ids = protectByRatio(shuffled(all, random), NETWORKS).map(({ id }) => id)
      expect(ids).toHaveLength(peers - Math.floor(peers / 2))
      for (const id of kept) expect(ids).not.toContain(id)
      const others = from(0, peers - 1).filter((id) => !kept.includes(id))
      for (const id of left ?? others) expect(ids).toContain(id)
    }
  })

  it('lists the rest with the youngest first', () => {
    const all = [3, 0, 2, 1].map((since) => ({ since, road: 'plain' }))
    expect(protectByRatio(all, NETWORKS).map(({ since }) => since)).toEqual([3, 2])
  })

  it('protects nobody where there is nobody, or one', () => {
    expect(protectByRatio([], NETWORKS)).toEqual([])
    expect(protectByRatio([{ since: 1, road: 'onion' }], NETWORKS)).toHaveLength(1)
  })
})
