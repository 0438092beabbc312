/** The handshake inside the security upgrade. */
import { noise } from '@chainsafe/libp2p-noise'
import { describe, expect, it, test } from 'vitest'
import { HandshakeRefusedError, chainHandshake } from '../../src/index.ts'
import {
  addressOf,
  APP,
  authorize,
  CHAIN,
  eventsOf,
  OTHER_CHAIN,
  ourNode,
  PREFIX,
  SOCKETS,
  states,
  stockNode
} from './nodes.ts'
import { eventually, failure, journal, next, within } from './waiting.ts'

const SECURE = `${PREFIX}/peer-lifecycle/secure/1.0.0`

const securedOnly = { security: 'secured', ...SOCKETS } as const
const mixed = { security: 'mixed', ...SOCKETS } as const

describe('two nodes that agree', () => {
  it('are authorized when the connection is open, without a stream', async () => {
    const a = await ourNode({}, securedOnly)
    const b = await ourNode({}, securedOnly)
    const moves = journal(a.services.peers, 'peer:transition')
    const theirs = journal(b.services.peers, 'peer:transition')

    const peer = await a.services.peers.connect(addressOf(b))
    expect(peer.hello).toEqual({ chainId: 7n, genesis: '0x1a2b3c' })
    await eventually(() => expect(b.services.peers.isAuthorized(a.peerId)).toBe(true))
    expect(a.getConnections().map(({ encryption }) => encryption)).toEqual([SECURE])
    expect(moves.map(([, { to }]) => to)).toEqual(['discovered', 'dialing', 'authorized'].slice(1))
    expect(theirs.map(([, { to }]) => to)).toEqual(['handshaking', 'authorized'])
    expect(a.services.peers.status().slots).toHaveLength(1)
    expect(b.services.peers.status().slots).toHaveLength(1)
  })

  it('may send at once, in both directions', async () => {
    const a = await ourNode({}, securedOnly)
    const b = await ourNode({}, securedOnly)
    const sent = [a, b].map(async (node) => {
      const { peerId } = await next(node.services.peers, 'peer:authorized')
      await (await node.dialProtocol(peerId, APP)).close()
    })
    const heard = [a, b].map(async (node) => {
      const { promise, resolve } = Promise.withResolvers<void>()
      await node.handle(APP, () => resolve())
      await promise
    })
    await a.services.peers.connect(addressOf(b))
    await within(Promise.all([...sent, ...heard]))
  })

  it('that dial each other at the same time hold one slot each, and agree', async () => {
    const a = await ourNode({}, securedOnly)
    const b = await ourNode({}, securedOnly)
    const authorized = [a, b].map((node) => journal(node.services.peers, 'peer:authorized'))
    const asked = await Promise.allSettled([
      a.services.peers.connect(addressOf(b)),
      b.services.peers.connect(addressOf(a))
    ])
    expect(asked.map(({ status }) => status)).toEqual(['fulfilled', 'fulfilled'])
    expect(states(a, b)).toEqual(['authorized', 'authorized'])
    for (const node of [a, b]) expect(node.services.peers.status().slots).toHaveLength(1)
    for (const events of authorized) expect(events).toHaveLength(1)
  })
})

describe('node.dial()', () => {
  it("fails with the word of the listener's refusal, and nobody hears of a connection", async () => {
    const a = await ourNode({}, securedOnly)
    const b = await ourNode({ handshake: chainHandshake(OTHER_CHAIN) }, securedOnly)
    const heard = [a, b].map((node) => journal(eventsOf(node), 'connection:open', 'peer:connect'))
    const error = await failure(a.dial(addressOf(b)))
    expect(error.message).toMatch(/refused.*: incompatible/)
    expect(heard).toEqual([[], []])
    expect([a, b].map((node) => node.getConnections())).toEqual([[], []])
  })

  it('verifies and does not promote: the stranger stays one until the scheduler wants it', async () => {
    const a = await ourNode({}, securedOnly)
    const b = await ourNode({}, securedOnly)
    await a.dial(addressOf(b))
    await eventually(() =>
      expect(states(a, b)).toEqual(['connected.unpromoted', 'connected.unpromoted'])
    )
    for (const node of [a, b]) expect(node.services.peers.status().slots).toEqual([])
    expect((await failure(a.dialProtocol(b.peerId, APP))).name).toBe('PeerNotAuthorizedError')

    await authorize(a, b)
    expect(a.getConnections()).toHaveLength(1)
  })

  it('fails where the listener is full for our scheduler, but a visit is let in', async () => {
    const full = await ourNode({ maxPeers: 1 }, securedOnly)
    const [a, b] = [await ourNode({}, securedOnly), await ourNode({}, securedOnly)]
    await authorize(a, full)
    const error = await failure(b.services.peers.connect(addressOf(full)))
    expect(error).toMatchObject({ reason: 'too-many-peers', by: 'remote' })
    expect(b.getConnections()).toEqual([])
    expect(b.services.peers.status().slots).toEqual([])

    // a dial that libp2p is still calling off would be joined, and end with it
    await eventually(() => expect(b.getDialQueue()).toEqual([]))
    await b.dial(addressOf(full))
    await eventually(() => expect(full.getConnections(b.peerId)).toHaveLength(1))
    expect(full.services.peers.isAuthorized(b.peerId)).toBe(false)
    expect(full.services.peers.status().slots).toHaveLength(1)
  })
})

