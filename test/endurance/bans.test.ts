import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { ipFrom } from '../../src/ip.ts'
import { Bans } from '../../src/peers/bans.ts'
import { BANS_PER_IP, IP_BAN_DURATION } from '../../src/peers/ip-bans.ts'
import { ManualClock } from '../../src/testing/manual-clock.ts'
import type { Ip } from '../../src/ip.ts'
import type { BanDecision } from '../../src/peers/bans.ts'

const SECOND = 1_000
const DAY = 24 * 3_600_000
const YEAR = 365 * DAY

const ip = (text: string): Ip => {
  const read = ipFrom(text)
  if (read === undefined) throw new Error(`${text} is no IP address`)
  return read
}

const newBans = ({ limit = 1_000, limitPrivate = false } = {}) => {
  const clock = new ManualClock()
  const changed: string[] = []
  const counts = { crowded: 0 }
  const bans = new Bans({
    limit,
    clock,
    limitPrivate,
    onChange: (peer) => changed.push(peer),
    onCrowded: () => counts.crowded++
  })
  /** Bans so many peers at an address, each for a day unless told otherwise. */
  const banAt = (text: string, count: number, name = text, duration = DAY): void => {
    for (let i = 0; i < count; i++) bans.set(`${name} ${i}`, clock.now() + duration, ip(text))
  }
  return { bans, clock, changed, counts, banAt }
}

/** What a node makes of decisions that reach it in this order. */
const stateAfter = (all: readonly BanDecision[]): BanDecision | undefined => {
  const { bans } = newBans()
  for (const one of all) bans.restore('peer', one)
  return bans.get('peer')
}

describe('bans', () => {
  it('end by the clock, never by a timer, and are bounded by what ends first', () => {
    const { bans, clock, counts } = newBans({ limit: 2 })
    bans.set('long', Infinity)
    bans.set('short', 100)
    expect(counts.crowded).toBe(0)
    bans.set('middle', 500)
    expect(counts.crowded).toBe(1)
    expect(bans.size).toBe(2)
    expect(bans.until('short')).toBeUndefined()
    clock.advance(500)
    expect(bans.until('middle')).toBeUndefined()
    expect(bans.size).toBe(1)
    clock.advance(10 * YEAR)
    expect(bans.until('long')).toBe(Infinity)
    expect(clock.pending).toBe(0)
  })

  // a timer of 30 days overflows 31 bits and fires at once: the ban would be over before it began
  it.each([1, 999, 60 * SECOND, DAY, 2 ** 31 - 1, 2 ** 31, 30 * DAY, YEAR, 10 * YEAR])(
    'holds for %i ms and not one longer',
    (duration) => {
      const { bans, clock } = newBans()
      clock.advance(12_345)
      const until = clock.now() + duration
      bans.set('peer', until)
      clock.advance(duration - 1)
      expect(bans.until('peer')).toBe(until)
      clock.advance(1)
      expect(bans.until('peer')).toBeUndefined()
      expect(bans.size).toBe(0)
      expect([...bans.entries()]).toEqual([])
    }
  )

  it('hold exactly what a plain table would, up to the limit', () => {
    const step = fc.record({
      peer: fc.nat(8),
      until: fc.integer({ min: 1, max: 50 }),
      isLifted: fc.boolean(),
      by: fc.nat(5)
    })
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        const { bans, clock } = newBans()
        const plain = new Map<string, number>()
        for (const { peer, until, isLifted, by } of steps) {
          const end = isLifted ? -1 : clock.now() + until
          if (isLifted) bans.delete(String(peer))
          else bans.set(String(peer), end)
          plain.set(String(peer), end)
          clock.advance(by)
          for (const [name, last] of plain) {
            expect(bans.until(name)).toBe(last > clock.now() ? last : undefined)
          }
          const held = [...plain.values()].filter((last) => last > clock.now())
          expect(bans.size).toBe(held.length)
        }
      })
    )
  })

  it('keep those that end last of a million, at the same price for each', () => {
    const { bans, clock, counts } = newBans()
    for (let i = 0; i < 1_000_000; i++) {
      // 7,919 is a prime: every length from 1 to a million comes once, in no order
      bans.set(`peer ${i}`, clock.now() + 1 + ((i * 7_919) % 1_000_000))
    }
    expect(bans.size).toBe(1_000)
    expect(counts.crowded).toBe(999_000)
    const ends = [...bans.entries()].map(([, { until = 0 }]) => until)
    // the last newcomer is in whenever it ends; all others are those that end last
    expect(Math.min(...ends.toSorted((a, b) => a - b).slice(1))).toBeGreaterThan(999_000)
    clock.advance(1_000_001)
    expect(bans.size).toBe(0)
    expect(clock.pending).toBe(0)
  })
})

