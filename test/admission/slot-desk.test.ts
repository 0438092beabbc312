/**
 * Who makes room for whom, without a network.
 *
 * Mutations that turn this file red: every one of `src/scheduler/slot-desk.ts` that `npm run mutate -- slots`
 * can think of, but for those on its list.
 */
import { describe, expect, it } from 'vitest'
import { SlotDesk } from '../../src/scheduler/slot-desk.ts'
import { held } from '../policies/held.ts'
import type { HeldPeer, SlotLimits } from '../../machines/index.ts'

/** A desk whose ports write down that they are asked; nobody is evicted unless a test says whom. */
function newDesk(limits: Partial<SlotLimits> = {}) {
  const calls: string[] = []
  const people: HeldPeer[] = []
  const ports = {
    held: () => people,
    evict: (): boolean => {
      calls.push('evict')
      return false
    },
    onFilled: () => void calls.push('filled'),
    onFreed: () => void calls.push('freed')
  }
  const desk = new SlotDesk({ maxPeers: 2, outboundShare: 0, ...limits }, ports)
  /** What the ports have heard since the last time. */
  const heard = (): string[] => calls.splice(0)
  /** An inbound peer comes in, and may be evicted. */
  const come = (peer: string): number => {
    const session = desk.admit(peer, 'inbound') as number
    people.push(held({ peer, session, authorizedAt: session }))
    return session
  }
  return { desk, ports, heard, come }
}

describe('a free slot', () => {
  it('is given, and the last one is told', () => {
    const { desk, heard, come } = newDesk()
    expect(desk.grant('r1', 'requested')).toBe(1)
    expect(heard()).toEqual([])
    expect(come('i1')).toBe(2)
    expect(heard()).toEqual(['filled'])
  })

  it('that came back is told, once', () => {
    const { desk, heard } = newDesk()
    const session = desk.grant('r1', 'requested') ?? -1
    desk.release(session)
    expect(heard()).toEqual(['freed'])
    desk.release(session)
    expect(heard()).toEqual([])
  })

  it('is not told of one beside the others, while those are full', () => {
    const { desk, heard } = newDesk({ maxPeers: 1, reservedSlots: 1 })
    const reserved = desk.grant('s1', 'static') ?? -1
    desk.grant('r1', 'requested')
    expect(heard()).toEqual(['filled'])
    desk.release(reserved)
    expect(heard()).toEqual([])
  })

  it('comes of trust, and goes with it', () => {
    const { desk, heard, come } = newDesk({ maxPeers: 1 })
    come('i1')
    heard()
    expect(desk.trust('i1')).toBe(true)
    expect(heard()).toEqual(['freed'])
    expect(desk.untrust('i1')).toBe(true)
    expect(heard()).toEqual(['filled'])
    expect(desk.untrust('i1')).toBe(false)
  })

  it('does not come of trust that is refused', () => {
    const { desk, heard } = newDesk()
    for (let i = 0; i < 16; i++) desk.trust(`t${i}`)
    heard()
    expect(desk.trust('one too many')).toBe(false)
    expect(heard()).toEqual([])
  })
})

