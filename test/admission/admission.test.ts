/**
 * Who gets in: by number, by address, by time.
 *
 * Mutations that turn this file red, each tried by hand: every limit left out; the exemption of local
 * addresses, of trusted and static peers left out; a session that still counts when it is over; a place that
 * is forgotten while it is held; attempts counted per address within a /56.
 */
import { describe, expect, it } from 'vitest'
import { IpAttempts } from '../../src/admission/ip-attempts.ts'
import { SessionPlaces } from '../../src/admission/session-places.ts'
import { ManualClock } from '../../src/testing/manual-clock.ts'
import { Desk } from './reception-desk.ts'

const HOME = '203.0.113.7'
const seconds = (count: number): number => count * 1_000

/** As many addresses as are asked for, each in a /24 of its own. */
const apart = (index: number): string => `${20 + (index >> 8)}.${index & 255}.0.1`

describe('handshakes under way', () => {
  it('are 4 of one address: of 100 at once the others hear busy', () => {
    const desk = new Desk()
    expect(desk.crowd(100, () => HOME)).toEqual({ in: 4, busy: 96 })
    expect(desk.admission.counts).toEqual({ handshakes: 4, inboundHandshakes: 4, hosts: 1 })
  })

  it('are 40 that peers began, and leave 10 to our own dials', () => {
    const desk = new Desk()
    expect(desk.crowd(1_000, apart)).toEqual({ in: 40, busy: 960 })
    for (let i = 0; i < 10; i++) {
      expect(desk.admission.isBusy).toBe(false)
      desk.dial(`d${i}`)
    }
    expect(desk.admission.isBusy).toBe(true)
    expect(desk.admission.counts).toMatchObject({ handshakes: 50, inboundHandshakes: 40 })
  })

  it('are fewer of the peers while more of ours are', () => {
    const desk = new Desk()
    for (let i = 0; i < 16; i++) desk.dial(`d${i}`)
    expect(desk.crowd(100, apart)).toEqual({ in: 34, busy: 66 })
  })

  it('make room as soon as a verdict is there, or a slot given back', () => {
    const desk = new Desk({ options: { inboundHandshakes: 2 } })
    const [first, second] = [desk.come(apart(0)), desk.come(apart(1))] as number[]
    expect(desk.come(apart(2))).toBe('busy')
    desk.admission.settled(first ?? -1, false)
    expect(desk.come(apart(3))).toBeTypeOf('number')
    expect(desk.come(apart(4))).toBe('busy')
    // without a word to admission: a token that nobody took
    desk.book.release(second ?? -1)
    expect(desk.come(apart(5))).toBeTypeOf('number')
  })

  it('are not too many any more when slots were given back without a word', () => {
    const desk = new Desk({ options: { handshakes: 2 } })
    const sessions = [desk.dial('d1'), desk.dial('d2')]
    expect(desk.admission.isBusy).toBe(true)
    for (const session of sessions) desk.book.release(session)
    expect(desk.admission.isBusy).toBe(false)
  })

  it('say how many are too many, and where', () => {
    const ip = { version: 4, text: HOME, class: 'public' } as const
    const few = new Desk({ options: { inboundHandshakes: 1 } })
    few.come(apart(0))
    expect(few.admission.admit('p', ip)).toEqual({
      reason: 'busy',
      detail: '1 handshakes are under way'
    })
    const one = new Desk({ options: { handshakesPerIp: 1 } })
    one.come(HOME)
    expect(one.admission.admit('p', ip)).toEqual({
      reason: 'busy',
      detail: `1 handshakes of ${HOME}/32 are under way`
    })
    one.banned.set(HOME, 9)
    expect(one.admission.admit('p', ip)).toEqual({
      reason: 'banned',
      detail: 'its address',
      until: 9
    })
  })

  it('need not be limited', () => {
    const options = { handshakes: Infinity, inboundHandshakes: Infinity, handshakesPerIp: Infinity }
    const desk = new Desk({ options: { ...options, peersPerIpv4: 99, peersPerIpv4Subnet: 99 } })
    expect(desk.crowd(16, () => HOME)).toEqual({ in: 16 })
    expect(desk.admission.isBusy).toBe(false)
  })
})

/** So many networks of one IPv6 /56. */
const host = (index: number): string => `2a00:1450:4001:${index.toString(16).padStart(4, '0')}::1`

/** They come, are heard, and leave. */
function visit(desk: Desk, count: number): Record<string, number> {
  const heard = desk.crowd(count, () => HOME)
  desk.leaveAll()
  return heard
}

