import { expect, test } from 'vitest'
import { ExpiringTable } from '../../src/peers/expiring-table.ts'
import { ManualClock } from '../../src/testing/manual-clock.ts'

test('what is over when it is said is not kept, and ends what was there', () => {
  const clock = new ManualClock()
  clock.advance(10)
  const gone: string[] = []
  const table = new ExpiringTable<number>({ limit: 2, clock, onGone: (key) => void gone.push(key) })
  table.set('a', 1, 20)
  table.set('a', 2, 10)
  table.set('b', 3, 9)
  expect([table.get('a'), table.get('b'), table.size]).toEqual([undefined, undefined, 0])
  expect(gone).toEqual([])
})
