import { circuitRelayServer, circuitRelayTransport } from '@libp2p/circuit-relay-v2'
import { tcp } from '@libp2p/tcp'
import { multiaddr } from '@multiformats/multiaddr'
import { expect, it } from 'vitest'
import { addressOf, APP, ourNode, SOCKETS, stockNode } from './nodes.ts'
import { eventually } from './waiting.ts'
import type { OurNode } from './nodes.ts'
import type { PeerLifecycleInit } from '../../src/index.ts'
import type { Multiaddr } from '@multiformats/multiaddr'

/** Two nodes of ours that can reach each other over a stock relay only. */
async function overRelay(
  listener: Partial<PeerLifecycleInit>,
  dialer: Partial<PeerLifecycleInit>
): Promise<{ a: OurNode; b: OurNode; address: Multiaddr }> {
  const relay = await stockNode({ relay: circuitRelayServer() }, SOCKETS)
  const transports = [tcp(), circuitRelayTransport()]
  const listen = [`${addressOf(relay).toString()}/p2p-circuit`]
  const a = await ourNode(listener, { addresses: { listen }, transports })
  const b = await ourNode(dialer, { addresses: { listen: [] }, transports })
  await eventually(() => {
    expect(a.getMultiaddrs().length).toBeGreaterThan(0)
  })
  return { a, b, address: multiaddr(a.getMultiaddrs()[0]!.toString()) }
}

it('a relayed connection is not promoted unless that was asked for', async () => {
  const { a, b, address } = await overRelay({}, {})
  await expect(b.services.peers.connect(address)).rejects.toMatchObject({
    name: 'PeerRejectedError',
    reason: 'dial-failed',
    detail: expect.stringContaining('relay') as string
  })
  // it is there all the same, and it is no peer
  expect(b.getConnections(a.peerId).some(({ limits }) => limits !== undefined)).toBe(true)
  expect(b.services.peers.getPeer(a.peerId)?.state).toBe('connected')
  await expect(b.dialProtocol(a.peerId, APP)).rejects.toThrow('is not authorized')
})

it('the side that does not run handshakes over relays says so', async () => {
  const { b, address } = await overRelay({}, { allowRelayed: true })
  await expect(b.services.peers.connect(address)).rejects.toMatchObject({
    reason: 'not-allowed',
    by: 'remote'
  })
})

it('a relayed connection carries the handshake if both sides allow it', async () => {
  const { a, b, address } = await overRelay({ allowRelayed: true }, { allowRelayed: true })
  await a.handle(APP, (stream) => void stream.close(), { runOnLimitedConnection: true })
  await b.services.peers.connect(address)
  await eventually(() => {
    expect(a.services.peers.isAuthorized(b.peerId)).toBe(true)
  })
  expect(b.getConnections(a.peerId).every(({ limits }) => limits !== undefined)).toBe(true)
  const stream = await b.dialProtocol(a.peerId, APP, { runOnLimitedConnection: true })
  expect(stream.protocol).toBe(APP)
})
