/**
 * The user's connection gater with ours in front.
 *
 * Mutations that turn this file red, each tried by hand (connection-gater.ts):
 * - a hook without `denies(...)`: "asks ours first" for that hook
 * - a hook that does not ask the user's: "asks the user's" for that hook
 * - the user's hook called without its own `this`: both tests with `Doorman`
 * - `destination` without normalising or without looking at the end of the address: "an address"
 */
import { peerIdFromString } from '@libp2p/peer-id'
import { tcp } from '@libp2p/tcp'
import { multiaddr } from '@multiformats/multiaddr'
import { createLibp2p } from 'libp2p'
import { expect, test } from 'vitest'
import { composeConnectionGater } from '../../src/gate/connection-gater.ts'
import { connect, eventually, gatedNode, stockNode } from './nodes.ts'
import type { ConnectionGater, MultiaddrConnection, PeerId } from '@libp2p/interface'

const BANNED = '12D3KooWGzxzKZYveHXtpG6AsrUJBcWxHBFS2HsEoGTxrMLvKXtf'
const FRIEND = '12D3KooWP7jsmVHnXBQ8KBKLMLjWfDjrRLFpMZmDzAFtXdeCNcRH'
const banned = peerIdFromString(BANNED)
const friend = peerIdFromString(FRIEND)
const maConn = {} as MultiaddrConnection

/** A gater as a user might write it: a class with private state. */
class Doorman implements ConnectionGater {
  readonly #asked: string[] = []
  readonly #answer: boolean

  constructor(answer = false) {
    this.#answer = answer
  }

  get asked(): string[] {
    return this.#asked
  }

  denyDialPeer(): boolean {
    return this.#note('denyDialPeer')
  }
  denyDialMultiaddr(): boolean {
    return this.#note('denyDialMultiaddr')
  }
  denyInboundConnection(): boolean {
    return this.#note('denyInboundConnection')
  }
  denyOutboundConnection(): boolean {
    return this.#note('denyOutboundConnection')
  }
  denyInboundEncryptedConnection(): boolean {
    return this.#note('denyInboundEncryptedConnection')
  }
  denyOutboundEncryptedConnection(): boolean {
    return this.#note('denyOutboundEncryptedConnection')
  }
  denyInboundUpgradedConnection(): boolean {
    return this.#note('denyInboundUpgradedConnection')
  }
  denyOutboundUpgradedConnection(): boolean {
    return this.#note('denyOutboundUpgradedConnection')
  }
  denyInboundRelayReservation(): boolean {
    return this.#note('denyInboundRelayReservation')
  }
  denyOutboundRelayedConnection(): boolean {
    return this.#note('denyOutboundRelayedConnection')
  }
  denyInboundRelayedConnection(): boolean {
    return this.#note('denyInboundRelayedConnection')
  }

  // libp2p takes this one out of the object when the node is made, and calls it without its `this`
  readonly filterMultiaddrForPeer = (): boolean => {
    this.#note('filterMultiaddrForPeer')
    return true
  }

  #note(hook: string): boolean {
    this.#asked.push(hook)
    return this.#answer
  }
}

type Hook = keyof ConnectionGater
type Ask = (gater: ConnectionGater, peer: PeerId) => Promise<boolean> | boolean | undefined