describe('attempts of one address', () => {
  it('are 16 in a burst, and one in 5 seconds then', () => {
    const desk = new Desk({
      options: { handshakesPerIp: 100, peersPerIpv4: 99, peersPerIpv4Subnet: 99 }
    })
    expect(visit(desk, 100)).toEqual({ in: 16, busy: 84 })
    desk.clock.advance(seconds(4.9))
    expect(visit(desk, 1)).toEqual({ busy: 1 })
    desk.clock.advance(seconds(0.1))
    expect(visit(desk, 2)).toEqual({ in: 1, busy: 1 })
    desk.clock.advance(seconds(80))
    expect(visit(desk, 100)).toEqual({ in: 16, busy: 84 })
  })

  it('say when it is worth to try again', () => {
    const desk = new Desk({ options: { attemptBurst: 1 } })
    desk.come(HOME)
    desk.leaveAll()
    const refused = desk.admission.admit('p', { version: 4, text: HOME, class: 'public' })
    expect(refused).toEqual({
      reason: 'busy',
      detail: `too many attempts of ${HOME}/32`,
      until: desk.clock.now() + seconds(5)
    })
  })

  it('are of all addresses of an IPv6 /56 together', () => {
    const desk = new Desk({
      options: { handshakesPerIp: 99, peersPerIpv6: 99, peersPerIpv6Subnet: 99 }
    })
    expect(desk.crowd(100, host)).toEqual({ in: 16, busy: 84 })
    expect(desk.come('2a00:1450:4001:100::1')).toBeTypeOf('number')
  })

  it('are forgotten when the bucket is full again, and never remembered of more than 10,000', () => {
    const desk = new Desk()
    for (let index = 0; index < 20_000; index++) {
      desk.come(apart(index))
      desk.leaveAll()
    }
    expect(desk.admission.counts.hosts).toBe(10_000)
    desk.clock.advance(seconds(80))
    for (let index = 0; index < 5_000; index++) {
      desk.come(apart(index))
      desk.leaveAll()
    }
    expect(desk.admission.counts.hosts).toBeLessThanOrEqual(5_000)
  })
})

/** The count of attempts by host, with a token every thousand seconds. */
function attempts(attemptBurst: number) {
  const clock = new ManualClock()
  return { clock, hosts: new IpAttempts({ attemptBurst, attemptsPerSecond: 0.001, clock }) }
}

const places = (held: Set<number>): SessionPlaces =>
  new SessionPlaces((session) => held.has(session))

describe('what is kept of addresses', () => {
  it('is of the last 10,000 that knocked, whoever knocks again among them', () => {
    const { hosts } = attempts(1)
    for (let index = 0; index < 10_000; index++) hosts.take(`h${index}`)
    expect([hosts.take('h0'), hosts.size]).toEqual([seconds(1_000), 10_000])
    hosts.take('new')
    // not the first that ever knocked, but the one that has been quiet the longest
    expect([hosts.take('h0') > 0, hosts.take('h1')]).toEqual([true, 0])
  })

  it('is lost to none of those that knock again, however full it is', () => {
    const { hosts } = attempts(1)
    for (let index = 0; index < 10_000; index++) hosts.take(`h${index}`)
    for (let times = 0; times < 10; times++) hosts.take('h5000')
    expect([hosts.take('h0') > 0, hosts.size]).toEqual([true, 10_000])
  })

  it('is forgotten two at a time, the longest quiet first', () => {
    const { clock, hosts } = attempts(1)
    for (let index = 0; index < 10; index++) hosts.take(`h${index}`)
    clock.advance(seconds(1_000))
    hosts.take('new')
    expect(hosts.size).toBe(9)
  })

  it('is nothing of one that may knock as often as it likes', () => {
    const { hosts } = attempts(Infinity)
    expect([hosts.take('h0'), hosts.size]).toEqual([0, 0])
  })
})

describe('what is kept of sessions', () => {
  it('is forgotten two at a time, the oldest first', () => {
    const held = new Set(Array(10).keys())
    const kept = places(held)
    for (const session of held) kept.add(session, undefined)
    held.clear()
    kept.add(10, undefined)
    expect(kept.size).toBe(9)
  })

  it('is nothing of a network from which nobody is left', () => {
    const held = new Set(Array(10).keys())
    const kept = places(held)
    for (const session of held) {
      const nets = ['all', `of ${session}`].map((net) => ({ net, limit: 9 }))
      kept.add(session, { host: HOME, nets })
    }
    expect([kept.networks, kept.count('all'), kept.count('of 3')]).toEqual([11, 10, 1])
    held.clear()
    held.add(3)
    expect([kept.count('all'), kept.networks]).toEqual([1, 2])
    held.clear()
    expect([kept.count('all'), kept.networks, kept.size]).toEqual([0, 0, 0])
  })

  it('is looked at again and again: those that stay hide nobody', () => {
    const held = new Set([1, 2, 3, 4, 5, 6])
    const kept = places(held)
    for (const session of held) kept.add(session, undefined)
    for (const session of [3, 4, 5, 6]) held.delete(session)
    for (const session of [7, 8, 9, 10]) {
      held.add(session)
      kept.add(session, undefined)
    }
    expect(kept.size).toBe(6)
    expect([kept.has(1), kept.has(3), kept.has(10)]).toEqual([true, false, true])
  })
})

