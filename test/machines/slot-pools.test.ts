/**
 * The slots beside `maxPeers`: whatever happens in whatever order, no pool is ever exceeded, and nobody
 * who matters is a policy's victim.
 *
 * Mutations of the book that turn this file red, each tried by hand: no limit of trusted peers, of
 * reserved slots, of upgrades; a second slot of a trusted peer beside the others; a victim of two dials;
 * a heir that waits although its victim has left; a trusted peer that may be evicted; a slot that stays
 * reserved when it is given back.
 */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { MAX_TRUSTED, SlotBook } from '../../machines/index.ts'
import type { Slot, SlotLimits, SlotPool, SlotWish } from '../../machines/index.ts'

const limits: fc.Arbitrary<SlotLimits> = fc.record({
  maxPeers: fc.integer({ min: 1, max: 8 }),
  outboundShare: fc.constantFrom(0, 1 / 3, 1),
  reservedSlots: fc.integer({ min: 0, max: 3 }),
  upgradeSlots: fc.integer({ min: 0, max: 3 }),
  reservedOnly: fc.boolean()
})

/** More than may be trusted. */
const NAMES = Array.from({ length: 26 }, (_, i) => `p${i}`)

const peer = fc.constantFrom(...NAMES)
const number = fc.integer({ min: -1, max: 80 })

const command = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({
      take: fc.constantFrom<SlotWish>('static', 'requested', 'discovered', 'inbound'),
      peer
    })
  },
  { weight: 3, arbitrary: fc.record({ release: number }) },
  {
    weight: 2,
    arbitrary: fc.record({
      upgrade: number,
      peer,
      becomes: fc.constantFrom('static' as const, 'requested' as const)
    })
  },
  { weight: 2, arbitrary: fc.record({ trust: peer }) },
  { weight: 1, arbitrary: fc.record({ untrust: peer }) }
)

type Command = typeof command extends fc.Arbitrary<infer T> ? T : never

const of = (slots: readonly Slot[], pool: SlotPool): Slot[] =>
  slots.filter((slot) => slot.pool === pool)

/** Everything that must hold of a book at any moment, derived from the slots that are held. */
function expectLawful(book: SlotBook, given: SlotLimits, trusted: ReadonlySet<string>): void {
  const slots = book.list()
  const [ordinary, beside] = [of(slots, 'ordinary'), of(slots, 'trusted')]
  expect(ordinary.length).toBeLessThanOrEqual(given.maxPeers)
  expect(of(slots, 'reserved').length).toBeLessThanOrEqual(given.reservedSlots ?? 0)
  expect(of(slots, 'upgrade').length).toBeLessThanOrEqual(given.upgradeSlots ?? 0)
  expect(beside.length).toBeLessThanOrEqual(MAX_TRUSTED)
  expect(slots.length).toBeLessThanOrEqual(book.capacity)
  expect(book.capacity).toBeLessThanOrEqual(given.maxPeers + 3 + 3 + MAX_TRUSTED)

  const kinds = ordinary.map(({ kind }) => kind)
  expect(kinds.filter((kind) => kind === 'inbound').length).toBeLessThanOrEqual(book.inboundLimit)
  const discovered = kinds.filter((kind) => kind === 'discovered').length
  expect(discovered).toBeLessThanOrEqual(book.discoveredLimit)

  // only static peers are in reserved slots, and one peer has one slot of its own
  expect(of(slots, 'reserved').every(({ kind }) => kind === 'static')).toBe(true)
  expect(new Set(beside.map((slot) => slot.peer)).size).toBe(beside.length)
  expect(beside.every((slot) => (slot.kind === 'trusted') === trusted.has(slot.peer))).toBe(true)

  // every upgrade has a victim, which is there, and its own
  const victims = of(slots, 'upgrade').map(({ victim }) => victim ?? -1)
  expect(new Set(victims).size).toBe(victims.length)
  for (const victim of victims) expect(book.get(victim)?.pool).toBe('ordinary')
  expect(
    slots.filter(({ pool, victim }) => (pool === 'upgrade') !== (victim !== undefined))
  ).toEqual([])

  for (const { session, pool, kind, peer: holder } of slots) {
    const isSpared = pool !== 'ordinary' || kind === 'static' || kind === 'requested'
    const isVictim = victims.includes(session)
    expect(book.isEvictable(session)).toBe(!isSpared && !isVictim && !trusted.has(holder))
  }
  expect(NAMES.filter((name) => book.isTrusted(name))).toEqual(
    NAMES.filter((name) => trusted.has(name))
  )
  expect(book.free).toBe(given.maxPeers - ordinary.length)
  expect(book.size).toBe(slots.length)
}

