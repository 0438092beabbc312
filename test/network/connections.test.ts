/** A connection is not a peer: authorization belongs to the peer, whoever opened the connection. */
import { kadDHT, passthroughMapper } from '@libp2p/kad-dht'
import { describe, expect, it } from 'vitest'
import {
  addressOf,
  APP,
  authorize,
  connectionTo,
  ourNode,
  SOCKETS,
  states,
  streamsWith
} from './nodes.ts'
import { eventually, failure, fence, journal } from './waiting.ts'
import type { OurNode, OurServices } from './nodes.ts'
import type { Libp2p, PeerId, Stream } from '@libp2p/interface'
import type { KadDHT } from '@libp2p/kad-dht'

const KAD = '/network/kad/1.0.0'
const EVENTS = ['peer:transition', 'peer:authorized', 'peer:deauthorized', 'peer:rejected'] as const

type DhtNode = Libp2p<OurServices & { dht: KadDHT }>

async function dhtNode(denyDialPeer: (peer: PeerId) => boolean): Promise<DhtNode> {
  const dht = kadDHT({ protocol: KAD, clientMode: false, peerInfoMapper: passthroughMapper })
  return ourNode(
    { openProtocols: [KAD] },
    {
      ...SOCKETS,
      connectionGater: { denyDialPeer },
      services: { dht: dht as (components: never) => KadDHT }
    }
  )
}

describe('a connection that our DHT opened', () => {
  it('row D4, 24: is adopted by connect(), without a second dial', async () => {
    let dials = 0
    const a = await dhtNode(() => (dials++, false))
    const b = await dhtNode(() => true)
    // its own DHT would dial a, too
    const c = await dhtNode((peer) => !peer.equals(b.peerId))
    await c.dial(addressOf(b))
    await a.dial(addressOf(b))
    await eventually(async () => {
      for (const { peerId } of [a, c]) {
        expect((await b.peerStore.get(peerId)).tags.has('kad-peer')).toBe(true)
      }
    })
    // the query brings the DHT to dial what it is told of
    for await (const event of a.services.dht.findPeer(c.peerId)) void event
    await eventually(async () => {
      expect((await a.peerStore.get(c.peerId)).tags.has('kad-peer')).toBe(true)
      expect(a.getConnections(c.peerId)).toHaveLength(1)
    })
    // row D3: it is nobody's wish yet
    expect(a.services.peers.getPeer(c.peerId)?.state).toBe('connected')
    expect(a.services.peers.status().slots).toEqual([])
    expect((await failure(a.dialProtocol(c.peerId, APP))).name).toBe('PeerNotAuthorizedError')
    const [id] = a.getConnections(c.peerId).map((connection) => connection.id)
    const dialed = dials

    const peer = await a.services.peers.connect(c.peerId)
    expect(peer.direction).toBe('outbound')
    expect(a.getConnections(c.peerId).map((connection) => connection.id)).toEqual([id])
    expect(dials).toBe(dialed)
    await eventually(() => expect(c.services.peers.isAuthorized(a.peerId)).toBe(true))
  })

  it("row D6: a hello that arrives on it is the remote's wish: an inbound slot", async () => {
    const [a, b] = [await ourNode(), await ourNode()]
    await a.dial(addressOf(b))
    const peer = await b.services.peers.connect(a.peerId)
    expect(peer.direction).toBe('outbound')
    await eventually(() => expect(a.services.peers.isAuthorized(b.peerId)).toBe(true))
    expect(a.services.peers.getPeer(b.peerId)?.direction).toBe('inbound')
    expect(a.services.peers.status().slots).toMatchObject([{ kind: 'inbound' }])
    expect(b.services.peers.status().slots).toMatchObject([{ kind: 'requested' }])
  })
})

