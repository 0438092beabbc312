import fc from 'fast-check'
import { expect, it } from 'vitest'
import { Heap } from '../../src/heap.ts'

interface Item {
  readonly rank: number
  place: number
}

it('a heap gives its items in order, whatever was added and taken out from wherever', () => {
  const step = fc.oneof(
    { weight: 3, arbitrary: fc.record({ add: fc.nat(50) }) },
    { weight: 2, arbitrary: fc.record({ remove: fc.nat(60) }) },
    { weight: 1, arbitrary: fc.constant('take' as const) }
  )
  fc.assert(
    fc.property(fc.array(step, { maxLength: 200, size: 'max' }), (steps) => {
      const heap = new Heap<Item>((a, b) => a.rank < b.rank)
      const all: Item[] = []
      const held = new Set<Item>()
      const take = (item: Item): void => {
        expect(heap.remove(item)).toBe(held.delete(item))
        expect(heap.remove(item)).toBe(false)
      }
      for (const each of steps) {
        if (each === 'take') {
          if (heap.first !== undefined) take(heap.first)
        } else if ('add' in each) {
          const item = { rank: each.add, place: -1 }
          all.push(item)
          held.add(item)
          heap.add(item)
        } else {
          const item = all[each.remove]
          if (item !== undefined) take(item)
        }
        expect(heap.size).toBe(held.size)
        const least = Math.min(...[...held].map(({ rank }) => rank))
        expect(heap.first?.rank ?? Infinity).toBe(least)
      }
      const ranks: number[] = []
      for (let { first } = heap; first !== undefined; first = heap.first) {
        ranks.push(first.rank)
        take(first)
      }
      expect(ranks).toEqual(ranks.toSorted((a, b) => a - b))
      expect(held.size).toBe(0)
    })
  )
})