/** Every hook that knows a peer, and how to ask it about one. */
const hooks: Array<[string, Hook, Ask]> = [
  ['dials', 'denyDialPeer', (gater, peer) => gater.denyDialPeer?.(peer)],
  [
    'dials by address',
    'denyDialMultiaddr',
    (gater, peer) =>
      gater.denyDialMultiaddr?.(multiaddr(`/ip4/127.0.0.1/tcp/1/p2p/${peer.toString()}`))
  ],
  [
    'outbound',
    'denyOutboundConnection',
    (gater, peer) => gater.denyOutboundConnection?.(peer, maConn)
  ],
  [
    'inbound encrypted',
    'denyInboundEncryptedConnection',
    (gater, peer) => gater.denyInboundEncryptedConnection?.(peer, maConn)
  ],
  [
    'outbound encrypted',
    'denyOutboundEncryptedConnection',
    (gater, peer) => gater.denyOutboundEncryptedConnection?.(peer, maConn)
  ],
  [
    'inbound upgraded',
    'denyInboundUpgradedConnection',
    (gater, peer) => gater.denyInboundUpgradedConnection?.(peer, maConn)
  ],
  [
    'outbound upgraded',
    'denyOutboundUpgradedConnection',
    (gater, peer) => gater.denyOutboundUpgradedConnection?.(peer, maConn)
  ],
  [
    'relay reservation',
    'denyInboundRelayReservation',
    (gater, peer) => gater.denyInboundRelayReservation?.(peer)
  ],
  [
    'relayed, source',
    'denyOutboundRelayedConnection',
    (gater, peer) => gater.denyOutboundRelayedConnection?.(peer, friend)
  ],
  [
    'relayed, destination',
    'denyOutboundRelayedConnection',
    (gater, peer) => gater.denyOutboundRelayedConnection?.(friend, peer)
  ],
  [
    'relayed to us, relay',
    'denyInboundRelayedConnection',
    (gater, peer) => gater.denyInboundRelayedConnection?.(peer, friend)
  ],
  [
    'relayed to us, remote',
    'denyInboundRelayedConnection',
    (gater, peer) => gater.denyInboundRelayedConnection?.(friend, peer)
  ]
]

const denied = (peer: string): boolean => peer === BANNED

test.for(hooks)('%s: %s asks ours first, synchronously', ([, , ask]) => {
  const user = new Doorman()
  expect(ask(composeConnectionGater(user, denied), banned)).toBe(true)
  expect(user.asked).toEqual([])
})

test('ours hears who opens the connection, and from where it comes if that is known', () => {
  const heard: unknown[] = []
  const gater = composeConnectionGater({}, (_peer, ...rest) => {
    heard.push(rest)
    return false
  })
  const directions = hooks.map(([, , ask]) => {
    heard.length = 0
    void ask(gater, friend)
    return heard.at(-1)
  })
  expect(directions).toEqual(
    hooks.map(([name]) => {
      if (/^inbound (encrypted|upgraded)$/.test(name)) return ['inbound', maConn]
      return [name.startsWith('relay') ? 'inbound' : 'outbound']
    })
  )
})

test.for(hooks)("%s: %s asks the user's about everybody else", ([, hook, ask]) => {
  for (const answer of [false, true]) {
    const user = new Doorman(answer)
    expect(ask(composeConnectionGater(user, denied), friend)).toBe(answer)
    expect(user.asked).toEqual([hook])
  }
})

test.for(hooks)(
  '%s: %s has no objection of its own when the user has no such hook',
  ([, , ask]) => {
    const gater = composeConnectionGater({}, denied)
    expect(ask(gater, banned)).toBe(true)
    expect(ask(gater, friend)).toBe(false)
  }
)

test('hooks that know no peer are the user’s alone, and as if absent when the user has none', () => {
  const address = multiaddr('/ip4/127.0.0.1/tcp/1')
  const user = new Doorman(true)
  const gater = composeConnectionGater(user, denied)
  expect(gater.denyInboundConnection(maConn)).toBe(true)
  expect(gater.filterMultiaddrForPeer(banned, address)).toBe(true)
  expect(gater.denyDialMultiaddr(address)).toBe(true)
  expect(user.asked).toEqual([
    'denyInboundConnection',
    'filterMultiaddrForPeer',
    'denyDialMultiaddr'
  ])

  const bare = composeConnectionGater({}, denied)
  expect(bare.denyInboundConnection(maConn)).toBe(false)
  expect(bare.filterMultiaddrForPeer(banned, address)).toBe(true)
  expect(bare.denyDialMultiaddr(address)).toBe(false)
})

test('a hook that the user adds or replaces later is asked', () => {
  const user: ConnectionGater = {}
  const gater = composeConnectionGater(user, denied)
  expect(gater.denyDialPeer(friend)).toBe(false)
  user.denyDialPeer = () => true
  expect(gater.denyDialPeer(friend)).toBe(true)
})

test('a later service may compose it once more by spreading it', () => {
  const gater = { ...composeConnectionGater(new Doorman(), denied), denyDialPeer: () => false }
  expect(gater.denyInboundEncryptedConnection(banned, maConn)).toBe(true)
})

