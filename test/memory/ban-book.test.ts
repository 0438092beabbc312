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