async function twoConnections(): Promise<[OurNode, OurNode]> {
  const [a, b] = [await ourNode(), await ourNode()]
  await authorize(a, b)
  await b.dial(addressOf(a), { force: true })
  await eventually(() => {
    expect(a.services.peers.getPeer(b.peerId)?.connections).toBe(2)
    expect(b.services.peers.getPeer(a.peerId)?.connections).toBe(2)
  })
  return [a, b]
}

describe('two connections to one peer', () => {
  it.each(['older', 'newer'])(
    'row D1, 5: closing the %s keeps authorization and emits nothing; the last one ends it',
    async (which) => {
      const [a, b] = await twoConnections()
      let calls = 0
      await b.handle(APP, async (stream) => (calls++, stream.close()))
      const events = [
        journal(a.services.peers, ...EVENTS),
        journal(b.services.peers, ...EVENTS)
      ] as const
      const connections = a
        .getConnections(b.peerId)
        .toSorted((x, y) => x.timeline.open - y.timeline.open)
      const [first, second] = which === 'older' ? connections : connections.toReversed()

      await first?.close()
      await eventually(() => expect(b.services.peers.getPeer(a.peerId)?.connections).toBe(1))
      const stream = await a.dialProtocol(b.peerId, APP)
      await stream.close()
      await eventually(() => expect(calls).toBe(1))
      await fence(a, b)
      expect(states(a, b)).toEqual(['authorized', 'authorized'])
      expect(events).toEqual([[], []])

      await second?.close()
      await eventually(() => expect(b.services.peers.isAuthorized(a.peerId)).toBe(false))
      for (const seen of events) {
        const deauthorized = seen.filter(([type]) => type === 'peer:deauthorized')
        expect(deauthorized).toMatchObject([
          ['peer:deauthorized', { reason: 'connection-closed', by: 'network' }]
        ])
      }
      expect(a.services.peers.status().slots).toEqual([])
      expect(b.services.peers.status().slots).toEqual([])
    }
  )
})

describe('deauthorization', () => {
  it('gate: resets open application streams on every connection, in both directions, in the same tick', async () => {
    const [a, b] = await twoConnections()
    const inbound: Stream[] = []
    for (const node of [a, b]) {
      await node.handle(APP, (stream) => void inbound.push(stream))
    }
    const outbound: Stream[] = []
    for (const connection of a.getConnections(b.peerId)) {
      outbound.push(await connection.newStream(APP))
    }
    for (const connection of b.getConnections(a.peerId)) {
      outbound.push(await connection.newStream(APP))
    }
    await eventually(() => expect(inbound).toHaveLength(4))
    const ours = streamsWith(a, b)
    expect(ours).toHaveLength(4)
    const told: string[] = []
    a.services.peers.addEventListener('peer:deauthorized', () => {
      // when the world is told, it has been done
      told.push(...ours.map(({ status }) => status))
    })

    const left = a.services.peers.disconnect(b.peerId)
    expect(ours.map(({ status }) => status)).toEqual(Array(4).fill('aborted'))
    expect(told).toEqual(Array(4).fill('aborted'))
    expect((await failure(connectionTo(a, b).newStream(APP))).name).toBe('PeerNotAuthorizedError')
    await left
    await eventually(() => {
      for (const stream of [...inbound, ...outbound]) expect(stream.status).not.toBe('open')
    })
    expect(a.services.peers.status().gate.revoked).toBe(4)
  })

  it('blast radius: a stream that is opened in a tick in which its connection fails harms nobody', async () => {
    const [a, b] = [await ourNode({}, SOCKETS), await ourNode({}, SOCKETS)]
    await authorize(a, b)
    const connection = connectionTo(a, b)
    const { promise, resolve } = Promise.withResolvers<Error & Record<string, unknown>>()
    // as a Node stream does that opens a libp2p stream while it is constructed
    process.nextTick(() => resolve(failure(connection.newStream(APP))))
    process.nextTick(() => connection.abort(new Error('write EPIPE')))
    // an exception that nobody catches would fail this run
    expect((await promise).name).toMatch(/Connection|Muxer|NotAuthorized/)
  })
})
