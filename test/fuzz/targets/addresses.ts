import { multiaddr } from '@multiformats/multiaddr'
import fc from 'fast-check'
import { ManualClock } from '../../../src/testing/manual-clock.ts'
import { AddressBook } from '../../../src/scheduler/address-book.ts'
import { chooseAddresses, refusalsOf } from '../../../src/scheduler/address-choice.ts'
import { ADDRESS_FAULTS, addressKey, ownKeys } from '../../../src/scheduler/address-rules.ts'
import { groupOf } from '../../../src/scheduler/net-groups.ts'
import { hostOf, ipFrom, ipOf, isLocal, netGroupOf } from '../../../src/ip.ts'
import { Choices } from '../choices.ts'
import { insist, insistShown } from '../target.ts'
import { OTHER_PEER, PEER } from './meeting.ts'
import type { AddressWorld } from '../../../src/scheduler/address-rules.ts'
import type { KnownAddress } from '../../../src/scheduler/address-choice.ts'
import type { Multiaddr } from '@multiformats/multiaddr'
import type { Target } from '../target.ts'

const OWN = ['/ip4/93.184.216.34/tcp/4001', '/ip4/127.0.0.1/tcp/4001', '/ip6/::1/tcp/4001']
const EVERYWHERE = ['/ip4/0.0.0.0/tcp/4001']
const OWN_KEYS = ownKeys(multiaddrs(OWN), multiaddrs(EVERYWHERE))

function multiaddrs(texts: readonly string[]): Multiaddr[] {
  return texts.map((text) => multiaddr(text))
}

/** An address of any kind; undefined if the bytes or the text are none. */
function addressFrom(choices: Choices): Multiaddr | undefined {
  const kind = choices.below(8)
  try {
    return kind === 0 ? multiaddr(choices.bytes(64)) : multiaddr(textFrom(choices, kind))
  } catch {
    return undefined
  }
}

function textFrom(choices: Choices, kind: number): string {
  if (kind === 1) return `/${choices.text(64)}`
  const host = hostFrom(choices)
  const port = choices.below(3) === 0 ? 4_001 : choices.below(65_536)
  const transport = choices.of([`/tcp/${port}`, `/udp/${port}/quic-v1`, `/tcp/${port}/ws`, ''])
  const relay = choices.below(6) === 0 ? `/p2p/${OTHER_PEER}/p2p-circuit` : ''
  const end = choices.of(['', `/p2p/${PEER}`, `/p2p/${OTHER_PEER}`, `/p2p/${choices.text(8)}`])
  return host + transport + relay + end
}

function hostFrom(choices: Choices): string {
  const ip4 = [0, 1, 2, 3].map(() => choices.byte()).join('.')
  const hextet = (): string => (choices.byte() * 256 + choices.byte()).toString(16)
  const ip6 = (start: string, count: number): string =>
    [start, ...Array.from({ length: count }, hextet)].join(':')
  return choices.of([
    `/ip4/${ip4}`,
    `/ip4/127.0.0.${choices.byte()}`,
    `/ip6/${ip6(hextet(), 7)}`,
    `/ip6/${ip6('2002', 7)}`,
    `/ip6/${ip6('64:ff9b:', 2)}`,
    `/ip6/::ffff:${ip4}`,
    `/ip6/${ip6('fe80', 7)}`,
    '/ip6/::1',
    `/dns4/${choices.text(8)}`,
    '/dnsaddr/example.org',
    `/memory/${choices.text(4)}`,
    `/ip6zone/${choices.text(2)}/ip6/${ip6(hextet(), 7)}`
  ])
}

/** The bytes of the IP address that an address begins with, an IPv4 one inside an IPv6 one as what it is. */
function ipBytes({ bytes }: Multiaddr): Uint8Array | undefined {
  if (bytes[0] === 0x04) return bytes.subarray(1, 5)
  if (bytes[0] !== 0x29) return undefined
  const ip = bytes.subarray(1, 17)
  const begins = (...start: number[]): boolean => start.every((byte, i) => ip[i] === byte)
  if (begins(0x20, 0x02)) return ip.subarray(2, 6)
  const isMapped = begins(0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff)
  const isTranslated = begins(0, 0x64, 0xff, 0x9b, 0, 0, 0, 0, 0, 0, 0, 0)
  return isMapped || isTranslated ? ip.subarray(12) : ip
}

