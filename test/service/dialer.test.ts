import { generateKeyPair } from '@libp2p/crypto/keys'
import { peerIdFromPrivateKey } from '@libp2p/peer-id'
import { multiaddr } from '@multiformats/multiaddr'
import { describe, expect, it } from 'vitest'
import { DIALING_DEFAULTS } from '../../src/options/dialing-options.ts'
import { AddressBook } from '../../src/scheduler/address-book.ts'
import { Dialer } from '../../src/scheduler/dialer.ts'
import { NetGroups } from '../../src/scheduler/net-groups.ts'
import { ManualClock } from '../../src/testing/manual-clock.ts'
import type { Candidate, DialingOptions } from '../../src/options/dialing-options.ts'
import type { DialerComponents, DialResult, DialTarget } from '../../src/scheduler/dialer.ts'
import type { Multiaddr } from '@multiformats/multiaddr'
import type { Connection, Peer } from '@libp2p/interface'
import type { ConnectionManager } from '@libp2p/interface-internal'

const peer = peerIdFromPrivateKey(await generateKeyPair('Ed25519'))
type Open = ConnectionManager['openConnection']

const ready = (): Promise<void> => Promise.resolve()

const key = peer.toString()
const PLACE = '/ip4/52.1.1.1/tcp/4001'

interface World {
  /** What the peer store has of the peer; undefined if it is not there. */
  record?: Partial<Peer> | undefined
  /** What the DHT finds. */
  found?: Multiaddr[]
  own?: Multiaddr[]
  allowRelayed?: boolean
  dialing?: Partial<DialingOptions>
  transports?: (address: Multiaddr) => unknown
  connections?: Connection[]
}

const known = (...addresses: string[]): Partial<Peer> => ({
  addresses: addresses.map((address) => ({ multiaddr: multiaddr(address), isCertified: false }))
})

function dialing(open: Open, world: World = {}) {
  const { record = known(PLACE), found, own = [], allowRelayed = false, dialing: options } = world
  const clock = new ManualClock()
  const book = new AddressBook(clock, 8)
  const lookups: string[] = []
  const faults: unknown[] = []
  const components = {
    connectionManager: {
      openConnection: open,
      getConnections: () => world.connections ?? []
    },
    peerStore: {
      get: async () => {
        if (world.record === undefined && 'record' in world) throw named('NotFoundError')
        return { id: peer, protocols: [], metadata: new Map(), ...record }
      }
    },
    peerRouting: {
      findPeer: async () => {
        lookups.push('dht')
        if (found === undefined) throw named('NoPeerRoutersError')
        return { id: peer, multiaddrs: found }
      }
    },
    addressManager: { getAddresses: () => own },
    ...(world.transports && {
      transportManager: { dialTransportForMultiaddr: world.transports }
    })
  } as unknown as DialerComponents
  const dialer = new Dialer(components, {
    clock,
    allowRelayed,
    dialing: { ...DIALING_DEFAULTS, ...options },
    book,
    ready,
    groups: new NetGroups(Infinity, { held: () => [], connectedIn: () => undefined }),
    onFault: (_peer, error) => faults.push(error)
  })
  return { dialer, book, clock, lookups, faults, ends: [] as DialResult[] }
}

const end = (dialer: Dialer, target: Omit<DialTarget, 'peerId'> = {}): Promise<DialResult> =>
  new Promise((resolve) => {
    dialer.dial({ peerId: peer, ...target }, resolve)
  })

const dial = async (open: Open, world?: World): Promise<DialResult> =>
  end(dialing(open, world).dialer)

/** A dialer that writes down where it was sent, and what it is answered. */
function recording({
  error,
  fail = false,
  ...world
}: World & { error?: Error; fail?: boolean } = {}) {
  const open: string[] = []
  const answer = { fail }
  const dialer = dialing((target) => {
    open.push(String(target))
    return answer.fail ? Promise.reject(error ?? new Error('why')) : Promise.resolve(connection({}))
  }, world)
  return { ...dialer, open, answer }
}