describe('the last decision on a peer', () => {
  it('is told with its time, as a ban and as a ban that was lifted', () => {
    const { bans, clock, changed } = newBans()
    const at = clock.epoch()
    bans.set('peer', 500)
    expect(bans.get('peer')).toEqual({ until: 500, at })
    clock.advance(10)
    expect(bans.delete('peer')).toBe(true)
    expect(bans.delete('peer')).toBe(false)
    expect(bans.get('peer')).toEqual({ until: undefined, at: at + 11 })
    expect([...bans.entries()]).toEqual([['peer', { until: undefined, at: at + 11 }]])
    expect(changed).toEqual(['peer', 'peer', 'peer'])
    clock.advance(3_600_000)
    expect(bans.get('peer')).toBeUndefined()
  })

  it('is later than the one before, also if the wall clock was set back', () => {
    const { bans, clock } = newBans()
    bans.restore('peer', { until: 1_000, at: clock.epoch() + DAY })
    expect(bans.delete('peer')).toBe(true)
    expect(bans.get('peer')).toEqual({ until: undefined, at: clock.epoch() + DAY + 1 })
    bans.set('peer', 2_000)
    expect(bans.until('peer')).toBe(2_000)
  })

  it('is not undone by an older one that comes late', () => {
    const { bans, clock, changed } = newBans()
    const early = clock.epoch() - 10
    bans.delete('unbanned')
    bans.set('banned', 1_000)
    changed.length = 0
    expect(bans.restore('unbanned', { until: 5_000, at: early })).toBe(false)
    expect(bans.restore('banned', { until: undefined, at: early })).toBe(false)
    expect(bans.restore('banned', { until: 9_000, at: early })).toBe(false)
    expect(bans.until('unbanned')).toBeUndefined()
    expect(bans.until('banned')).toBe(1_000)
    // what a memory brought is not told back to it
    expect(bans.restore('banned', { until: 2_000, at: clock.epoch() + 1 })).toBe(true)
    expect(bans.until('banned')).toBe(2_000)
    expect(changed).toEqual([])
  })

  it('is a ban that is over: nothing is left of it, and of what it replaced', () => {
    const { bans, clock } = newBans()
    bans.set('peer', DAY)
    clock.advance(100)
    expect(bans.restore('peer', { until: 100, at: clock.epoch() })).toBe(false)
    expect(bans.until('peer')).toBeUndefined()
    expect(bans.size).toBe(0)
  })

  it('is the same on every node, in whatever order the decisions arrive', () => {
    const decision = fc.record({
      at: fc.integer({ min: 1, max: 1_000 }),
      until: fc.option(fc.integer({ min: 1, max: 1_000 }), { nil: undefined })
    })
    const decisions = fc.uniqueArray(decision, { selector: ({ at }) => at, maxLength: 12 })
    const orders = decisions.chain((all) =>
      fc.tuple(
        fc.constant(all),
        fc.shuffledSubarray(all, { minLength: all.length, maxLength: all.length })
      )
    )
    fc.assert(
      fc.property(orders, ([one, other]) => {
        expect(stateAfter(other)).toEqual(stateAfter(one))
        expect(stateAfter(one)).toEqual(one.toSorted((a, b) => b.at - a.at)[0])
      })
    )
  })
})