describe('peers of one network', () => {
  const wide = {
    handshakes: 1_000,
    inboundHandshakes: 1_000,
    handshakesPerIp: 99,
    attemptBurst: 999
  }

  it.each<[string, (index: number) => string, number]>([
    ['an IPv4 address', () => HOME, 4],
    ['an IPv4 address, written as IPv6', () => `::ffff:${HOME}`, 4],
    ['an IPv4 address behind NAT64', () => '64:ff9b::cb00:7107', 4],
    ['an IPv4 /24', (index) => `203.0.113.${index}`, 8],
    ['an IPv6 /56', (index) => `2a00:1450:4001:${(index & 255).toString(16)}::1`, 4],
    ['an IPv6 /48', (index) => `2a00:1450:4001:${(index << 8).toString(16)}::1`, 16]
  ])('%s: so many hold a slot, the others hear subnet-full', (_, from, limit) => {
    const desk = new Desk({ options: wide })
    expect(desk.crowd(50, from)).toEqual({ in: limit, 'subnet-full': 50 - limit })
    // the verdict changes nothing, but to leave does
    desk.authorizeAll()
    expect(desk.come(from(51))).toBe('subnet-full')
    desk.book.release(desk.book.list()[0]?.session ?? -1)
    expect([desk.come(from(0)), desk.come(from(0))]).toEqual([expect.any(Number), 'subnet-full'])
    // nobody else is concerned
    expect(desk.come('198.41.0.4')).toBeTypeOf('number')
  })

  it('is told in words', () => {
    const desk = new Desk({ options: { ...wide, peersPerIpv4: 9, peersPerIpv4Subnet: 1 } })
    desk.come(HOME)
    expect(desk.admission.admit('p', { version: 4, text: HOME, class: 'public' })).toEqual({
      reason: 'subnet-full',
      detail: '1 peers of 203.0.113.0/24 are here'
    })
  })

  it('are remembered for as long as they hold their slots, whatever comes and goes beside them', () => {
    const desk = new Desk({ options: wide })
    desk.crowd(4, () => HOME)
    desk.authorizeAll()
    const stay = new Set(desk.book.list().map(({ session }) => session))
    for (let index = 0; index < 1_000; index++) {
      const session = desk.come(apart(index))
      if (typeof session === 'number' && !stay.has(session)) desk.book.release(session)
    }
    expect(desk.come(HOME)).toBe('subnet-full')
  })
})

describe('local addresses', () => {
  const local = [
    '127.0.0.1',
    '192.168.1.9',
    '10.2.3.4',
    '169.254.1.1',
    '100.64.0.9',
    '::1',
    'fd00::9',
    'fe80::1'
  ]

  it.each(local)('%s: no limit of addresses', (from) => {
    expect(new Desk().crowd(30, () => from)).toEqual({ in: 30 })
    expect(new Desk().crowd(30, () => undefined)).toEqual({ in: 30 })
  })

  it.each(local)('%s: the same limits as everywhere with limitPrivate', (from) => {
    const desk = new Desk({ options: { limitPrivate: true } })
    expect(desk.crowd(30, () => from)).toEqual({ in: 4, busy: 26 })
  })
})

describe('peers that matter', () => {
  it('are let in past every limit of admission, and count for nobody', () => {
    const desk = new Desk({ options: { inboundHandshakes: 4, handshakes: 4 } })
    expect(desk.crowd(9, () => HOME)).toEqual({ in: 4, busy: 5 })
    desk.banned.set(HOME, seconds(9))
    for (const name of ['t', 's']) {
      desk.exempt.add(name)
      expect(desk.come(HOME, name)).toBeTypeOf('number')
    }
    desk.banned.clear()
    desk.leaveAll()
    for (const name of ['t', 's', 'u', 'v']) {
      desk.exempt.add(name)
      desk.come(HOME, name)
    }
    desk.authorizeAll()
    expect(desk.crowd(9, () => HOME)).toEqual({ in: 4, busy: 5 })
  })

  it('are not let in past the slots', () => {
    const desk = new Desk({ maxPeers: 1 })
    desk.exempt.add('s')
    desk.come(HOME)
    expect(desk.come(HOME, 's')).toBe('too-many-peers')
  })
})

it('a banned address is refused before anything else is asked', () => {
  const desk = new Desk()
  desk.banned.set(HOME, seconds(9))
  expect(desk.come(HOME)).toBe('banned')
  expect(desk.admission.counts.hosts).toBe(0)
  expect(desk.come('203.0.113.8')).toBeTypeOf('number')
})

describe('A7: a new peer id with each attempt', () => {
  it('leaves nothing behind but one bucket for its host', () => {
    const desk = new Desk({ maxPeers: 50, outboundShare: 1 / 3 })
    const heard = desk.crowd(100_000, () => HOME)
    expect(heard).toEqual({ in: 4, busy: 99_996 })
    expect(desk.admission.counts).toEqual({ handshakes: 4, inboundHandshakes: 4, hosts: 1 })
  })

  it('leaves nothing behind of sessions that come and go', () => {
    const desk = new Desk()
    for (let index = 0; index < 100_000; index++) {
      const session = desk.come(apart(index % 1_000))
      if (typeof session === 'number') desk.book.release(session)
      if (index % 100 === 0) desk.clock.advance(seconds(60))
    }
    expect(desk.admission.counts).toMatchObject({ handshakes: 0, inboundHandshakes: 0 })
    expect(desk.admission.remembered).toBeLessThanOrEqual(2)
  })
})