/** True if the book answers as it must. */
function run(book: SlotBook, trusted: Set<string>, each: Command): boolean {
  if ('take' in each) {
    const refusal = book.refusal(each.take, each.peer)
    const token = book.take(each.peer, each.take)
    const hasOne = book.list().some((slot) => slot.peer === each.peer)
    // a trusted peer is refused only a second slot
    return (token === undefined) === (refusal !== undefined) && (hasOne || !trusted.has(each.peer))
  }
  if ('release' in each) {
    const wasHeld = book.holds(each.release)
    return book.release(each.release) === wasHeld && !book.release(each.release)
  }
  if ('upgrade' in each) {
    const isPossible = book.refusal('upgrade', each.peer) === undefined
    const isEvictable = book.isEvictable(each.upgrade)
    const token = book.take(each.peer, 'upgrade', { victim: each.upgrade, becomes: each.becomes })
    return trusted.has(each.peer) || (token !== undefined) === (isPossible && isEvictable)
  }
  if ('untrust' in each) return book.untrust(each.untrust) === trusted.delete(each.untrust)
  const isTrusted = book.trust(each.trust)
  if (isTrusted) trusted.add(each.trust)
  return isTrusted || book.trusted === MAX_TRUSTED
}

describe('slots of all pools', () => {
  it('are never more than there are, in any order: recounted after every step', () => {
    fc.assert(
      fc.property(limits, fc.array(command, { maxLength: 80 }), (given, commands) => {
        const book = new SlotBook(given)
        const trusted = new Set<string>()
        for (const each of commands) {
          expect(run(book, trusted, each), JSON.stringify(each)).toBe(true)
          expectLawful(book, given, trusted)
        }
      }),
      { numRuns: 300 }
    )
  })

  it('come back: when all are released, none is held and none is missing', () => {
    fc.assert(
      fc.property(limits, fc.array(command, { maxLength: 60 }), (given, commands) => {
        const book = new SlotBook(given)
        const trusted = new Set<string>()
        for (const each of commands) run(book, trusted, each)
        for (const slot of book.list()) book.release(slot.session)
        expect([book.size, book.free, book.list()]).toEqual([0, given.maxPeers, []])
      })
    )
  })
})

describe('reserved slots', () => {
  it('are taken by static peers first; those that find none left take ordinary ones', () => {
    const book = new SlotBook({ maxPeers: 2, outboundShare: 0, reservedSlots: 1 })
    for (const name of ['s1', 's2', 's3']) book.take(name, 'static')
    expect(book.list().map(({ pool }) => pool)).toEqual(['reserved', 'ordinary', 'ordinary'])
    expect(book.refusal('static')).toBe('too-many-peers')
  })

  it('are for no other peer, and leave the ordinary ones to the others', () => {
    const book = new SlotBook({ maxPeers: 1, outboundShare: 0, reservedSlots: 1 })
    expect(book.take('r1', 'requested')).toBe(1)
    expect(book.refusal('requested')).toBe('too-many-peers')
    expect(book.refusal('inbound')).toBe('too-many-peers')
    expect(book.refusal('static')).toBeUndefined()
  })
})

const exclusive = (): SlotBook =>
  new SlotBook({ maxPeers: 4, outboundShare: 1 / 3, upgradeSlots: 1, reservedOnly: true })

