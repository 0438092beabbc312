/**
 * Capacity law: whatever happens in whatever order, no share of the slots is ever exceeded.
 *
 * Mutations of the book that turn this file red, each tried by hand: the inbound share unchecked,
 * one slot too many, session numbers used again, a release that forgets the kind, no least slot for
 * candidates.
 */
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { SlotBook } from '../../machines/index.ts'
import type { SlotWish } from '../../machines/index.ts'

const KINDS: readonly SlotWish[] = ['static', 'requested', 'discovered', 'inbound']

const book = (maxPeers: number, outboundShare: number): SlotBook =>
  new SlotBook({ maxPeers, outboundShare })

/** Takes slots of a kind until there is none left for it. */
function fill(slots: SlotBook, kind: SlotWish): number {
  let taken = 0
  while (slots.take(`${kind}-${taken}`, kind) !== undefined) taken++
  return taken
}

const limits = fc.record({
  maxPeers: fc.integer({ min: 1, max: 12 }),
  outboundShare: fc.oneof(fc.constantFrom(0, 1 / 3, 1), fc.double({ min: 0, max: 1, noNaN: true }))
})

const command = fc.oneof(
  fc.record({ take: fc.constantFrom(...KINDS), peer: fc.constantFrom('a', 'b', 'c') }),
  // of a session that holds a slot, has given it back, or never was
  fc.record({ release: fc.integer({ min: -1, max: 60 }) })
)

type Command = typeof command extends fc.Arbitrary<infer T> ? T : never

/** What a book must say of itself: derived anew from the slots that are held. */
class Model {
  readonly held = new Map<number, SlotWish>()
  readonly seen: number[] = []
  readonly #slots: SlotBook

  constructor(slots: SlotBook) {
    this.#slots = slots
  }

  count(kind: SlotWish): number {
    return [...this.held.values()].filter((each) => each === kind).length
  }

  /** True if the book answers as it must. */
  run(each: Command): boolean {
    if ('release' in each) {
      const wasHeld = this.held.delete(each.release)
      return this.#slots.release(each.release) === wasHeld && !this.#slots.release(each.release)
    }
    const refusal = this.#slots.refusal(each.take)
    const session = this.#slots.take(each.peer, each.take)
    if (session === undefined) return refusal !== undefined
    const isNew = !this.seen.includes(session)
    this.seen.push(session)
    this.held.set(session, each.take)
    return isNew && refusal === undefined
  }
}

test('random takes and releases: recounted after every step', () => {
  fc.assert(
    fc.property(limits, fc.array(command, { maxLength: 60 }), (given, commands) => {
      const slots = new SlotBook(given)
      const model = new Model(slots)
      for (const each of commands) {
        expect(model.run(each), JSON.stringify(each)).toBe(true)
        expect({
          size: slots.size,
          free: slots.free,
          list: slots.list().map(({ session, kind }) => [session, kind]),
          counts: KINDS.map((kind) => slots.count(kind)),
          holding: model.seen.filter((session) => slots.holds(session)),
          isWithin:
            slots.size <= given.maxPeers &&
            model.count('inbound') <= slots.inboundLimit &&
            model.count('discovered') <= slots.discoveredLimit
        }).toEqual({
          size: model.held.size,
          free: given.maxPeers - model.held.size,
          list: [...model.held],
          counts: KINDS.map((kind) => model.count(kind)),
          holding: [...model.held.keys()],
          isWithin: true
        })
      }
    }),
    { numRuns: 200 }
  )
})

test('a refusal has a cause: nothing is refused while there is room in all and in the share', () => {
  fc.assert(
    fc.property(limits, fc.array(fc.constantFrom(...KINDS), { maxLength: 20 }), (given, kinds) => {
      const slots = new SlotBook(given)
      for (const kind of kinds) slots.take('p', kind)
      const isFull = slots.size === given.maxPeers
      expect(slots.refusal('static')).toBe(isFull ? 'too-many-peers' : undefined)
      expect(slots.refusal('requested')).toBe(isFull ? 'too-many-peers' : undefined)
      const isInboundFull = isFull || slots.count('inbound') === slots.inboundLimit
      expect(slots.refusal('inbound')).toBe(isInboundFull ? 'too-many-peers' : undefined)
      const isShareFull = slots.count('discovered') === slots.discoveredLimit
      const word = isShareFull ? 'share-full' : undefined
      expect(slots.refusal('discovered')).toBe(isFull ? 'too-many-peers' : word)
    })
  )
})

test('discovered candidates get their share, at least one slot if any, and inbound peers the rest', () => {
  fc.assert(
    fc.property(limits, ({ maxPeers, outboundShare }) => {
      const { discoveredLimit, inboundLimit } = book(maxPeers, outboundShare)
      expect(discoveredLimit + inboundLimit).toBe(maxPeers)
      const exact = maxPeers * outboundShare
      const least = outboundShare > 0 ? 1 : 0
      expect(discoveredLimit).toBeGreaterThanOrEqual(least)
      expect(discoveredLimit).toBeLessThanOrEqual(Math.max(least, exact + 1e-9))
      expect(discoveredLimit).toBeGreaterThan(exact - 1)
    })
  )
})

test.each([
  // maxPeers, outboundShare, discovered, inbound
  [50, 1 / 3, 16, 34],
  [1, 1 / 3, 1, 0],
  [2, 1 / 3, 1, 1],
  [1, 0, 0, 1],
  [1, 1, 1, 0],
  [10, 0, 0, 10],
  [10, 1, 10, 0],
  // what a float makes of 29 slots is a hair less
  [100, 0.29, 29, 71],
  [100, 0.57, 57, 43]
])('%i slots, a share of %d: %i for discovered candidates, %i for inbound peers', (...row) => {
  const [maxPeers, outboundShare, discovered, inbound] = row
  expect(fill(book(maxPeers, outboundShare), 'discovered')).toBe(discovered)
  expect(fill(book(maxPeers, outboundShare), 'inbound')).toBe(inbound)
  expect(fill(book(maxPeers, outboundShare), 'requested')).toBe(maxPeers)
  expect(fill(book(maxPeers, outboundShare), 'static')).toBe(maxPeers)
})

test('the churn of inbound peers frees no slot of our own dials', () => {
  const slots = book(6, 1 / 3)
  fill(slots, 'discovered')
  for (let i = 0; i < 100; i++) {
    const session = slots.take('guest', 'inbound')
    expect(session).toBeDefined()
    slots.release(session ?? -1)
    slots.release(session ?? -1)
    expect(slots.refusal('discovered')).toBe('share-full')
  }
})

test('a slot that was given back late is not the slot of the next session', () => {
  const slots = book(1, 1)
  const first = slots.take('a', 'requested') ?? -1
  slots.release(first)
  const second = slots.take('a', 'requested') ?? -1
  expect(slots.release(first)).toBe(false)
  expect(slots.holds(second)).toBe(true)
})
