/** Which addresses are dialed, and in which order: every class of them by hand. */
import { generateKeyPair } from '@libp2p/crypto/keys'
import { peerIdFromPrivateKey } from '@libp2p/peer-id'
import { multiaddr } from '@multiformats/multiaddr'
import { describe, expect, test } from 'vitest'
import { AddressBook, MISLEADING_FOR } from '../../src/scheduler/address-book.ts'
import { chooseAddresses, refusalsOf } from '../../src/scheduler/address-choice.ts'
import { ADDRESS_FAULTS, addressFault, ownKeys } from '../../src/scheduler/address-rules.ts'
import { ManualClock } from '../../src/testing/manual-clock.ts'
import type { AddressWorld } from '../../src/scheduler/address-rules.ts'
import type { Multiaddr } from '@multiformats/multiaddr'
import type { KnownAddress } from '../../src/scheduler/address-choice.ts'

const newKey = async (): Promise<string> =>
  peerIdFromPrivateKey(await generateKeyPair('Ed25519')).toString()
const [peer, other, relay] = [await newKey(), await newKey(), await newKey()]
const SELF = ['/ip4/52.0.0.9/tcp/4001', '/ip6/2600::9/tcp/4001', '/dns4/me.example/tcp/443/wss']

const world = (changes: Partial<AddressWorld> = {}): AddressWorld => ({
  own: ownKeys(
    SELF.map((text) => multiaddr(`${text}/p2p/${other}`)),
    []
  ),
  dialsPrivate: false,
  allowRelayed: false,
  isDialable: () => true,
  ...changes
})

const faultOf = (text: string, changes?: Partial<AddressWorld>, isNamed = false) =>
  addressFault(multiaddr(text), peer, world(changes), isNamed)

const overTcp = (each: Multiaddr): boolean => each.toString().includes('/tcp/')

