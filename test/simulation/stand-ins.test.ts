/** What stands in for libp2p in the simulation does what libp2p does, in the parts that tests seldom ask, too. */
import { describe, expect, it } from 'vitest'
import { multiaddr } from '@multiformats/multiaddr'
import { TypedEventEmitter } from 'main-event'
import { MortalEvents } from '../../src/testing/simulation/mortal-events.ts'
import { Network } from '../../src/testing/simulation/network.ts'
import { recount } from '../../src/testing/simulation/recount.ts'
import { idOf, ScriptedPeer } from '../../src/testing/simulation/scripted-peer.ts'
import { APP, PROTOCOL, SimulatedNode } from '../../src/testing/simulation/simulated-node.ts'
import { SimulatedPeerStore } from '../../src/testing/simulation/simulated-peer-store.ts'
import { simulatedRegistrar } from '../../src/testing/simulation/simulated-registrar.ts'
import { settled } from '../../src/testing/settled.ts'
import { silent } from '../../src/testing/simulation/simulated-stream.ts'
import type { PeerLifecycle } from '../../src/index.ts'
import type { SimulatedConnection } from '../../src/testing/simulation/simulated-connection.ts'
import type { Libp2pEvents } from '@libp2p/interface'

async function twoNodes(): Promise<{ network: Network; a: SimulatedNode; b: SimulatedNode }> {
  const network = new Network()
  const a = await SimulatedNode.start(network, idOf('a'), '/ip4/20.0.0.1/tcp/1')
  const b = await SimulatedNode.start(network, idOf('b'), '/ip4/30.0.0.1/tcp/1')
  return { network, a, b }
}

describe('the registrar', () => {
  it('takes one handler of a protocol, and lets go of what was given to it', async () => {
    const registrar = simulatedRegistrar()
    await registrar.handle('/a', () => {})
    await expect(registrar.handle('/a', () => {})).rejects.toMatchObject({
      name: 'DuplicateProtocolHandlerError'
    })
    registrar.use('/a', [(stream, connection, next) => next(stream, connection)])
    expect(registrar.getMiddleware('/a')).toHaveLength(1)
    registrar.unuse('/a')
    expect(registrar.getMiddleware('/a')).toEqual([])
    const topology = {}
    const id = await registrar.register('/a', topology)
    expect(registrar.getTopologies('/a')).toEqual([topology])
    expect(registrar.getTopologies('/b')).toEqual([])
    registrar.unregister(id)
    expect(registrar.getTopologies('/a')).toEqual([])
  })
})

describe('the connection manager', () => {
  it('dials whom it knows an address of, and opens a stream', async () => {
    const { a, b } = await twoNodes()
    const { component } = a.dialer
    await expect(component.openConnection(b.peerId)).rejects.toMatchObject({
      name: 'NoValidAddressesError'
    })
    await expect(component.openConnection(multiaddr('/ip4/40.0.0.1/tcp/1'))).rejects.toThrow(
      'Nobody is at /ip4/40.0.0.1/tcp/1'
    )
    await a.peerStore.component.merge(b.peerId, { multiaddrs: [b.address] })
    // it is dialed, and the gate stands before the stream
    await expect(component.openStream(b.peerId, APP, {})).rejects.toMatchObject({
      name: 'PeerNotAuthorizedError'
    })
    const [connection] = component.getConnections(b.peerId)
    expect(connection?.direct).toBe(true)
    await component.closeConnections(b.peerId)
    expect(component.getConnections(b.peerId)).toEqual([])
    // what is over already is not over again
    connection?.abort(new Error('late'))
    ;(connection as SimulatedConnection | undefined)?.end('reset')
    expect(connection?.status).toBe('closed')
  })

  it('finds out who is at an address that names nobody', async () => {
    const { a, b } = await twoNodes()
    const connection = await a.dialer.component.openConnection(multiaddr('/ip4/30.0.0.1/tcp/1'))
    expect(connection.remotePeer.equals(b.peerId)).toBe(true)
  })
})

