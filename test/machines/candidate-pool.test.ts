/** The pool that candidates are drawn from, against a plain Set. */
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { CandidatePool } from '../../machines/index.ts'

const NAMES = ['a', 'b', 'c', 'd', 'e', 'f']
const peer = fc.constantFrom(...NAMES)
const command = fc.record({ isAdded: fc.boolean(), peer })

/** Every member, drawn by luck that is spread evenly: each must come up exactly once. */
function drawAll(pool: CandidatePool): string[] {
  return Array.from({ length: pool.size }, (_, i) => pool.draw((i + 0.5) / pool.size) ?? 'nobody')
}

test('is a set from which every member is drawn equally often', () => {
  fc.assert(
    fc.property(fc.array(command, { maxLength: 40 }), (commands) => {
      const pool = new CandidatePool()
      const model = new Set<string>()
      for (const { isAdded, peer: name } of commands) {
        const wasThere = model.has(name)
        const isRight = isAdded ? pool.add(name) === undefined : pool.delete(name) === wasThere
        if (isAdded) model.add(name)
        else model.delete(name)
        expect(isRight).toBe(true)
        expect(pool.size).toBe(model.size)
        expect(new Set(drawAll(pool))).toEqual(model)
        expect(NAMES.filter((each) => pool.has(each)).length).toBe(model.size)
      }
    }),
    { numRuns: 200 }
  )
})

test('any luck in [0, 1) draws a member, and an empty pool gives nobody', () => {
  fc.assert(
    fc.property(
      fc.uniqueArray(peer),
      fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
      (members, luck) => {
        const pool = new CandidatePool()
        for (const member of members) pool.add(member)
        const drawn = pool.draw(luck)
        expect(members.length === 0 ? drawn === undefined : members.includes(drawn ?? '')).toBe(
          true
        )
      }
    )
  )
})

test('no unreachable candidate at the head starves the others', () => {
  const pool = new CandidatePool()
  for (const member of ['dead', 'b', 'c', 'd']) pool.add(member)
  const drawn = new Set([0, 0.25, 0.5, 0.75].map((luck) => pool.draw(luck)))
  expect(drawn.size).toBe(4)
})