describe('an address is refused', () => {
  test.each([
    // ours, in each of its forms
    ['/ip4/52.0.0.9/tcp/4001', 'own'],
    [`/ip4/52.0.0.9/tcp/4001/p2p/${peer}`, 'own'],
    ['/ip6/::ffff:52.0.0.9/tcp/4001', 'own'],
    ['/ip6/64:ff9b::3400:9/tcp/4001', 'own'],
    ['/ip6/2600:0:0:0:0:0:0:9/tcp/4001', 'own'],
    ['/dns4/me.example/tcp/443/wss', 'own'],
    ['/ip4/52.0.0.9/tcp/4002', undefined],
    ['/ip4/52.0.0.9/udp/4001/quic-v1', undefined],
    // no address, though it could be written down
    [`/ip4/52.1.1.1/tcp/4001/p2p/nobody/p2p-circuit/p2p/${peer}`, 'no-transport'],
    // nowhere
    ['/ip4/0.0.0.0/tcp/4001', 'unspecified'],
    ['/ip6/::/tcp/4001', 'unspecified'],
    ['/ip6/::ffff:0.0.0.0/tcp/4001', 'unspecified'],
    ['/ip4/169.254.1.1/tcp/4001', 'link-local'],
    ['/ip6/fe80::1/tcp/4001', 'link-local'],
    ['/ip6zone/eth0/ip6/fe80::1/tcp/4001', 'link-local'],
    ['/ip6/64:ff9b::a9fe:101/tcp/4001', 'link-local'],
    ['/ip4/224.0.0.1/tcp/4001', 'multicast'],
    ['/ip6/ff02::1/tcp/4001', 'multicast'],
    ['/ip6/::10.0.0.1/tcp/4001', 'reserved'],
    ['/ip6/::61/tcp/4001', 'reserved'],
    ['/ip6/201:1234::1/tcp/4001', undefined],
    ['/ip4/203.0.113.7/tcp/4001', 'reserved'],
    ['/ip6/2001:db8::1/tcp/4001', 'reserved'],
    ['/ip4/240.0.0.1/tcp/4001', 'reserved'],
    ['/ip4/52.1.1.1/tcp/0', 'no-port'],
    ['/ip4/52.1.1.1/udp/0/quic-v1', 'no-port'],
    // a local network's, or this machine's
    ['/ip4/10.0.0.1/tcp/4001', 'private'],
    ['/ip4/172.16.0.1/tcp/4001', 'private'],
    ['/ip4/192.168.1.1/tcp/4001', 'private'],
    ['/ip4/100.64.0.1/tcp/4001', 'private'],
    ['/ip6/fd00::1/tcp/4001', 'private'],
    ['/ip4/127.0.0.1/tcp/4001', 'private'],
    ['/ip6/::1/tcp/4001', 'private'],
    ['/ip6/::ffff:10.0.0.1/tcp/4001', 'private'],
    ['/ip6/64:ff9b::7f00:1/tcp/4001', 'private'],
    ['/ip6/2002:c0a8:101::1/tcp/4001', 'private'],
    // another peer's
    [`/ip4/52.1.1.1/tcp/4001/p2p/${other}`, 'another-peer'],
    [`/ip4/52.1.1.1/tcp/1/p2p/${relay}/p2p-circuit/p2p/${other}`, 'another-peer'],
    [`/p2p/${peer}`, 'no-transport'],
    // over a relay
    [`/ip4/52.1.1.1/tcp/1/p2p/${relay}/p2p-circuit`, 'relayed'],
    [`/ip4/52.1.1.1/tcp/1/p2p/${relay}/p2p-circuit/p2p/${peer}`, 'relayed'],
    [`/dns4/${'a'.repeat(600)}.example/tcp/1`, 'too-long'],
    // and what may be dialed
    ['/ip4/52.1.1.1/tcp/4001', undefined],
    [`/ip4/52.1.1.1/tcp/4001/p2p/${peer}`, undefined],
    ['/ip6/2600::1/tcp/4001', undefined],
    ['/ip6/::ffff:52.1.1.1/tcp/4001', undefined],
    ['/dns4/localhost/tcp/4001', undefined],
    ['/dns6/example.org/tcp/443/wss', undefined],
    ['/dnsaddr/example.org', undefined],
    ['/memory/here', undefined]
  ])('%s: %s', (text, fault) => {
    expect(faultOf(text)).toBe(fault)
  })

  test('a private one is dialed if it may be, and if the application named it', () => {
    for (const text of ['/ip4/10.0.0.1/tcp/1', '/ip6/::1/tcp/1', '/ip6/::ffff:127.0.0.1/tcp/1']) {
      expect(faultOf(text, { dialsPrivate: true })).toBeUndefined()
      expect(faultOf(text, {}, true)).toBeUndefined()
    }
    // but whoever names it: not our own, and not what is no address
    for (const [text, fault] of [
      [SELF[0] ?? '', 'own'],
      ['/ip4/0.0.0.0/tcp/1', 'unspecified'],
      ['/ip6/fe80::1/tcp/1', 'link-local'],
      ['/ip4/10.0.0.1/tcp/0', 'no-port']
    ] as const) {
      expect(faultOf(text, { dialsPrivate: true }, true)).toBe(fault)
    }
  })

  test('a relayed one is dialed where relays are allowed, whatever the relay’s address is', () => {
    const circuit = `/ip4/10.0.0.1/tcp/1/p2p/${relay}/p2p-circuit`
    expect(faultOf(circuit, { allowRelayed: true })).toBeUndefined()
    expect(faultOf(circuit, {}, true)).toBeUndefined()
    expect(faultOf(circuit, { allowRelayed: true, isDialable: () => false })).toBe('no-transport')
  })

  test('one for which there is no transport takes no other’s place', () => {
    const given = { isDialable: overTcp }
    expect(faultOf('/ip4/52.1.1.1/udp/1/quic-v1', given)).toBe('no-transport')
    expect(faultOf('/ip4/52.1.1.1/tcp/1', given)).toBeUndefined()
  })

  test('who listens on every interface is at each address of this machine', () => {
    const loopback = at('/ip4/127.0.0.1/tcp/4001', '/ip6/::1/tcp/4002', '/ip4/10.0.0.9/tcp/4001')
    // whatever port it was given, libp2p shows the one that it asked for
    const own = ownKeys(loopback, at('/ip4/0.0.0.0/tcp/0', '/ip6/::/tcp/0'))
    const given = { own, dialsPrivate: true }
    expect(faultOf('/ip4/127.0.0.1/tcp/4001', given)).toBe('own')
    expect(faultOf('/ip4/127.9.9.9/tcp/4001', given)).toBe('own')
    expect(faultOf('/ip6/::ffff:127.0.0.2/tcp/4001', given)).toBe('own')
    expect(faultOf('/ip6/::1/tcp/4002', given)).toBe('own')
    expect(faultOf('/ip4/127.0.0.1/tcp/4003', given)).toBeUndefined()
    // who listens on one of them is at that one
    const here = at('/ip4/127.0.0.1/tcp/4001')
    const one = { own: ownKeys(here, here), dialsPrivate: true }
    expect(faultOf('/ip4/127.0.0.2/tcp/4001', one)).toBeUndefined()
  })
})

