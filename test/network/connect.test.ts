/** `connect()` that resolves, that is never tried, and that is called off. */
import { multiaddr } from '@multiformats/multiaddr'
import { describe, expect, it } from 'vitest'
import { ManualClock } from '../../src/testing/manual-clock.ts'
import { addressOf, ourNode, PROTOCOL, SOCKETS, stockNode, streamsWith } from './nodes.ts'
import { eventually, failure, journal, within } from './waiting.ts'

describe('connect() resolves', () => {
  it('with the peer that this call has authorized, and at once with one that is', async () => {
    const clock = new ManualClock()
    const a = await ourNode({ clock }, SOCKETS)
    const b = await ourNode({}, SOCKETS)

    const peer = await a.services.peers.connect(addressOf(b))
    expect(peer.peerId.equals(b.peerId)).toBe(true)
    expect(peer.hello).toEqual({ chainId: 7n, genesis: '0x1a2b3c' })
    expect(peer.direction).toBe('outbound')
    expect(peer.since).toBe(clock.epoch())
    clock.advance(60_000)

    const moves = journal(a.services.peers, 'peer:transition')
    expect(await a.services.peers.connect(b.peerId)).toEqual(peer)
    expect(await a.services.peers.connect(b.peerId.toString())).toEqual(peer)
    expect(moves).toEqual([])
    await eventually(() => expect(b.services.peers.isAuthorized(a.peerId)).toBe(true))
    // the other side has the same session the other way round
    expect(await b.services.peers.connect(a.peerId)).toMatchObject({ direction: 'inbound' })
    expect(a.getConnections()).toHaveLength(1)
  })

  it('for every caller that shares the attempt, with one handshake', async () => {
    const a = await ourNode()
    const b = await ourNode()
    const authorized = journal(b.services.peers, 'peer:authorized')

    const peers = await Promise.all(
      Array.from({ length: 5 }, async () => a.services.peers.connect(addressOf(b)))
    )
    await eventually(() => expect(authorized).toHaveLength(1))
    for (const peer of peers) expect(peer).toEqual(peers[0])
    expect(a.services.peers.status().slots).toHaveLength(1)
  })
})

describe('connect() that is never tried', () => {
  it('self: by id and by address', async () => {
    const a = await ourNode()
    for (const target of [a.peerId, addressOf(a), a.peerId.toString()]) {
      const error = await failure(a.services.peers.connect(target))
      expect(error).toMatchObject({ name: 'PeerRejectedError', reason: 'self', by: 'local' })
    }
    expect(a.services.peers.getPeers()).toEqual([])
  })

  it('banned: until the ban is over, at once and without a dial', async () => {
    const clock = new ManualClock()
    const a = await ourNode({ clock })
    const b = await ourNode()
    a.services.peers.ban(b.peerId, { duration: 1_000 })
    const error = await failure(a.services.peers.connect(addressOf(b)))
    expect(error).toMatchObject({ reason: 'banned', by: 'local', retryAt: clock.epoch() + 1_000 })
    expect(a.getConnections()).toEqual([])

    clock.advance(1_000)
    await within(a.services.peers.connect(addressOf(b)))
  })

  it('stopped: before start() and after stop()', async () => {
    const a = await ourNode({}, { start: false })
    const b = await ourNode()
    const early = await failure(a.services.peers.connect(addressOf(b)))
    expect(early).toMatchObject({ name: 'PeerRejectedError', reason: 'stopped', by: 'local' })
    await a.start()
    await within(a.services.peers.connect(addressOf(b)))
    await a.stop()
    const late = await failure(a.services.peers.connect(addressOf(b)))
    expect(late).toMatchObject({ reason: 'stopped', by: 'local' })
  })

  it('InvalidPeerError: what is no peer', async () => {
    const a = await ourNode()
    const bad: unknown[] = [
      undefined,
      null,
      7,
      {},
      '',
      'nobody',
      '/ip4/127.0.0.1/tcp/1',
      multiaddr('/ip4/127.0.0.1/tcp/1'),
      '/not/an/address'
    ]
    for (const target of bad) {
      const error = await failure(a.services.peers.connect(target as string))
      expect(error.name, String(target)).toBe('InvalidPeerError')
    }
  })
})

describe('connect() that is called off', () => {
  it('aborted: by a signal that is aborted already, without a dial', async () => {
    const a = await ourNode()
    const b = await ourNode()
    const options = { signal: AbortSignal.abort() }
    const error = await failure(a.services.peers.connect(addressOf(b), options))
    expect(error).toMatchObject({ name: 'PeerRejectedError', reason: 'aborted', by: 'local' })
    expect(a.getConnections()).toEqual([])
  })

  it('aborted: in the middle; slot and streams are given back, another caller is not harmed', async () => {
    const a = await ourNode()
    const silent = await stockNode()
    await silent.handle(PROTOCOL, () => {})
    const controller = new AbortController()
    const { signal } = controller
    const first = failure(a.services.peers.connect(addressOf(silent), { signal }))
    const other = new AbortController()
    const second = failure(a.services.peers.connect(silent.peerId, { signal: other.signal }))
    await eventually(() => {
      expect(a.services.peers.getPeer(silent.peerId)?.path).toBe('handshaking.initiating')
    })

    controller.abort()
    expect(await first).toMatchObject({ reason: 'aborted', by: 'local' })
    expect(a.services.peers.getPeer(silent.peerId)?.state).toBe('handshaking')
    other.abort()
    expect(await second).toMatchObject({ reason: 'aborted', by: 'local' })
    expect(a.services.peers.getPeer(silent.peerId)?.path).toBe('connected.unpromoted')
    expect(a.services.peers.status().slots).toEqual([])
    await eventually(() => expect(streamsWith(a, silent)).toEqual([]))
  })

  it('row 19, stopped: the node is stopped in the middle', async () => {
    const a = await ourNode()
    const silent = await stockNode()
    await silent.handle(PROTOCOL, () => {})
    const attempt = failure(a.services.peers.connect(addressOf(silent)))
    await eventually(() => expect(a.services.peers.status().peers.handshaking).toBe(1))
    await within(Promise.resolve(a.stop()))
    expect(await attempt).toMatchObject({ reason: 'stopped', by: 'local' })
  })
})
