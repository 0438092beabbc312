import { isDeepStrictEqual } from 'node:util'
import fc from 'fast-check'
import { LOCAL_REASONS, WIRE_REASONS } from '../../../machines/index.ts'
import { Key } from 'interface-datastore'
import { BANS, keyOf, peerOf } from '../../../src/memory/keys.ts'
import {
  encodeBan,
  encodePeer,
  freshOf,
  readBan,
  readPeer,
  timeLeft
} from '../../../src/memory/record.ts'
import { PEER } from './meeting.ts'
import { bytesOf, insist, textOf } from '../target.ts'
import type { PeerRecord } from '../../../src/memory/record.ts'
import type { Target } from '../target.ts'

const NOW = 1_800_000_000_000
const FAULTS = ['oversized', 'torn', 'malformed', 'future']

const isMoment = (value: number): boolean => Number.isSafeInteger(value) && value >= 0

function checkBan(input: Uint8Array): void {
  const ban = readBan(input)
  if (typeof ban === 'string') return insist(FAULTS.includes(ban), `a fault called ${ban}`)
  const { at, until } = ban
  insist(isMoment(at), 'said at no time')
  insist(until === 'lifted' || until === Infinity || isMoment(until), 'over at no time')
  insist(isDeepStrictEqual(readBan(encodeBan(ban)), ban), 'another ban the second time')
  if (until !== 'lifted') insistLeft({ at, until })
}

function checkPeer(input: Uint8Array): void {
  const peer = readPeer(input)
  if (typeof peer === 'string') return insist(FAULTS.includes(peer), `a fault called ${peer}`)
  insistPeer(peer)
  const { addresses, ...rest } = peer
  const encoded = encodePeer(peer)
  insist(encoded.byteLength <= 4_096, 'a record that is too long to be read')
  const { addresses: again, ...restAgain } = readPeer(encoded) as PeerRecord
  insist(isDeepStrictEqual(restAgain, rest), 'another record the second time')
  // some may be left out, and an empty list is none
  const kept = (addresses ?? []).slice(0, again?.length ?? 0)
  insist(isDeepStrictEqual(again ?? [], kept), 'other addresses the second time')
  const fresh = freshOf(peer, NOW)
  if (fresh !== undefined) insistPeer(fresh)
}

function insistPeer({ at, no, failures = 0, goodAt = 0, addresses = [] }: PeerRecord): void {
  for (const moment of [at, goodAt]) insist(isMoment(moment), `${moment} is no time`)
  insist(Number.isSafeInteger(failures) && failures >= 0 && failures <= 31, 'too many failures')
  insist(addresses.length <= 8, 'too many addresses')
  for (const address of addresses) insist(address.length <= 512, 'an address that is too long')
  if (no === undefined) return
  insist([...WIRE_REASONS, ...LOCAL_REASONS].includes(no.reason as never), 'no reason')
  insist(['local', 'remote', 'network'].includes(no.by), 'nobody said it')
  insist((no.under ?? '').length <= 16, 'a fingerprint that is too long')
  insistLeft({ at, until: no.until })
}

function insistLeft(times: { at: number; until: number }): void {
  const left = timeLeft(times, NOW)
  insist(left >= 0 && left <= Math.max(0, times.until - times.at), `${left} ms are left`)
}

/** The bytes as the name of a key. */
function checkKey(text: string): void {
  for (const name of [text, `${BANS.prefix}/${text}`]) {
    const peer = peerOf(BANS, keyLike(name))
    if (peer === undefined || peer === null) continue
    insist(keyOf(BANS, peer.toString()).toString() === name, 'another key the second time')
  }
}

/** A key as a datastore might give it; `Key` itself does not take any text. */
function keyLike(text: string): unknown {
  try {
    return new Key(text, false)
  } catch {
    return { toString: () => text }
  }
}

const moment = fc.oneof(
  fc.constantFrom(0, NOW, NOW - 1, NOW + 1, NOW - 31 * 86_400_000, 8.64e15, 8.64e15 + 1, -1, 1.5),
  fc.integer({ min: NOW - 10_000_000, max: NOW + 10_000_000 })
)
const until = fc.oneof(moment, fc.constantFrom('forever', 'lifted', null))
const maybe = <T>(it: fc.Arbitrary<T>): fc.Arbitrary<T | undefined> =>
  fc.option(it, { nil: undefined })
const version = fc.oneof({ arbitrary: fc.constant(1), weight: 9 }, fc.constantFrom(0, 2, '1', 1.5))
const no = fc.record({
  reason: fc.constantFrom(...WIRE_REASONS, ...LOCAL_REASONS, 'unheard-of', '__proto__'),
  by: fc.constantFrom('local', 'remote', 'network', 'nobody'),
  until,
  under: maybe(fc.string({ maxLength: 140 }))
})
const record = fc.record({
  v: version,
  at: moment,
  until: maybe(until),
  no: maybe(no),
  failures: maybe(fc.constantFrom<unknown>(0, 1, 30, 1_000, 1e9, '1', -1)),
  goodAt: maybe(moment),
  isStatic: maybe(fc.constantFrom<unknown>(true, false, 1)),
  isAnchor: maybe(fc.boolean()),
  addresses: maybe(
    fc.oneof(
      fc
        .integer({ min: 7, max: 10 })
        .map((count) => Array.from({ length: count }, () => '/memory/1')),
      fc.array(
        fc.constantFrom<unknown>('/ip4/1.2.3.4/tcp/1', '/é', 'x', 1, `/${'é'.repeat(900)}`),
        {
          maxLength: 9
        }
      )
    )
  )
})

const recordBytes = fc.oneof(
  { arbitrary: record.map((it) => bytesOf(JSON.stringify(it))), weight: 9 },
  fc.json().map(bytesOf)
)

const recordTokens = [
  '"v":1',
  '"at":',
  '"until":"lifted"',
  '"forever"',
  '"__proto__":{',
  '[',
  '{',
  '1e9'
]

/** One record of a datastore, or one key. */
export const records: Target = {
  name: 'records',
  files: ['src/memory/record.ts', 'src/memory/keys.ts'],
  share: 150_000,
  maxLength: 5_000,
  arbitrary: fc.oneof({ arbitrary: recordBytes, weight: 4 }, fc.constantFrom(PEER).map(bytesOf)),
  tokens: [...recordTokens, PEER].map(bytesOf),
  run(input) {
    checkBan(input)
    checkPeer(input)
    checkKey(textOf(input))
  }
}