function choosing(limit = 8) {
  const clock = new ManualClock()
  const book = new AddressBook(clock, 8)
  const choose = (known: KnownAddress[], changes?: Partial<AddressWorld>) =>
    chooseAddresses(peer, known, limit, world(changes), book)
  return { clock, book, choose }
}

const at = (...texts: string[]): Multiaddr[] => texts.map((text) => multiaddr(text))

const address = (text: string, isCertified = false): KnownAddress => ({
  multiaddr: multiaddr(text),
  isCertified
})
const host = (index: number): string => `/ip4/52.1.${index >> 8}.${index & 255}/tcp/1`

describe('of the addresses of a peer', () => {
  test('the best come first, and no more than the limit', () => {
    const { choose, book, clock } = choosing(5)
    clock.advance(10_000)
    book.succeeded(peer, host(3))
    clock.advance(1_000)
    book.succeeded(peer, host(4))
    book.failed(peer, host(5))
    clock.advance(5_000)
    const circuit = `/ip4/52.1.1.1/tcp/1/p2p/${relay}/p2p-circuit`
    const given = [
      address(circuit, true),
      address(host(5)),
      address('/ip4/10.0.0.1/tcp/1'),
      address(host(1)),
      address(host(2), true),
      address(host(3)),
      address(host(4)),
      address(host(1))
    ]
    const { addresses } = choose(given, { allowRelayed: true, dialsPrivate: true })
    expect(addresses.map(({ key }) => key)).toEqual([
      host(4), // answered last
      host(3), // answered before
      host(2), // the peer has signed it
      host(1), // nobody knows better
      host(5) // failed, and has rested; left out: a local network's, a relay's
    ])
    expect(
      addresses.map(({ multiaddr: each }) => each.toString().endsWith(`/p2p/${peer}`))
    ).toEqual(Array.from({ length: 5 }, () => true))
  })

  test('of very many only those are looked at that the peer has signed, as far as they go', () => {
    const { choose } = choosing(Infinity)
    const many = Array.from({ length: 1_030 }, (_, i) => address(host(i), i >= 5))
    const keys = choose(many).addresses.map(({ key }) => key)
    expect(keys).toHaveLength(1_024)
    expect(keys).not.toContain(host(0))
    const few = Array.from({ length: 1_030 }, (_, i) => address(host(i), i === 1_029))
    const chosen = choose(few).addresses.map(({ key }) => key)
    expect(chosen).toHaveLength(1_024)
    expect(chosen).toContain(host(1_029))
  })

  test('those that failed lately rest, unless there are no others', () => {
    const { choose, book, clock } = choosing()
    book.failed(peer, host(1))
    book.failed(peer, host(2))
    book.failed(peer, host(2))
    const keys = (...indexes: number[]) =>
      choose(indexes.map((index) => address(host(index)))).addresses.map(({ key }) => key)
    expect(keys(1, 2, 3)).toEqual([host(3)])
    expect(keys(2, 1)).toEqual([host(1), host(2)])
    clock.advance(5_000)
    expect(keys(1, 2, 3)).toEqual([host(3), host(1)])
    clock.advance(5_000)
    expect(keys(1, 2, 3)).toEqual([host(3), host(1), host(2)])
  })

  test('one at which another peer answered is not tried for an hour', () => {
    const { choose, book, clock } = choosing()
    book.misled(peer, host(1))
    expect(refusalsOf(choose([address(host(1))]).refused)).toBe('1 address refused: 1 misleading')
    expect(choose([{ multiaddr: multiaddr(host(1)), isNamed: true }]).addresses).toHaveLength(1)
    clock.advance(MISLEADING_FOR)
    expect(choose([address(host(1))]).addresses).toHaveLength(1)
  })

  test('20,000 cost no more time than 1,024, and those that the peer has signed are among them', () => {
    const { choose } = choosing()
    let looked = 0
    const isDialable = (): boolean => ++looked > 0
    const many = Array.from({ length: 20_000 }, (_, index) => address(host(index)))
    const { addresses } = choose([...many, address('/ip4/52.9.9.9/tcp/1', true)], { isDialable })
    expect(addresses.map(({ key }) => key)).toEqual([
      '/ip4/52.9.9.9/tcp/1',
      ...Array.from({ length: 7 }, (_, index) => host(index))
    ])
    expect(looked).toBe(1_024)
  })

  test('every fault has its word, and the words say how many', () => {
    expect(refusalsOf(new Map())).toBe('no address is known')
    const { refused } = choosing().choose([
      address('/ip4/0.0.0.0/tcp/1'),
      address('/ip4/10.0.0.1/tcp/1'),
      address('/ip4/10.0.0.2/tcp/1')
    ])
    expect(refusalsOf(refused)).toBe('3 addresses refused: 1 unspecified, 2 private')
    expect([...refused.keys()].every((fault) => ADDRESS_FAULTS.includes(fault))).toBe(true)
  })
})