describe('reservedOnly', () => {
  it.each<[SlotWish, string | undefined]>([
    ['static', undefined],
    ['requested', 'not-allowed'],
    ['discovered', 'not-allowed'],
    ['inbound', 'not-allowed'],
    ['upgrade', 'not-allowed']
  ])('%s: %s', (wish, word) => {
    expect(exclusive().refusal(wish, 'p')).toBe(word)
    const trusting = exclusive()
    trusting.trust('p')
    expect(trusting.refusal(wish, 'p')).toBeUndefined()
  })

  it('has the word of every full house for static peers', () => {
    const book = new SlotBook({ maxPeers: 1, outboundShare: 0, reservedOnly: true })
    book.take('s', 'static')
    expect(book.refusal('static')).toBe('too-many-peers')
  })
})

describe('trusted peers', () => {
  it('have a slot each, however full it is, and are never evicted', () => {
    const book = new SlotBook({ maxPeers: 1, outboundShare: 0 })
    book.trust('t')
    book.take('i', 'inbound')
    const token = book.take('t', 'inbound') ?? -1
    expect(book.get(token)).toEqual({ session: token, peer: 't', kind: 'trusted', pool: 'trusted' })
    expect([book.free, book.isEvictable(token)]).toEqual([0, false])
  })

  it('have one slot each: a second session of one takes an ordinary slot, and is spared there, too', () => {
    const book = new SlotBook({ maxPeers: 1, outboundShare: 0 })
    book.trust('t')
    book.take('t', 'requested')
    const second = book.take('t', 'inbound') ?? -1
    expect(book.get(second)).toMatchObject({ kind: 'inbound', pool: 'ordinary' })
    expect(book.isEvictable(second)).toBe(false)
    expect(book.take('t', 'inbound')).toBeUndefined()
  })

  it('leave their ordinary slot to others when they become trusted, and take one again if there is one', () => {
    const book = new SlotBook({ maxPeers: 1, outboundShare: 0 })
    const token = book.take('t', 'inbound') ?? -1
    book.trust('t')
    expect([book.free, book.get(token)?.pool]).toEqual([1, 'trusted'])
    expect([book.trusted, book.capacity]).toEqual([1, 2])
    expect([book.untrust('t'), book.untrust('t')]).toEqual([true, false])
    expect(book.get(token)).toEqual({
      session: token,
      peer: 't',
      kind: 'inbound',
      pool: 'ordinary'
    })
  })

  it('keep their slot when they are trusted no more and there is no room, and count until they leave', () => {
    const book = new SlotBook({ maxPeers: 1, outboundShare: 0 })
    book.trust('t')
    const token = book.take('t', 'inbound') ?? -1
    book.take('i', 'inbound')
    book.untrust('t')
    expect([book.get(token)?.pool, book.get(token)?.kind]).toEqual(['trusted', 'inbound'])
    expect([book.trusted, book.capacity]).toEqual([1, 2])
    for (let i = 1; i < MAX_TRUSTED; i++) expect(book.trust(`t${i}`)).toBe(true)
    expect(book.trust('one too many')).toBe(false)
    // whose slot it is takes no room of anybody else's
    expect(book.trust('t')).toBe(true)
    book.untrust('t')
    book.release(token)
    expect(book.trust('one too many')).toBe(true)
  })

  it('keep their slots when another one is trusted no more', () => {
    const book = new SlotBook({ maxPeers: 2, outboundShare: 0 })
    const tokens = ['t1', 't2'].map((name) => {
      book.trust(name)
      return book.take(name, 'requested') ?? -1
    })
    expect(tokens.map((token) => book.get(token)?.pool)).toEqual(['trusted', 'trusted'])
    expect(book.untrust('t2')).toBe(true)
    expect(tokens.map((token) => book.get(token)?.pool)).toEqual(['trusted', 'ordinary'])
    expect(book.untrust('nobody')).toBe(false)
  })

  it('are what they were asked for when they are trusted no more, even without a victim', () => {
    const book = new SlotBook({ maxPeers: 1, outboundShare: 0 })
    book.trust('t')
    const token = book.take('t', 'upgrade') ?? -1
    expect(book.get(token)).toMatchObject({ kind: 'trusted', pool: 'trusted' })
    book.untrust('t')
    expect(book.get(token)).toMatchObject({ kind: 'requested', pool: 'ordinary' })
  })

  it(`are ${MAX_TRUSTED} at most`, () => {
    const book = new SlotBook({ maxPeers: 1, outboundShare: 0 })
    for (let i = 0; i < MAX_TRUSTED; i++) expect(book.trust(`t${i}`)).toBe(true)
    expect([book.trust('t0'), book.trust('another')]).toEqual([true, false])
  })
})

