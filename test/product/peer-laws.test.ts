/**
 * Every law of one node among its peers can be seen broken: a check that nobody has seen fail may be unable
 * to.
 */
import { describe, expect, it } from 'vitest'
import { PEER_LAWS } from '../../src/testing/product/broken-law.ts'
import { Bench } from './peer-bench.ts'
import { PEER_BREACHES } from './peer-breaches.ts'

describe('a node among its peers', () => {
  it.each(PEER_BREACHES)('breaks the law $law: $what', ({ law, what, ...row }) => {
    const bench = new Bench(row.limits).take(...row.after)
    row.bend(bench)
    const found = row.next === undefined ? bench.breaches() : bench.breachesOf(row.next)
    expect(found).toContainEqual(expect.objectContaining({ law, detail: what }))
  })

  it.each(PEER_BREACHES)('breaks none with nothing bent: $what', ({ after, next, limits }) => {
    const bench = new Bench(limits).take(...after)
    expect(bench.breaches()).toEqual([])
    const afterwards = next === undefined ? [] : bench.breachesOf(next)
    expect(afterwards).toEqual([])
  })

  it('is seen to break every law that there is', () => {
    const broken = new Set(PEER_BREACHES.map(({ law }) => law))
    expect([...broken].toSorted()).toEqual(PEER_LAWS.toSorted())
  })
})
