import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { DAY, HOUR, MINUTE } from './times.ts'
import {
  encodeBan,
  encodePeer,
  freshOf,
  MAX_ADDRESSES,
  MAX_RECORD_SIZE,
  readBan,
  readPeer,
  timeLeft
} from '../../src/memory/record.ts'
import { LOCAL_REASONS, WIRE_REASONS } from '../../machines/index.ts'
import type { BanRecord, PeerRecord, RecordFault } from '../../src/memory/record.ts'

const NOW = Date.UTC(2026, 0, 1)
const ADDRESS = '/ip4/192.0.2.1/tcp/4001'

const bytesOf = (value: unknown): Uint8Array =>
  new TextEncoder().encode(typeof value === 'string' ? value : JSON.stringify(value))

const PEER: PeerRecord = {
  at: NOW,
  no: { reason: 'incompatible', by: 'remote', until: NOW + DAY },
  failures: 3,
  goodAt: NOW - HOUR,
  addresses: [ADDRESS],
  isStatic: true,
  isAnchor: false
}

describe('a record', () => {
  it('is JSON that a person can read, and is read as it was written', () => {
    expect(new TextDecoder().decode(encodeBan({ at: NOW, until: Infinity }))).toBe(
      `{"v":1,"at":${NOW},"until":"forever"}`
    )
    expect(readPeer(encodePeer(PEER))).toEqual(PEER)
    const forEver: PeerRecord = { at: NOW, no: { reason: 'self', by: 'local', until: Infinity } }
    expect(readPeer(encodePeer(forEver))).toEqual(forEver)
    for (const until of [NOW + 1, Infinity, 'lifted'] as const) {
      expect(readBan(encodeBan({ at: NOW, until }))).toEqual({ at: NOW, until })
    }
  })

  it('never has more than 4 KiB: addresses that do not fit are left out, the last ones first', () => {
    const long = Array.from({ length: 12 }, (_, i) => `/dns4/${'é'.repeat(490)}/${i}`)
    const bytes = encodePeer({ at: NOW, goodAt: NOW, addresses: long })
    expect(bytes.byteLength).toBeLessThanOrEqual(MAX_RECORD_SIZE)
    const read = readPeer(bytes) as PeerRecord
    expect(read.addresses).toEqual(long.slice(0, read.addresses?.length))
    expect(read.addresses?.length).toBe(4)
  })

  it('has at most eight addresses, and none that is no address', () => {
    const addresses = ['nonsense', ...Array.from({ length: 9 }, (_, i) => `${ADDRESS}${i}`)]
    const read = readPeer(encodePeer({ at: NOW, addresses })) as PeerRecord
    expect(read.addresses).toEqual(addresses.slice(1, 1 + MAX_ADDRESSES))
  })

  const BAN_FAULTS: [string, unknown, RecordFault][] = [
    ['nothing', '', 'torn'],
    ['half of it', '{"v":1,"at":17', 'torn'],
    ['zeros, as a crashed file system leaves them', '\0'.repeat(40), 'torn'],
    ['no text', new Uint8Array([0x7b, 0xff, 0xfe, 0x7d]), 'torn'],
    ['no bytes', '{"v":1,"at":1,"until":2}' as unknown, 'malformed'],
    ['more than 4 KiB', ' '.repeat(MAX_RECORD_SIZE + 1), 'oversized'],
    ['a megabyte', new Uint8Array(1_048_576), 'oversized'],
    ['a later version', { v: 2, at: NOW, until: NOW }, 'future'],
    ['no version', { at: NOW, until: NOW }, 'malformed'],
    ['a version of text', { v: '1', at: NOW, until: NOW }, 'malformed'],
    ['version 0', { v: 0, at: NOW, until: NOW }, 'malformed'],
    ['a list', [1], 'malformed'],
    ['null', 'null', 'malformed'],
    ['a number', '7', 'malformed'],
    ['no time', { v: 1, until: NOW }, 'malformed'],
    ['a time of text', { v: 1, at: String(NOW), until: NOW }, 'malformed'],
    ['half a millisecond', { v: 1, at: 0.5, until: NOW }, 'malformed'],
    ['a time before all times', { v: 1, at: -1, until: NOW }, 'malformed'],
    ['a number that is none', '{"v":1,"at":NaN,"until":2}', 'torn'],
    ['a number without end', '{"v":1,"at":1,"until":1e999}', 'malformed'],
    ['a huge number', { v: 1, at: NOW, until: 9e15 }, 'malformed'],
    ['another word', { v: 1, at: NOW, until: 'never' }, 'malformed'],
    ['a prototype', '{"__proto__":{"v":1,"at":1,"until":2}}', 'malformed'],
    ['a prototype with half of it', '{"v":1,"at":1,"__proto__":{"until":2}}', 'malformed']
  ]
  it.each(BAN_FAULTS)('is no ban: %s', (name, value, fault) => {
    const isRaw = name === 'no bytes' || value instanceof Uint8Array
    expect(readBan(isRaw ? value : bytesOf(value))).toBe(fault)
  })

  const PEER_FAULTS: [string, object][] = [
    ['a word that is none', { no: { reason: 'ugly', by: 'local', until: NOW } }],
    ['a word of a prototype', { no: { reason: 'constructor', by: 'local', until: NOW } }],
    ['nobody who said it', { no: { reason: 'self', until: NOW } }],
    ['a no without end', { no: { reason: 'self', by: 'local' } }],
    ['a no of text', { no: 'self' }],
    ['a no under a number', { no: { reason: 'self', by: 'local', until: NOW, under: 7 } }],
    ['failures below none', { failures: -1 }],
    ['more failures than are counted', { failures: 32 }],
    ['addresses of text', { addresses: ADDRESS }],
    ['nine addresses', { addresses: Array.from({ length: 9 }, () => ADDRESS) }],
    ['an address that is none', { addresses: ['192.0.2.1'] }],
    ['an address that is too long', { addresses: [`/${'a'.repeat(512)}`] }],
    ['an address that is a number', { addresses: [7] }],
    ['good some day', { goodAt: 'yesterday' }],
    ['static by maybe', { isStatic: 1 }],
    ['an anchor by maybe', { isAnchor: 'yes' }]
  ]
  it.each(PEER_FAULTS)('is no peer: %s', (_name, fields) => {
    expect(readPeer(bytesOf({ v: 1, at: NOW, ...fields }))).toBe('malformed')
    expect(readPeer(bytesOf({ v: 1, at: NOW }))).toEqual({ at: NOW })
  })

  it('brings in nothing that nobody asked for', () => {
    const read = readPeer(bytesOf({ v: 1, at: NOW, isAuthorized: true, hello: 'x', toString: 1 }))
    expect(read).toEqual({ at: NOW })
    readPeer(bytesOf('{"v":1,"at":1,"__proto__":{"polluted":true}}'))
    expect(({} as Record<string, unknown>)['polluted']).toBeUndefined()
  })

  it('any bytes are read without a throw, as a record that is sound or a word', () => {
    const json = fc.json().map(bytesOf)
    const near = fc
      .record({ v: fc.constant(1), at: fc.anything(), until: fc.anything(), no: fc.anything() })
      .map((value) => bytesOf(stringified(value)))
    const any = fc.oneof(fc.uint8Array({ maxLength: 200 }), json, near, fc.anything())
    fc.assert(
      fc.property(any, (bytes) => {
        const ban = readBan(bytes)
        expect(typeof ban === 'object' ? readBan(encodeBan(ban)) : ban).toEqual(ban)
        const left = typeof ban === 'object' ? timeLeft({ ...ban, until: untilOf(ban) }, NOW) : 0
        expect(left).toBeGreaterThanOrEqual(0)
        const peer = readPeer(bytes)
        expect(typeof peer === 'object' ? readPeer(encodePeer(peer)) : peer).toEqual(peer)
      }),
      { numRuns: 2_000 }
    )
  })

  it('every record of the right shape is read as it was written', () => {
    const moment = fc.nat({ max: 8.64e15 })
    const until = fc.oneof(moment, fc.constant(Infinity))
    const no = fc.record({
      reason: fc.constantFrom(...WIRE_REASONS, ...LOCAL_REASONS),
      by: fc.constantFrom('local' as const, 'remote' as const, 'network' as const),
      until
    })
    const address = fc.string({ maxLength: 100 }).map((text) => `/${text}`)
    const addresses = fc.array(address, { minLength: 1, maxLength: 4 })
    const shape = { at: moment, no, failures: fc.nat({ max: 31 }), goodAt: moment, addresses }
    const record = fc.record(shape, { requiredKeys: ['at'] })
    fc.assert(
      fc.property(record, (peer) => {
        expect(readPeer(encodePeer(peer))).toEqual(peer)
      })
    )
  })
})