/** Two inbound peers hold all slots. */
const full = (upgradeSlots = 2): { book: SlotBook; guests: number[] } => {
  const book = new SlotBook({ maxPeers: 2, outboundShare: 0, upgradeSlots })
  return { book, guests: ['i1', 'i2'].map((name) => book.take(name, 'inbound') ?? -1) }
}

describe('upgrades', () => {
  it('wait beside the others for their victim, whose place is theirs in the same step', () => {
    const { book, guests } = full()
    const [victim = -1] = guests
    const token = book.take('r', 'upgrade', { victim }) ?? -1
    expect(book.get(token)).toMatchObject({ kind: 'upgrade', pool: 'upgrade', victim })
    book.release(victim)
    expect(book.get(token)).toEqual({
      session: token,
      peer: 'r',
      kind: 'requested',
      pool: 'ordinary'
    })
    expect([book.free, book.refusal('inbound')]).toEqual([0, 'too-many-peers'])
  })

  it('become what they were dialed as', () => {
    const { book, guests } = full()
    const tokens = guests.map((victim, at) =>
      book.take(`r${at}`, 'upgrade', { victim, becomes: at === 0 ? 'static' : 'requested' })
    )
    for (const guest of guests) book.release(guest)
    expect(tokens.map((token) => book.get(token ?? -1)?.kind)).toEqual(['static', 'requested'])
  })

  it('spare their victims as soon as a slot is free, who waited the longest first', () => {
    const book = new SlotBook({ maxPeers: 3, outboundShare: 0, upgradeSlots: 2 })
    const [first = -1, second = -1, third = -1] = ['i1', 'i2', 'i3'].map((name) =>
      book.take(name, 'inbound')
    )
    expect(book.spareVictim()).toBe(false)
    const upgrade = book.take('r1', 'upgrade', { victim: first }) ?? -1
    const later = book.take('r2', 'upgrade', { victim: second, becomes: 'static' }) ?? -1
    expect(book.spareVictim()).toBe(false)
    book.release(third)
    expect(book.spareVictim()).toBe(true)
    expect(book.get(upgrade)).toEqual({
      session: upgrade,
      peer: 'r1',
      kind: 'requested',
      pool: 'ordinary'
    })
    expect([book.isEvictable(first), book.isEvictable(second)]).toEqual([true, false])
    expect([book.spareVictim(), book.get(later)?.pool, book.free]).toEqual([false, 'upgrade', 0])
  })

  it('have a victim each (Tendermint #5936), and spare it when they fail', () => {
    const { book, guests } = full()
    const [victim = -1] = guests
    const token = book.take('r1', 'upgrade', { victim }) ?? -1
    expect(book.take('r2', 'upgrade', { victim })).toBeUndefined()
    book.release(token)
    expect(book.isEvictable(victim)).toBe(true)
    expect(book.take('r2', 'upgrade', { victim, becomes: 'static' })).toBeDefined()
  })

  it('are no more than there are slots for, and there is none without a victim', () => {
    const { book, guests } = full(1)
    const [victim = -1, other = -1] = guests
    expect(book.take('r0', 'upgrade')).toBeUndefined()
    book.take('r1', 'upgrade', { victim })
    expect(book.refusal('upgrade')).toBe('too-many-peers')
    expect(book.take('r2', 'upgrade', { victim: other })).toBeUndefined()
  })

  it('are none any more when the peer becomes trusted: its victim is spared', () => {
    const { book, guests } = full()
    const [victim = -1] = guests
    const token = book.take('r', 'upgrade', { victim }) ?? -1
    book.trust('r')
    expect([book.get(token)?.pool, book.isEvictable(victim)]).toEqual(['trusted', true])
  })

  it('get the place of a victim that becomes trusted', () => {
    const { book, guests } = full()
    const [victim = -1] = guests
    const token = book.take('r', 'upgrade', { victim }) ?? -1
    book.trust('i1')
    expect([book.get(victim)?.pool, book.get(token)?.pool]).toEqual(['trusted', 'ordinary'])
  })
})