describe('connect()', () => {
  it.each(['dialer', 'listener'] as const)('fails with the word, %s refusing', async (refuser) => {
    const refuse = {
      hello: () => new Uint8Array(1),
      verify: () => {
        throw new HandshakeRefusedError('unsupported-version', 'too old')
      }
    }
    const easy = { hello: () => new Uint8Array(1), verify: () => 'fine' }
    const a = await ourNode({ handshake: refuser === 'dialer' ? refuse : easy }, securedOnly)
    const b = await ourNode({ handshake: refuser === 'listener' ? refuse : easy }, securedOnly)
    const error = await failure(a.services.peers.connect(addressOf(b)))
    const by = refuser === 'dialer' ? 'local' : 'remote'
    expect(error).toMatchObject({ name: 'PeerRejectedError', reason: 'unsupported-version', by })
    await eventually(() => {
      expect(states(a, b)).toEqual(['rejected.disconnected', 'rejected.disconnected'])
    })
    expect(b.services.peers.explain(a.peerId)).toMatchObject({
      reason: 'unsupported-version',
      by: refuser === 'listener' ? 'local' : 'remote'
    })
    for (const node of [a, b]) {
      expect(node.services.peers.status().slots).toEqual([])
      expect(node.getConnections()).toEqual([])
    }
  })

  it('to a banned peer and from one: refused with the word at the door', async () => {
    const a = await ourNode({}, securedOnly)
    const b = await ourNode({}, securedOnly)
    b.services.peers.ban(a.peerId)
    const error = await failure(a.services.peers.connect(addressOf(b)))
    expect(error).toMatchObject({ reason: 'banned', by: 'remote' })
  })
})

describe('mixed fleets', () => {
  it('shake hands in the channel where both can, on a stream where one cannot', async () => {
    const plain = await ourNode({}, SOCKETS)
    const [a, b] = [await ourNode({}, mixed), await ourNode({}, mixed)]
    await authorize(a, b)
    await authorize(a, plain)
    await authorize(plain, b)
    expect(a.getConnections(b.peerId).map(({ encryption }) => encryption)).toEqual([SECURE])
    expect(a.getConnections(plain.peerId).map(({ encryption }) => encryption)).toEqual(['/noise'])
    expect(b.getConnections(plain.peerId).map(({ encryption }) => encryption)).toEqual(['/noise'])
  })

  it.each(['inbound', 'outbound'] as const)('a stock node fails cleanly, %s', async (direction) => {
    const stock = await stockNode({}, SOCKETS)
    const ours = await ourNode({}, securedOnly)
    const heard = journal(eventsOf(ours), 'connection:open')
    const error = await failure(
      direction === 'inbound' ? stock.dial(addressOf(ours)) : ours.dial(addressOf(stock))
    )
    expect(error.name).toBe('EncryptionFailedError')
    expect(heard).toEqual([])
    expect(ours.services.peers.status().peers.connected).toBe(0)
  })
})

test('a slot that is gone before the connection is open: the connection goes, too', async () => {
  const a = await ourNode({}, securedOnly)
  const b = await ourNode({}, securedOnly)
  const closed = next(eventsOf(b), 'connection:close')
  // the very moment in which the channel has become a connection
  eventsOf(a).addEventListener('connection:open', () => {}, { once: true })
  b.services.peers.addEventListener('peer:transition', ({ detail }) => {
    if (detail.to === 'handshaking') void b.services.peers.disconnect(detail.peer)
  })
  await failure(a.services.peers.connect(addressOf(b)))
  await Promise.race([closed, Promise.resolve()])
  await eventually(() => {
    expect(b.services.peers.isAuthorized(a.peerId)).toBe(false)
    expect(a.services.peers.isAuthorized(b.peerId)).toBe(false)
    expect(a.services.peers.status().slots).toEqual([])
  })
})

test('an encrypter without its service among the services refuses every connection', async () => {
  const { peerLifecycle } = await import('../../src/index.ts')
  const forgotten = peerLifecycle({ protocolPrefix: PREFIX, handshake: chainHandshake(CHAIN) })
  const a = await stockNode({}, { ...SOCKETS, connectionEncrypters: [forgotten.secure(noise())] })
  const b = await ourNode({}, securedOnly)
  expect((await failure(a.dial(addressOf(b)))).message).toMatch(/among the services/)
})
