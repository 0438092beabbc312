/** `ban()` and `unban()`: refused at every door, whoever knocks. */
import { multiaddr } from '@multiformats/multiaddr'
import { describe, expect, it } from 'vitest'
import { ManualClock } from '../../src/testing/manual-clock.ts'
import {
  addressOf,
  APP,
  authorize,
  eventsOf,
  ourNode,
  PROTOCOL,
  SOCKETS,
  stockNode
} from './nodes.ts'
import { eventually, failure, fence, journal, within } from './waiting.ts'

describe('ban()', () => {
  it('row F1: an authorized peer is closed, refused inbound and outbound, and explained', async () => {
    const clock = new ManualClock()
    const a = await ourNode({ clock }, SOCKETS)
    const [b, bystander] = [await ourNode({}, SOCKETS), await ourNode({}, SOCKETS)]
    await a.handle(APP, () => {})
    await b.handle(APP, () => {})
    await authorize(b, a)
    await authorize(a, bystander)
    const stream = await a.dialProtocol(b.peerId, APP)
    const told = journal(b.services.peers, 'peer:deauthorized')

    a.services.peers.ban(b.peerId, { duration: 60_000 })
    // in the same tick
    expect(a.services.peers.isAuthorized(b.peerId)).toBe(false)
    expect(stream.status).toBe('aborted')
    await eventually(() =>
      expect([a.getConnections(b.peerId), b.getConnections()]).toEqual([[], []])
    )
    expect(told).toMatchObject([['peer:deauthorized', { reason: 'banned', by: 'remote' }]])

    const opened = journal(eventsOf(a), 'connection:open')
    const bare = multiaddr(
      addressOf(b)
        .toString()
        .replace(/\/p2p\/.*/, '')
    )
    for (const target of [b.peerId, addressOf(b), bare]) {
      await failure(a.dial(target))
    }
    await failure(a.services.peers.connect(b.peerId))
    // the peer's own dial may seem to succeed; it has no connection for long
    await b.dial(addressOf(a)).catch(() => {})
    await eventually(() => expect(b.getConnections()).toEqual([]))
    expect(a.getConnections(b.peerId)).toEqual([])
    // refused at the door, not put out again
    expect(opened).toHaveLength(0)

    const explained = a.services.peers.explain(b.peerId)
    expect(explained).toMatchObject({
      state: 'rejected',
      reason: 'banned',
      by: 'local',
      retryAt: clock.epoch() + 60_000
    })
    expect(explained.text).toContain('banned')
    expect(a.services.peers.status()).toMatchObject({ banned: 1 })
    expect(a.services.peers.status().slots).toHaveLength(1)
    expect(a.services.peers.isAuthorized(bystander.peerId)).toBe(true)
    await fence(a, bystander)
  })

  it('a stranger is banned before it ever comes, and explained', async () => {
    const [a, b] = [await ourNode({}, SOCKETS), await ourNode({}, SOCKETS)]
    a.services.peers.ban(b.peerId, { duration: Infinity })
    await b.dial(addressOf(a)).catch(() => {})
    await eventually(() => expect(b.getConnections()).toEqual([]))
    expect(a.getConnections()).toEqual([])
    expect(a.services.peers.explain(b.peerId)).toMatchObject({
      reason: 'banned',
      retryAt: Infinity
    })
  })

  it('in the middle of a handshake: the peer is told, the slot is back', async () => {
    const a = await ourNode()
    const silent = await stockNode()
    await silent.handle(PROTOCOL, () => {})
    const attempt = failure(a.services.peers.connect(addressOf(silent)))
    await eventually(() => expect(a.services.peers.status().peers.handshaking).toBe(1))
    a.services.peers.ban(silent.peerId)
    expect(await attempt).toMatchObject({ reason: 'banned', by: 'local' })
    expect(a.services.peers.status().slots).toEqual([])
    await eventually(() => expect(a.getConnections()).toEqual([]))
  })

  it('InvalidOptionsError: a duration or an answer that is none', async () => {
    const [a, b] = [await ourNode(), await ourNode()]
    for (const duration of [0, -1, Number.NaN, '1' as unknown as number]) {
      expect(() => a.services.peers.ban(b.peerId, { duration })).toThrow('Expected ban.duration')
    }
    const options = { ip: 'yes' as unknown as boolean }
    expect(() => a.services.peers.ban(b.peerId, options)).toThrow(
      'Expected ban.ip to be true or false'
    )
    expect(a.services.peers.status().banned).toBe(0)
  })
})

describe('unban()', () => {
  it('lifts the ban: both directions work again', async () => {
    const [a, b] = [await ourNode(), await ourNode({ clock: new ManualClock() })]
    expect(a.services.peers.unban(b.peerId)).toBe(false)
    await authorize(a, b)
    a.services.peers.ban(b.peerId)
    await eventually(() => expect([a.getConnections(), b.getConnections()]).toEqual([[], []]))

    expect(a.services.peers.unban(b.peerId)).toBe(true)
    expect(a.services.peers.getPeer(b.peerId)?.path).toBe('discovered.idle')
    // the peer remembers what it was told, and lets us in all the same
    expect(await failure(b.services.peers.connect(addressOf(a)))).toMatchObject({
      reason: 'banned',
      by: 'remote'
    })
    await within(a.services.peers.connect(addressOf(b)))
    await eventually(() => expect(b.services.peers.isAuthorized(a.peerId)).toBe(true))
  })

  it('row F2: the last of ban, unban, ban counts', async () => {
    const [a, b] = [await ourNode(), await ourNode()]
    await authorize(a, b)
    const { peers } = a.services
    peers.ban(b.peerId)
    peers.unban(b.peerId)
    peers.ban(b.peerId, { duration: 1_000 })
    await eventually(() => expect(a.getConnections()).toEqual([]))
    expect(peers.getPeer(b.peerId)).toMatchObject({ state: 'rejected', reason: 'banned' })
    expect(peers.status().banned).toBe(1)
  })
})
