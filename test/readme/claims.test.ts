/** What the README says of the service, beside what its examples show. */
import { noise } from '@chainsafe/libp2p-noise'
import { yamux } from '@chainsafe/libp2p-yamux'
import { gossipsub } from '@libp2p/gossipsub'
import { identify } from '@libp2p/identify'
import { memory } from '@libp2p/memory'
import { ping } from '@libp2p/ping'
import { tcp } from '@libp2p/tcp'
import { createLibp2p } from 'libp2p'
import { expect, onTestFinished, test } from 'vitest'
import { createFullNode } from '../../examples/minimal/full-node.ts'
import { heightHandshake } from '../../examples/own-handshake/handshake.ts'
import { chainHandshake, peerLifecycle } from '../../src/index.ts'
import * as api from '../../src/index.ts'
import { matches, readme } from './page.ts'
import type { HandshakeContext, PeerLifecycle } from '../../src/index.ts'
import type { Registrar } from '@libp2p/interface-internal'

const transport = {
  transports: [memory()],
  connectionEncrypters: [noise()],
  streamMuxers: [yamux()]
}
const options = {
  protocolPrefix: '/mychain',
  handshake: chainHandshake({ chainId: 7, genesis: '0x1f2e3d' })
}

/** A service that keeps libp2p's registrar, and uses it when it starts. */
const early = ({ registrar }: { registrar: Registrar }) => ({
  start: async () => registrar.handle('/early/1.0.0', () => {}),
  stop: async () => registrar.unhandle('/early/1.0.0')
})

/** A node with room for sixty connections. */
const nodeOf60 = async (maxPeers: number) =>
  createLibp2p({
    ...transport,
    connectionManager: { maxConnections: 60 },
    services: { peers: peerLifecycle({ ...options, maxPeers }) }
  })

test('the whole node of the README gossips with its peer, and with nobody else', async () => {
  const [a, b] = await Promise.all([createFullNode(), createFullNode()])
  const stranger = await createLibp2p({
    addresses: { listen: ['/ip4/127.0.0.1/tcp/0'] },
    transports: [tcp()],
    connectionEncrypters: [noise()],
    streamMuxers: [yamux()],
    services: { identify: identify(), ping: ping(), pubsub: gossipsub() }
  })
  onTestFinished(
    async () => void (await Promise.all([a, b, stranger].map(async (node) => node.stop())))
  )
  for (const node of [a, b, stranger]) node.services.pubsub.subscribe('heads')
  const heard = Promise.withResolvers<void>()
  a.services.pubsub.addEventListener('subscription-change', () => heard.resolve())

  await a.dial(stranger.getMultiaddrs())
  await a.services.peers.connect(b.getMultiaddrs()[0]!)
  await heard.promise
  await a.services.ping.ping(stranger.peerId)

  expect(a.services.pubsub.getPeers().map(String)).toEqual([b.peerId.toString()])
  expect(a.services.pubsub.getSubscribers('heads').map(String)).toEqual([b.peerId.toString()])
  expect(stranger.services.pubsub.getSubscribers('heads')).toEqual([])
})

test('a service that came first and registers by itself is an error that names the protocol', async () => {
  const node = createLibp2p({ ...transport, services: { early, peers: peerLifecycle(options) } })
  await expect(node).rejects.toMatchObject({
    name: 'UngatedProtocolError',
    message: expect.stringContaining('/early/1.0.0')
  })
})

test('maxPeers + 10 must not exceed maxConnections', async () => {
  await expect(nodeOf60(51)).rejects.toMatchObject({ name: 'InvalidOptionsError' })
  await (await nodeOf60(50)).stop()
})

test('every call that the README names is there, and it names them all', async () => {
  const node = await createLibp2p({ ...transport, services: { peers: peerLifecycle(options) } })
  onTestFinished(async () => node.stop())
  const { peers } = node.services
  expect(typeof peerLifecycle(options).secure).toBe('function')
  const ofOthers = ['addEventListener', 'secure']
  const named = matches(await readme(), /peers\.(\w+)\(/g).filter(
    (name) => !ofOthers.includes(name)
  )
  for (const name of named) {
    expect(typeof peers[name as keyof PeerLifecycle], name).toBe('function')
  }
  const own = Object.getOwnPropertyNames(Object.getPrototypeOf(peers))
  const lifecycle = ['constructor', 'beforeStart', 'start', 'afterStart', 'beforeStop', 'stop']
  const calls = own.filter((name) => !lifecycle.includes(name) && !name.startsWith('on'))
  expect(named.toSorted()).toEqual(calls.toSorted())
})

test('every error of the package is in the README, and no other', async () => {
  const errors = Object.keys(api).filter((name) => name.endsWith('Error'))
  expect(matches(await readme(), /^\| `(\w+Error)` +\|/gm).toSorted()).toEqual(errors.toSorted())
})

const height = (payload: string): unknown =>
  heightHandshake(3, () => 0).verify(new TextEncoder().encode(payload), {} as HandshakeContext)

test('the handshake of the README takes a peer of its network and version', () => {
  expect(height('{"network":"mychain","version":3,"height":8}')).toEqual({ version: 3, height: 8 })
})

test.each([
  ['incompatible', '{"network":"other","version":3,"height":0}'],
  ['unsupported-version', '{"network":"mychain","version":2,"height":0}'],
  ['protocol-violation', '{"network":"mychain","version":3}'],
  ['protocol-violation', '{"network":"mychain","version":3,"height":-1}'],
  ['protocol-violation', 'null'],
  ['protocol-violation', '{']
])('the handshake of the README answers %s to %s', (reason, payload) => {
  expect(() => height(payload)).toThrow(
    expect.objectContaining({ name: 'HandshakeRefusedError', reason })
  )
})