describe('the peer store', () => {
  it('tells of others, keeps what is merged and replaces what is saved', async () => {
    const events = new TypedEventEmitter<Libp2pEvents>()
    const [self, other] = [idOf('self'), idOf('other')]
    const store = new SimulatedPeerStore(self, events)
    const told: string[] = []
    events.addEventListener('peer:update', ({ detail }) => told.push(detail.peer.id.toString()))
    const { component } = store
    await expect(component.get(other)).rejects.toMatchObject({ name: 'NotFoundError' })
    const [one, two] = [multiaddr('/ip4/1.1.1.1/tcp/1'), multiaddr('/ip4/1.1.1.2/tcp/1')]
    await component.merge(self, { multiaddrs: [one] })
    expect(told).toEqual([])
    await component.merge(other, { multiaddrs: [one], metadata: { key: new Uint8Array([1]) } })
    await component.merge(other, { multiaddrs: [two] })
    expect((await component.getInfo(other)).multiaddrs.map(String)).toEqual([
      String(one),
      String(two)
    ])
    expect((await component.get(other)).metadata.get('key')).toEqual(new Uint8Array([1]))
    await component.save(other, { multiaddrs: [two] })
    expect((await component.getInfo(other)).multiaddrs.map(String)).toEqual([String(two)])
    expect(new Set(told)).toEqual(new Set([other.toString()]))
    const seen: string[] = []
    await component.forEach(({ id }) => void seen.push(id.toString()))
    expect(seen.toSorted()).toEqual([self, other].map(String).toSorted())
    expect(store.size).toBe(2)
  })
})

describe('a node', () => {
  it('serves nothing over a relay that may not run there', async () => {
    const network = new Network()
    const node = await SimulatedNode.start(network, idOf('self'), '/ip4/20.0.0.1/tcp/1')
    const peer = new ScriptedPeer(network, 'p1', '/ip4/30.0.0.1/tcp/1', 'honest')
    network.route(node.peerId, 'relayed')
    const connection = await peer.connect(node)
    expect(connection.direct).toBe(false)
    await expect(connection.newStream(APP)).rejects.toMatchObject({
      name: 'LimitedConnectionError'
    })
    const stream = await connection.newStream(APP, { runOnLimitedConnection: true })
    await settled()
    expect(stream.status).toBe('reset')
    expect(node.served).toEqual([])
  })

  it('hears nothing of what a signal has ended before it began', () => {
    const events = new MortalEvents()
    const heard: string[] = []
    const gone = AbortSignal.abort()
    events.addEventListener('start', () => heard.push('gone'), { signal: gone })
    events.addEventListener('start', () => heard.push('here'), {
      signal: new AbortController().signal
    })
    events.safeDispatchEvent('start')
    expect(heard).toEqual(['here'])
    expect(silent.newScope('scope')).toBe(silent)
  })
})

const slot = (peer: string, pool = 'ordinary'): object => ({ peer, pool })
const view = (peer: string, path: string): object => ({ peerId: peer, path })
const counted =
  (slots: object[], views: object[], isCalm = true) =>
  (): void =>
    recount(
      {
        status: () => ({ slots, maxPeers: 2 }),
        getPeers: () => views
      } as unknown as PeerLifecycle<string>,
      isCalm
    )

describe('a recount', () => {
  it.each<[string, () => void, RegExp]>([
    [
      'two slots',
      counted([slot('a'), slot('a')], [view('a', 'authorized')]),
      /A peer holds two slots/
    ],
    ['too many', counted([slot('a'), slot('b'), slot('c')], []), /3 ordinary slots of 2 are held/],
    [
      'a slot of a pool that is none',
      counted([slot('a', 'reserved')], []),
      /1 reserved slots of 0/
    ],
    ['none', counted([], [view('a', 'dialing')]), /Without a slot: a/],
    [
      'one that nobody uses',
      counted([slot('a')], [view('a', 'connected.queued')]),
      /Slots nobody uses: a/
    ]
  ])('finds %s', (_, count, message) => {
    expect(count).toThrow(message)
  })

  it('finds nothing where there is nothing, nor a token on its way', () => {
    expect(counted([slot('a')], [view('a', 'authorized')])).not.toThrow()
    expect(counted([slot('a')], [view('a', 'connected.queued')], false)).not.toThrow()
  })
})

it('a scripted peer says nothing on a stream that is over', async () => {
  const network = new Network()
  const one = new ScriptedPeer(network, 'p1', '/ip4/20.0.0.1/tcp/1', 'honest')
  const other = new ScriptedPeer(network, 'p2', '/ip4/30.0.0.1/tcp/1', 'silent')
  const connection = await one.connect(other)
  const stream = await connection.newStream(PROTOCOL)
  const words: string[] = []
  one.onWord = ({ word }) => words.push(word)
  stream.abort(new Error('over'))
  await one.incoming(stream)
  await settled()
  expect(words).toEqual([])
})
