/**
 * Which addresses of a peer are new since it was looked up last: of a thousand peers, and of sixty-four
 * addresses each. Whoever publishes more has no say in when it is dialed again.
 *
 * Mutations that turn this file red, each tried by hand (address-book.ts): `knew` without its look at how
 * many there are; `lookedUp` that makes a record for the peer; no bound on the peers.
 */
import { expect, it } from 'vitest'
import { AddressBook, MAX_KNOWN } from '../../src/scheduler/address-book.ts'
import { ManualClock } from '../../src/testing/manual-clock.ts'

const host = (index: number): string => `/ip4/52.1.${index >> 8}.${index & 255}/tcp/1`
const hosts = (count: number): string[] => Array.from({ length: count }, (_, i) => host(i))

it('an address is new that was not there when the peer was looked up', () => {
  const book = new AddressBook(new ManualClock(), 8)
  expect([book.wasLookedUp('ann'), book.knew('ann', host(0))]).toEqual([false, false])
  book.lookedUp('ann', hosts(MAX_KNOWN))
  expect(hosts(MAX_KNOWN).every((address) => book.knew('ann', address))).toBe(true)
  expect(book.knew('ann', host(MAX_KNOWN))).toBe(false)
  book.lookedUp('bob', [])
  expect([book.wasLookedUp('bob'), book.knew('bob', host(0))]).toEqual([true, false])
})

it('of a peer with more addresses than are kept, none is taken for new', () => {
  const book = new AddressBook(new ManualClock(), 8)
  book.lookedUp('sprawling', hosts(MAX_KNOWN + 1))
  expect(book.knew('sprawling', host(20_000))).toBe(true)
})

it('a flood of peers that are looked up costs nobody what is known of its dials', () => {
  const book = new AddressBook(new ManualClock(), 8)
  book.failed('ann', host(0))
  for (let i = 0; i < 1_000; i++) book.lookedUp(`peer ${i}`, [])
  expect(book.standing('ann', host(0))?.failures).toBe(1)
  expect([book.wasLookedUp('peer 0'), book.size]).toEqual([true, 1])
  book.lookedUp('one more', [])
  expect(book.wasLookedUp('peer 0')).toBe(false)
})