describe('the time that is left', () => {
  const said = { at: NOW, until: NOW + HOUR }
  it.each([
    ['at once', 0, HOUR],
    ['half an hour later', HOUR / 2, HOUR / 2],
    ['when it is over', HOUR, 0],
    ['a day later, or a clock that was set forward', DAY, 0],
    ['a clock that was set back lengthens nothing', -DAY, HOUR]
  ])('%s', (_name, passed, left) => {
    expect(timeLeft(said, NOW + passed)).toBe(left)
  })

  it('of what has no end there is no end, and what ended before it was said is over', () => {
    expect(timeLeft({ at: NOW, until: Infinity }, NOW + 99 * DAY)).toBe(Infinity)
    expect(timeLeft({ at: NOW, until: NOW - 1 }, NOW - DAY)).toBe(0)
  })
})

describe('what a record still means', () => {
  it.each<[string, number, PeerRecord | undefined]>([
    ['a day later: the no holds', DAY, PEER],
    ['59 minutes after its end the failures still count', DAY + 59 * MINUTE, PEER],
    ['29 days later it was good', 29 * DAY, without(PEER, 'no', 'failures')],
    ['31 days later it is static, and no more', 31 * DAY, without(PEER, 'no', 'failures', 'goodAt')]
  ])('%s', (_name, passed, expected) => {
    expect(freshOf(PEER, NOW + passed)).toEqual(expected)
  })

  it('nothing, of a peer that is not static and was good long ago', () => {
    const peer = { at: NOW, goodAt: NOW, addresses: [ADDRESS], isStatic: false }
    expect(freshOf(peer, NOW + 29 * DAY)).toEqual(peer)
    expect(freshOf(peer, NOW + 31 * DAY)).toBeUndefined()
    expect(freshOf({ at: NOW, failures: 2 }, NOW + HOUR)).toEqual({ at: NOW, failures: 2 })
    expect(freshOf({ at: NOW, failures: 2 }, NOW + HOUR + 1)).toBeUndefined()
  })
})

function without(record: PeerRecord, ...names: (keyof PeerRecord)[]): PeerRecord {
  const left = Object.entries(record).filter(([name]) => !names.includes(name as keyof PeerRecord))
  return Object.fromEntries(left) as unknown as PeerRecord
}

const untilOf = ({ until }: BanRecord): number => (until === 'lifted' ? 0 : until)

/** JSON of anything that has any. */
function stringified(value: object): string {
  try {
    return JSON.stringify(value)
  } catch {
    return 'null'
  }
}