describe('the address book', () => {
  test('forgets the addresses that were tried longest ago, and the peers', () => {
    const { book } = choosing()
    for (let index = 0; index < 9; index++) book.failed(peer, host(index))
    expect(book.standing(peer, host(0))).toBeUndefined()
    expect(book.standing(peer, host(8))).toMatchObject({ failures: 1 })
    for (let index = 0; index < 1_500; index++) book.failed(`peer${index}`, host(0))
    expect(book.size).toBe(1_000)
    expect(book.standing(peer, host(8))).toBeUndefined()
  })

  test('doubles the rest of an address with every failure, to half an hour; a success ends it', () => {
    const { book, clock } = choosing()
    const rest = (): number => (book.standing(peer, host(1))?.until ?? 0) - clock.now()
    const rests = Array.from({ length: 40 }, () => {
      book.failed(peer, host(1))
      return rest()
    })
    expect(rests.slice(0, 4)).toEqual([5_000, 10_000, 20_000, 40_000])
    expect(rests.at(-1)).toBe(1_800_000)
    book.succeeded(peer, host(1))
    expect(book.standing(peer, host(1))).toMatchObject({ failures: 0, isResting: false })
    book.failed(peer, host(1))
    expect(rest()).toBe(5_000)
  })

  test('lets new addresses end a cool-down once in 35 s', () => {
    const { book, clock } = choosing()
    expect(book.mayReaddress(peer)).toBe(true)
    book.readdressed(peer)
    clock.advance(34_999)
    expect(book.mayReaddress(peer)).toBe(false)
    expect(book.mayReaddress(other)).toBe(true)
    clock.advance(1)
    expect(book.mayReaddress(peer)).toBe(true)
  })
})