describe('an IP address', () => {
  it('is banned for an hour with its fifth banned peer', () => {
    const { bans, clock, banAt } = newBans()
    banAt('8.8.8.8', BANS_PER_IP - 1)
    expect(bans.ofIp(ip('8.8.8.8'))).toBeUndefined()
    bans.set('another', DAY, ip('8.8.8.8'))
    expect(bans.ofIp(ip('8.8.8.8'))).toBe(IP_BAN_DURATION)
    expect(bans.ofIp(ip('8.8.8.9'))).toBeUndefined()
    expect(bans.ips).toBe(1)
    clock.advance(IP_BAN_DURATION)
    expect(bans.ofIp(ip('8.8.8.8'))).toBeUndefined()
    // its peers are still banned: the next one there is one more, not the first
    bans.set('the next', clock.now() + DAY, ip('8.8.8.8'))
    expect(bans.ofIp(ip('8.8.8.8'))).toBe(2 * IP_BAN_DURATION)
  })

  it('is not banned by one peer that is banned again and again', () => {
    const { bans, clock } = newBans()
    for (let i = 0; i < 10; i++) bans.set('peer', clock.now() + DAY + i, ip('8.8.8.8'))
    expect(bans.ofIp(ip('8.8.8.8'))).toBeUndefined()
  })

  it('is not banned by bans that ended, that were lifted, or that count for no address', () => {
    const { bans, clock, banAt } = newBans()
    banAt('8.8.8.8', 4, 'short', 100)
    clock.advance(100)
    banAt('8.8.8.8', 3)
    bans.delete('8.8.8.8 0')
    bans.set('from nowhere', DAY)
    bans.restore('from a memory', { until: DAY, at: clock.epoch() })
    banAt('8.8.8.8', 1, 'another')
    expect(bans.ofIp(ip('8.8.8.8'))).toBeUndefined()
    banAt('8.8.8.8', 3, 'more')
    expect(bans.ofIp(ip('8.8.8.8'))).toBeDefined()
  })

  it('is let go when one of the five is', () => {
    const { bans, banAt } = newBans()
    banAt('8.8.8.8', 6)
    bans.delete('8.8.8.8 0')
    expect(bans.ofIp(ip('8.8.8.8'))).toBeDefined()
    bans.delete('8.8.8.8 1')
    expect(bans.ofIp(ip('8.8.8.8'))).toBeUndefined()
  })

  it('stays charged with a peer whose ban is renewed while it is away', () => {
    const { bans, banAt } = newBans()
    banAt('8.8.8.8', 4)
    bans.set('8.8.8.8 0', 2 * DAY)
    banAt('8.8.8.8', 1, 'fifth')
    expect(bans.ofIp(ip('8.8.8.8'))).toBeDefined()
  })

  it('counts once, whichever way it is written, and an IPv6 one with its /56', () => {
    const { bans, banAt } = newBans()
    banAt('8.8.8.8', 2, 'four')
    banAt('::ffff:8.8.8.8', 2, 'mapped')
    banAt('64:ff9b::808:808', 1, 'translated')
    expect(bans.ofIp(ip('8.8.8.8'))).toBeDefined()
    for (let i = 0; i < 5; i++) bans.set(`six ${i}`, DAY, ip(`2a00:1450:4001:aa${i}0::${i}`))
    expect(bans.ofIp(ip('2a00:1450:4001:aaff::1'))).toBeDefined()
    expect(bans.ofIp(ip('2a00:1450:4001:ab00::1'))).toBeUndefined()
  })

  it.each(['127.0.0.1', '10.1.2.3', '192.168.1.1', '::1', 'fd00::1', 'fe80::1', '100.64.0.1'])(
    'is never banned if it is %s, unless local addresses are limited, too',
    (text) => {
      const free = newBans()
      free.banAt(text, 10)
      expect(free.bans.ofIp(ip(text))).toBeUndefined()
      const limited = newBans({ limitPrivate: true })
      limited.banAt(text, 10)
      expect(limited.bans.ofIp(ip(text))).toBeDefined()
    }
  )

  it('leaves nothing behind: a million bans at as many addresses', () => {
    const { bans, clock } = newBans()
    for (let i = 0; i < 1_000_000; i++) {
      const text = `${1 + (i % 9)}.${(i >> 16) & 255}.${(i >> 8) & 255}.${i & 255}`
      bans.set(`peer ${i}`, clock.now() + 1_000 + i, { version: 4, text, class: 'public' })
    }
    expect(bans.size).toBe(1_000)
    expect(bans.ips).toBeLessThanOrEqual(1_000)
    clock.advance(DAY)
    expect(bans.size).toBe(0)
    expect(bans.ips).toBe(0)
    expect(clock.pending).toBe(0)
  })
})