describe('room for a peer that came by itself', () => {
  it('is made if somebody can leave, and is its own', () => {
    const { desk, ports, heard, come } = newDesk({ maxPeers: 1 })
    const first = come('i1')
    heard()
    const during: unknown[] = []
    ports.evict = () => {
      desk.release(first)
      // whoever asks meanwhile does not get it, though it is free
      during.push(desk.refusal('inbound'), desk.refusal('requested'), desk.book.free)
      return true
    }
    const second = desk.admit('i2', 'inbound')
    expect(second).toBe(2)
    expect(during).toEqual(['too-many-peers', 'too-many-peers', 1])
    // before and after, and never that one came free
    expect(heard()).toEqual(['filled', 'filled'])
    expect([desk.refusal('inbound'), desk.book.get(2)?.peer]).toEqual(['too-many-peers', 'i2'])
  })

  it('is not made if nobody can leave', () => {
    const { desk, heard, come } = newDesk({ maxPeers: 1 })
    come('i1')
    heard()
    expect(desk.admit('i2', 'inbound')).toBe('too-many-peers')
    expect(heard()).toEqual(['filled', 'evict'])
  })

  it('that the choice did not make is told, for others', () => {
    const { desk, ports, heard, come } = newDesk({ maxPeers: 2, outboundShare: 0.5 })
    const [first] = [come('i1'), desk.grant('d1', 'discovered') ?? -1]
    heard()
    ports.evict = () => {
      desk.release(first)
      return false
    }
    expect(desk.admit('i2', 'inbound')).toBe('too-many-peers')
    expect(heard()).toEqual(['filled', 'freed'])
  })

  it('is not made for whoever is not let in at all', () => {
    const { desk, heard } = newDesk({ reservedOnly: true })
    expect(desk.admit('i1', 'inbound')).toBe('not-allowed')
    expect(heard()).toEqual([])
  })

  it('is asked for again by the next one, even if the choice failed', () => {
    const { desk, ports, come } = newDesk({ maxPeers: 1 })
    come('i1')
    ports.evict = () => {
      throw new Error('a policy of the application')
    }
    expect(() => desk.admit('i2', 'inbound')).toThrow('a policy of the application')
    ports.evict = () => {
      desk.release(1)
      return true
    }
    expect(desk.admit('i3', 'inbound')).toBe(2)
  })
})

/** Two inbound peers hold all slots, and two dials may wait for theirs. */
function full() {
  const all = newDesk({ upgradeSlots: 2 })
  const guests = [all.come('i1'), all.come('i2')]
  all.heard()
  return { ...all, guests }
}

describe('room for a peer that the application asked for', () => {
  it.each(['static', 'requested'] as const)('is that of its victim: %s', (wish) => {
    const { desk, guests } = full()
    expect(desk.refusal(wish)).toBeUndefined()
    const session = desk.grant('r1', wish) ?? -1
    expect(desk.book.get(session)).toMatchObject({ kind: 'upgrade', victim: guests[1] })
    expect(desk.victimOf(session)).toEqual(desk.book.get(guests[1] ?? -1))
    expect(desk.reserved).toEqual(new Set([guests[1]]))
    desk.release(guests[1] ?? -1)
    expect(desk.book.get(session)?.kind).toBe(wish)
  })

  it.each(['inbound', 'discovered'] as const)('is not made for others: %s', (wish) => {
    const { desk } = full()
    expect(desk.refusal(wish)).toBe('too-many-peers')
    expect(desk.grant('x', wish)).toBeUndefined()
    expect(desk.reserved).toEqual(new Set())
  })

  it('has a victim each, until there is none left', () => {
    const { desk, guests } = full()
    const sessions = ['r1', 'r2'].map((peer) => desk.grant(peer, 'requested') ?? -1)
    expect(sessions.map((session) => desk.victimOf(session)?.session)).toEqual(guests.toReversed())
    expect(desk.refusal('requested')).toBe('too-many-peers')
    expect(desk.grant('r3', 'requested')).toBeUndefined()
    expect([desk.victimOf(guests[0] ?? -1), desk.victimOf(99)]).toEqual([undefined, undefined])
  })

  it('is not made without slots to dial in, whoever could leave', () => {
    const { desk, come } = newDesk({ maxPeers: 1 })
    come('i1')
    expect(desk.refusal('requested')).toBe('too-many-peers')
    expect(desk.grant('r1', 'requested')).toBeUndefined()
  })

  it('need not be made when slots come free: those who wait take them, and what is left is told', () => {
    const { desk, heard, come } = newDesk({ maxPeers: 4, upgradeSlots: 2 })
    const guests = ['i1', 'i2', 'i3', 'i4'].map(come)
    const waiting = ['r1', 'r2'].map((peer) => desk.grant(peer, 'requested') ?? -1)
    heard()
    desk.release(guests[0] ?? -1)
    expect(waiting.map((session) => desk.book.get(session)?.pool)).toEqual(['ordinary', 'upgrade'])
    expect(heard()).toEqual([])
    desk.release(guests[1] ?? -1)
    expect(waiting.map((session) => desk.book.get(session)?.pool)).toEqual(['ordinary', 'ordinary'])
    expect([heard(), desk.reserved]).toEqual([[], new Set()])
    desk.release(waiting[0] ?? -1)
    expect(heard()).toEqual(['freed'])
  })
})