const named = (name: string): Error => Object.assign(new Error('why'), { name })
const connection = (init: Partial<Connection>): Connection =>
  ({ status: 'open', ...init }) as Connection

describe('a dial', () => {
  it.each(['NoValidAddressesError', 'NotFoundError', 'NoPeerRoutersError'])(
    'that ends in %s had no address to go to',
    async (name) => {
      const result = await dial(() => Promise.reject(named(name)))
      const fault = { reason: 'no-address', fault: 'no-address', detail: `${name}: why` }
      expect(result).toEqual({ kind: 'failed', ...fault })
    }
  )

  it('that fails says how, without what a peer got into it', async () => {
    const result = await dial(() => Promise.reject(new Error('refused\n\u001b[2J')))
    expect(result).toEqual({
      kind: 'failed',
      reason: 'dial-failed',
      fault: 'network',
      detail: 'Error: refused\\u{a}\\u{1b}[2J'
    })
  })

  it('fails, and nothing more, whatever the user’s connection gater throws', async () => {
    const hostile = new Error('boom')
    Object.defineProperty(hostile, 'name', { get: () => expect.unreachable() })
    for (const error of [hostile, undefined, null, 'text', Symbol('s')]) {
      // a gater may throw what it likes
      // oxlint-disable-next-line typescript/prefer-promise-reject-errors
      const result = await dial(() => Promise.reject(error))
      expect(result).toMatchObject({ kind: 'failed', reason: 'dial-failed' })
    }
  })

  it('is not a success if the connection is closed already, or leads over a relay', async () => {
    const closed = await dial(() => Promise.resolve(connection({ status: 'closed' })))
    expect(closed).toMatchObject({ kind: 'failed', reason: 'connection-closed' })
    const relayed = connection({ limits: {} })
    expect(await dial(() => Promise.resolve(relayed))).toMatchObject({ reason: 'dial-failed' })
    expect(await dial(() => Promise.resolve(relayed), { allowRelayed: true })).toMatchObject({
      kind: 'connected'
    })
  })

  it('goes to the addresses that a connect() names, and to no others', async () => {
    const { dialer, open } = recording()
    const here = multiaddr('/memory/here')
    await end(dialer, { addresses: [here], named: [multiaddr('/memory/there')] })
    expect(open).toEqual([`/memory/here/p2p/${key}`])
  })

  it('goes to where the peer store and the application know it, under its own name', async () => {
    const { dialer, open } = recording({
      fail: true,
      record: known(PLACE, `${PLACE}/p2p/${key}`, '/dns4/example.org/tcp/1')
    })
    const result = await end(dialer, { named: [multiaddr('/ip4/10.0.0.1/tcp/1')] })
    expect(open.toSorted()).toEqual(
      [
        `/dns4/example.org/tcp/1/p2p/${key}`,
        `${PLACE}/p2p/${key}`,
        `/ip4/10.0.0.1/tcp/1/p2p/${key}`
      ].toSorted()
    )
    expect(result).toMatchObject({ detail: '3 addresses failed: Error: why' })
  })

  it('asks the DHT where a peer is whose address nobody knows', async () => {
    for (const record of [undefined, known()]) {
      const { dialer, open, lookups } = recording({ record, found: [multiaddr(PLACE)] })
      expect(await end(dialer)).toMatchObject({ kind: 'connected' })
      expect([open, lookups]).toEqual([[`${PLACE}/p2p/${key}`], ['dht']])
    }
    const lost = recording({ record: undefined })
    expect(await end(lost.dialer)).toMatchObject({
      reason: 'no-address',
      detail: 'no address is known'
    })
  })

  it('says how many addresses were refused, and why', async () => {
    const { dialer, open, lookups } = recording({
      own: [multiaddr('/ip4/52.0.0.9/tcp/4001')],
      record: known('/ip4/10.0.0.1/tcp/1', '/ip4/127.0.0.1/tcp/1', '/ip4/52.0.0.9/tcp/4001')
    })
    expect(await end(dialer)).toEqual({
      kind: 'failed',
      reason: 'no-address',
      fault: 'no-address',
      detail: '3 addresses refused: 2 private, 1 own'
    })
    // the peer is known, at places where nobody is dialed: the DHT is not bothered
    expect([open, lookups]).toEqual([[], []])
  })

  it('knows an address of ours that is new to us, a second later at the latest', async () => {
    const own: Multiaddr[] = []
    const { dialer, open, clock } = recording({ own, record: known(PLACE) })
    await end(dialer)
    own.push(multiaddr(PLACE))
    clock.advance(1_000)
    expect(await end(dialer)).toMatchObject({ detail: '1 address refused: 1 own' })
    expect(open).toHaveLength(1)
  })

  it('uses the connection that is there, although no address may be dialed', async () => {
    const { dialer, open } = recording({ record: known(), connections: [connection({})] })
    expect(await end(dialer)).toMatchObject({ kind: 'connected' })
    expect(open).toEqual([])
  })

  it('leaves an address alone that failed, as long as there are others', async () => {
    const [one, two] = ['/ip4/52.1.1.1/tcp/1', '/ip4/52.1.1.2/tcp/1']
    const { dialer, open, clock, answer } = recording({ record: known(one, two), fail: true })
    await end(dialer)
    expect(open).toEqual([`${one}/p2p/${key}`, `${two}/p2p/${key}`])
    // both failed: better these than none, and the first of them answers now
    answer.fail = false
    await end(dialer)
    expect(open.splice(0)).toHaveLength(3)
    // where it answered last it is looked for first, and two is left alone for its 5 s
    answer.fail = true
    await end(dialer)
    expect(open.splice(0)).toEqual([`${one}/p2p/${key}`])
    clock.advance(5_000)
    await end(dialer)
    expect(open).toEqual([`${one}/p2p/${key}`, `${two}/p2p/${key}`])
  })

  it('condemns an address for an hour where another peer answers, and not the peer (KwaaiNet)', async () => {
    const flattened = 'Payload identity key A does not match expected remote identity key B'
    const errors = [
      named('UnexpectedPeerError'),
      Object.assign(new Error(flattened), { name: 'EncryptionFailedError' }),
      new AggregateError([new Error('no'), named('UnexpectedPeerError')], 'all')
    ]
    for (const error of errors) {
      const { dialer, open, clock, answer } = recording({ error, fail: true })
      expect(await end(dialer)).toMatchObject({ reason: 'dial-failed', fault: 'misled' })
      answer.fail = false
      clock.advance(3_599_999)
      expect(await end(dialer)).toMatchObject({
        reason: 'no-address',
        detail: '1 address refused: 1 misleading'
      })
      expect(open).toHaveLength(1)
      // the application insists
      expect(await end(dialer, { named: [multiaddr(PLACE)] })).toMatchObject({ kind: 'connected' })
      clock.advance(1)
      expect(await end(dialer)).toMatchObject({ kind: 'connected' })
    }
  })

  it.each([
    ['Dial queue is full', 'DialError', 'local'],
    ['The operation was aborted', 'AbortError', 'local'],
    ['Not started', 'NotStartedError', 'local'],
    ['Tried to dial self', 'DialError', 'network'],
    ['blocked by gater', 'DialDeniedError', 'refused'],
    ['no crypto module found', 'EncryptionFailedError', 'refused'],
    ['timed out', 'TimeoutError', 'network']
  ])('that ends with "%s" is the fault of: %s %s', async (message, name, fault) => {
    const error = Object.assign(new Error(message), { name })
    const { dialer, book } = recording({
      error,
      fail: true,
      record: known(PLACE, '/ip4/52.9.9.9/tcp/1')
    })
    expect(await end(dialer)).toMatchObject({ kind: 'failed', fault })
    // trouble of our own says nothing of an address
    expect(book.standing(key, PLACE) === undefined).toBe(fault === 'local')
  })

  it('that took too long is the fault of the address it was spent on', async () => {
    const { dialer, book } = dialing(() => new Promise(() => {}), {
      record: known(PLACE, '/ip4/52.1.1.2/tcp/1')
    })
    dialer.dial({ peerId: peer }, () => expect.unreachable())
    await new Promise((done) => setImmediate(done))
    dialer.expired(key, false)
    dialer.cancel(key)
    expect(book.standing(key, PLACE)).toMatchObject({ failures: 1, isResting: true })
    expect(book.standing(key, '/ip4/52.1.1.2/tcp/1')).toBeUndefined()
    dialer.expired(key, false)
  })

  it('that took too long because of us has tried an address, no more', async () => {
    const { dialer, book } = dialing(() => new Promise(() => {}), { record: known(PLACE) })
    dialer.dial({ peerId: peer }, () => expect.unreachable())
    await new Promise((done) => setImmediate(done))
    dialer.expired(key, true)
    dialer.cancel(key)
    expect(book.standing(key, PLACE)).toMatchObject({ failures: 0, isResting: false })
  })

  it('asks the application’s filter about a candidate, with what is known of it', async () => {
    const asked: Candidate[] = []
    const metadata = new Map([['agent', new Uint8Array([1])]])
    const filter = (candidate: Candidate): boolean => {
      asked.push(candidate)
      return candidate.protocols.includes('/mychain')
    }
    const record = { ...known(PLACE, '/ip4/10.0.0.1/tcp/1'), protocols: ['/ping'], metadata }
    const own = [multiaddr('/ip4/52.0.0.9/tcp/4001')]
    const world = recording({ record, own, dialing: { filter } })
    expect(await end(world.dialer, { isFiltered: true })).toMatchObject({ reason: 'filtered' })
    expect(world.open).toEqual([])
    const [{ peerId, addresses, ...rest }] = asked as [Candidate]
    expect([peerId, addresses.map(String), rest]).toEqual([
      peer,
      [`${PLACE}/p2p/${key}`],
      { protocols: ['/ping'], metadata }
    ])
    // whom the application asks for it has looked at itself
    expect(await end(world.dialer)).toMatchObject({ kind: 'connected' })
    const chain = recording({ record: { ...record, protocols: ['/mychain'] }, dialing: { filter } })
    expect(await end(chain.dialer, { isFiltered: true })).toMatchObject({ kind: 'connected' })
  })

  it.each([
    [
      'throws',
      () => {
        throw new Error('boom')
      },
      'boom'
    ],
    ['promises', () => Promise.resolve(true), 'got a promise'],
    ['promises and fails', () => Promise.reject(new Error('later')), 'got a promise'],
    ['says nothing', () => undefined, 'got undefined'],
    ['says something', () => 'yes', 'got string']
  ])('is not made for a filter that %s, and says so', async (_, filter, message) => {
    const world = recording({ dialing: { filter: filter as unknown as () => boolean } })
    expect(await end(world.dialer, { isFiltered: true })).toMatchObject({ reason: 'filtered' })
    expect(String(world.faults)).toContain(message)
    expect(world.open).toEqual([])
  })

  it('that is cancelled is aborted, and says nothing any more', async () => {
    const signals: AbortSignal[] = []
    const { promise, resolve } = Promise.withResolvers<Connection>()
    const { dialer, ends } = dialing((_target, { signal } = {}) => {
      signals.push(signal!)
      return promise
    })
    dialer.dial({ peerId: peer }, (result) => ends.push(result))
    await new Promise((done) => setImmediate(done))
    dialer.cancel(peer.toString())
    resolve(connection({}))
    await promise
    await Promise.resolve()
    expect(signals.map(({ aborted }) => aborted)).toEqual([true])
    expect(ends).toEqual([])
  })
})
