/**
 * A stock libp2p node, which knows nothing of the service, and one of ours.
 */
import { kadDHT, passthroughMapper } from '@libp2p/kad-dht'
import { describe, expect, it } from 'vitest'
import {
  addressOf,
  APP,
  authorize,
  connectionTo,
  ourNode,
  SOCKETS,
  stockNode,
  streamsWith
} from './nodes.ts'
import { eventually, failure, fence } from './waiting.ts'
import type { KadDHT } from '@libp2p/kad-dht'

const KAD = '/network/kad/1.0.0'
const MANY = { maxInboundStreams: 1_000, maxOutboundStreams: 1_000 }

const dht = (): { dht: (components: never) => KadDHT } => ({
  dht: kadDHT({
    protocol: KAD,
    clientMode: false,
    peerInfoMapper: passthroughMapper,
    validators: { test: async () => {} },
    selectors: { test: () => 0 }
  }) as (components: never) => KadDHT
})

describe('a stock node', () => {
  it('gate: identifies, pings and uses the DHT, and 100 streams of a gated protocol call nothing', async () => {
    const ours = await ourNode({ openProtocols: [KAD] }, { ...SOCKETS, services: dht() })
    const stock = await stockNode(dht(), SOCKETS)
    let calls = 0
    await ours.handle(APP, () => void calls++, MANY)

    const connection = await stock.dial(addressOf(ours))
    await eventually(async () => {
      expect((await stock.peerStore.get(ours.peerId)).tags.has('kad-peer')).toBe(true)
      expect((await ours.peerStore.get(stock.peerId)).tags.has('kad-peer')).toBe(true)
    })
    expect(await stock.services.ping.ping(ours.peerId)).toBeGreaterThanOrEqual(0)
    const key = new TextEncoder().encode('/test/key')
    for await (const event of stock.services.dht.put(key, new TextEncoder().encode('value'))) {
      void event
    }
    const found: string[] = []
    for await (const event of ours.services.dht.get(key)) {
      if (event.name === 'VALUE') found.push(new TextDecoder().decode(event.value))
    }
    expect(found).toContain('value')

    for (let i = 0; i < 100; i++) {
      // the reset may be there before the negotiation is over
      const stream = await connection.newStream(APP, MANY).catch(() => undefined)
      if (stream?.status === 'open') stream.send(new TextEncoder().encode('let me in'))
    }
    await eventually(() => expect(ours.services.peers.status().gate.refusedInbound).toBe(100))
    await fence(stock, ours)

    expect(calls).toBe(0)
    expect(connection.status).toBe('open')
    expect(ours.getConnections(stock.peerId)).toHaveLength(1)
    expect(streamsWith(ours, stock).filter(({ protocol }) => protocol === APP)).toEqual([])
    // discovery made it a candidate, and no slot is for candidates here
    expect(ours.services.peers.getPeer(stock.peerId)?.state).toBe('connected')
    expect(ours.services.peers.status().slots).toEqual([])
  })

  it('gate: our own outbound stream to it fails at once with PeerNotAuthorizedError', async () => {
    const ours = await ourNode()
    const stock = await stockNode()
    let calls = 0
    await stock.handle(APP, () => void calls++)
    await ours.dial(addressOf(stock))

    expect((await failure(ours.dialProtocol(stock.peerId, APP))).name).toBe(
      'PeerNotAuthorizedError'
    )
    const stream = connectionTo(ours, stock).newStream(APP)
    expect((await failure(stream)).name).toBe('PeerNotAuthorizedError')
    await fence(ours, stock)
    expect(calls).toBe(0)
    expect(ours.services.peers.status().gate.refusedOutbound).toBe(2)
  })
})

describe('two of ours', () => {
  it('gate: after the handshake 100 streams call the handler exactly 100 times, in both directions', async () => {
    const a = await ourNode({}, SOCKETS)
    const b = await ourNode({}, SOCKETS)
    const calls = { a: 0, b: 0 }
    // echoes nothing: counts, and ends
    await a.handle(APP, async (stream) => (calls.a++, stream.close()), MANY)
    await b.handle(APP, async (stream) => (calls.b++, stream.close()), MANY)
    await authorize(a, b)

    for (let i = 0; i < 100; i++) {
      const stream = await a.dialProtocol(b.peerId, APP, MANY)
      await stream.close()
    }
    await eventually(() => expect(calls.b).toBe(100))
    // an outbound stream must not run the inbound handler of the side that opens it
    expect(calls.a).toBe(0)

    for (let i = 0; i < 100; i++) {
      const stream = await b.dialProtocol(a.peerId, APP, MANY)
      await stream.close()
    }
    await eventually(() => expect(calls.a).toBe(100))
    await fence(a, b)
    await fence(b, a)
    expect(calls).toEqual({ a: 100, b: 100 })
  })
})