/** Is it an address of a local network, of this machine, or of nobody? As RFC 6890 and 4291 list them. */
function isSpecial(ip: Uint8Array): boolean {
  const [a = 0, b = 0] = ip
  if (ip.byteLength === 4) {
    const isPrivate = a === 10 || (a === 172 && b >= 16 && b < 32) || (a === 192 && b === 168)
    const isShared = a === 100 && b >= 64 && b < 128
    return a === 0 || a === 127 || a >= 224 || isPrivate || isShared || (a === 169 && b === 254)
  }
  const isLocal6 = (a & 0xfe) === 0xfc || (a === 0xfe && (b & 0xc0) === 0x80) || a === 0xff
  return isLocal6 || a === 0
}

function checkIp(text: string): void {
  const ip = ipFrom(text)
  if (ip === undefined) return
  const again = ipFrom(ip.text)
  insist(again?.text === ip.text && again.class === ip.class, 'another IP the second time')
  insist(hostOf(ip).endsWith(ip.version === 4 ? '/32' : '/56'), 'a host of another size')
  insist((groupOf(ip) === undefined) === isLocal(ip), 'a local address in a group of many')
  insist(groupOf(ip) === undefined || groupOf(ip) === netGroupOf(ip), 'another group')
}

/** Many addresses of one peer, of which some are dialed. */
export const addresses: Target = {
  name: 'addresses',
  files: [
    'src/scheduler/address-rules.ts',
    'src/scheduler/address-choice.ts',
    'src/scheduler/address-book.ts',
    'src/scheduler/net-groups.ts',
    'src/ip.ts'
  ],
  share: 40_000,
  maxLength: 512,
  arbitrary: fc.uint8Array({ maxLength: 200 }),
  run(input) {
    const choices = new Choices(input)
    const world: AddressWorld = {
      own: OWN_KEYS,
      dialsPrivate: choices.flag(),
      allowRelayed: choices.flag(),
      isDialable: () => true
    }
    const limit = 1 + choices.below(4)
    const clock = new ManualClock()
    const book = new AddressBook(clock, 4)
    checkIp(choices.text(40))
    const known: KnownAddress[] = []
    while (!choices.isOver && known.length < 12) {
      const address = addressFrom(choices)
      const traits = choices.byte()
      if (address === undefined) continue
      const key = addressKey(address)
      if ((traits & 12) === 4) book.failed(PEER, key)
      if ((traits & 12) === 8) book.misled(PEER, key)
      if ((traits & 48) === 16) book.succeeded(PEER, key)
      clock.advance(traits)
      const ip = ipOf(address)
      if (ip !== undefined) checkIp(ip.text)
      known.push({ multiaddr: address, isCertified: traits % 2 === 1, isNamed: (traits & 2) === 2 })
    }
    insistChoice(known, limit, world, book)
  }
}

function insistChoice(
  known: readonly KnownAddress[],
  limit: number,
  world: AddressWorld,
  book: AddressBook
): void {
  const { addresses: chosen, refused } = chooseAddresses(PEER, known, limit, world, book)
  insistShown(refusalsOf(refused))
  for (const fault of refused.keys()) insist(ADDRESS_FAULTS.includes(fault), `a fault ${fault}`)
  const noes = [...refused.values()].reduce((sum, count) => sum + count, 0)
  insist(chosen.length <= limit, 'more addresses than are wanted')
  insist(chosen.length + noes <= known.length, 'more addresses than there are')
  const keys = new Set(chosen.map(({ key }) => key))
  insist(keys.size === chosen.length, 'an address twice')
  for (const { multiaddr: address, key } of chosen) {
    insist(address.toString().endsWith(`/p2p/${PEER}`), 'an address of whoever answers')
    insist(key === addressKey(address) && !world.own.has(key), 'an address of our own')
    const isNamed = known.some((it) => it.isNamed === true && addressKey(it.multiaddr) === key)
    const isRelayed = key.includes('/p2p-circuit')
    insist(isNamed || world.allowRelayed || !isRelayed, 'a relayed address')
    const ip = ipBytes(address)
    if (ip === undefined || isNamed || isRelayed || world.dialsPrivate) continue
    insist(!isSpecial(ip), `an address of a local network, or of nobody: ${address.toString()}`)
  }
}
