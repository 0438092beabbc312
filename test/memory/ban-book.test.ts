import { expect, test } from 'vitest'
import { BanBook } from '../../src/memory/ban-book.ts'
import { newId } from './house.ts'
import type { BanRecord } from '../../src/memory/record.ts'

const peer = await newId()
const key = peer.toString()

test('what is said here later than there is written again', () => {
  const held: BanRecord = { at: 5, until: 1_000 }
  const book = new BanBook(10, { banOf: () => held, restoreBan: () => {} })
  const records: [typeof peer, BanRecord][] = [[peer, { at: 4, until: 2_000 }]]
  expect(book.compare({ records, isWhole: true, skipped: new Map(), fault: undefined }, 0)).toEqual(
    []
  )
  expect(book.take()).toEqual([[key, held]])
})

test('what is taken over from others is not said anew', () => {
  let held: BanRecord | undefined
  const book: BanBook = new BanBook(10, {
    banOf: () => held,
    restoreBan: (_, record) => {
      held = record
      book.changed(key)
    }
  })
  const record: BanRecord = { at: 5, until: 1_000 }
  book.compare(
    { records: [[peer, record]], isWhole: true, skipped: new Map(), fault: undefined },
    0
  )
  expect(held).toEqual(record)
  expect(book.hasChanges).toBe(false)
})

test('of very many changes between two batches each costs a few looks at the table, and no more are kept than it may hold', () => {
  const [limit, changes] = [100, 10_000]
  const held = new Map<string, BanRecord>()
  let looks = 0
  const book = new BanBook(limit, {
    banOf: (id) => {
      looks++
      return held.get(id)
    },
    restoreBan: () => {}
  })
  for (let i = 0; i < changes; i++) {
    held.set(`p${i}`, { at: i, until: 'lifted' })
    // both tables are full
    held.delete(`p${i - 2 * limit}`)
    book.changed(`p${i}`)
  }
  expect(looks).toBeLessThan(4 * changes)
  looks = 0
  const kept = book.take()
  // each that was kept is looked at
  expect(looks).toBeLessThanOrEqual(4 * limit)
  expect(kept).toHaveLength(2 * limit)
  expect(kept.at(-1)).toEqual([`p${changes - 1}`, { at: changes - 1, until: 'lifted' }])
})