test.for<[string, boolean]>([
  [`/ip4/127.0.0.1/tcp/1/p2p/${BANNED}`, true],
  [`/ip4/127.0.0.1/tcp/1/p2p/${banned.toCID().toString()}`, true],
  // in a form whose letters hold those with which the usual one begins
  ['/ip4/127.0.0.1/tcp/1/p2p/k51qzi5uqu5diuci8bva7narzo109juvlfbckhzf3j2ljua2979b21rs6uyquk', true],
  [`/ip4/127.0.0.1/tcp/1/p2p/${FRIEND}/p2p-circuit/p2p/${BANNED}`, true],
  [`/ip4/127.0.0.1/tcp/1/p2p/${BANNED}/p2p-circuit/p2p/${FRIEND}`, false],
  [`/ip4/127.0.0.1/tcp/1/p2p/${BANNED}/p2p-circuit`, false],
  // of a kind that no peer id is
  ['/ip4/127.0.0.1/tcp/1/p2p/bafkreihdwdcefgh4dqkjv67uzcmw7ojee6xedzdetojuzjevtenxquvyku', false],
  ['/ip4/127.0.0.1/tcp/1', false],
  ['/', false]
])('an address leads to the peer after its last /p2p/: %s', ([address, expected]) => {
  const user = { denyDialMultiaddr: () => false }
  expect(composeConnectionGater(user, denied).denyDialMultiaddr(multiaddr(address))).toBe(expected)
})

test.for([
  '/ip4/127.0.0.1/tcp/1/p2p/bafkreihdwdcefgh4dqkjv67uzcmw7ojee6xedzdetojuzjevtenxquvyku',
  '/ip4/127.0.0.1/tcp/1',
  '/'
])('an address that leads to no peer is nobody to ask about: %s', (address) => {
  const gater = composeConnectionGater({}, () => true)
  expect(gater.denyDialMultiaddr(multiaddr(address))).toBe(false)
})

test('on a node: a banned peer cannot dial us nor be dialed, by id or by bare address; others can, and the user’s gater is asked', async () => {
  const user = new Doorman()
  const network = { transports: [tcp()], addresses: { listen: ['/ip4/127.0.0.1/tcp/0'] } }
  const ours = await gatedNode({}, { ...network, connectionGater: user })
  const stranger = await stockNode({}, network)
  const outcast = await stockNode({}, network)
  ours.services.gate.banned.add(outcast.peerId.toString())
  const bare = outcast.getMultiaddrs().map((address) => address.decapsulateCode(421))

  await expect(ours.dial(outcast.getMultiaddrs())).rejects.toMatchObject({
    name: 'DialDeniedError'
  })
  await expect(ours.dial(bare)).rejects.toThrow('denyOutboundEncryptedConnection')
  // a dial that is denied after encryption may resolve at the dialer, and end at once
  await outcast.dial(ours.getMultiaddrs()).catch(() => {})
  await eventually(() => expect(outcast.getConnections(ours.peerId)).toEqual([]))
  expect(ours.getConnections()).toEqual([])

  user.asked.length = 0
  await connect(stranger, ours)
  expect(user.asked.filter((hook) => hook !== 'filterMultiaddrForPeer')).toEqual([
    'denyInboundConnection',
    'denyInboundEncryptedConnection',
    'denyInboundUpgradedConnection'
  ])
  await ours.hangUp(stranger.peerId)
  await eventually(() => expect(stranger.getConnections(ours.peerId)).toEqual([]))
  user.asked.length = 0
  await connect(ours, stranger)
  expect(user.asked.filter((hook) => hook !== 'filterMultiaddrForPeer')).toEqual([
    'denyDialPeer',
    'denyDialMultiaddr',
    'denyOutboundConnection',
    'denyOutboundEncryptedConnection',
    'denyOutboundUpgradedConnection'
  ])
})

test('on a node: what the user’s gater denies stays denied', async () => {
  const ours = await gatedNode({}, { connectionGater: { denyDialPeer: async () => true } })
  const stock = await stockNode()
  await expect(ours.dial(stock.getMultiaddrs())).rejects.toMatchObject({ name: 'DialDeniedError' })
})

test('the default hooks of libp2p are asked, too', async () => {
  // libp2p writes them into the gater of a node; in browsers there is one against private addresses
  const gater: ConnectionGater = {}
  const node = await createLibp2p({ start: false, connectionGater: gater })
  const composed = composeConnectionGater(gater, denied)
  for (const hook of Object.keys(gater)) expect(composed).toHaveProperty(hook)
  await node.stop()
})
