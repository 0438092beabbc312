/**
 * A handshake that changes its mind while nodes run: who is taken off a list goes at once, and who is put
 * on it may come at once.
 */
import { describe, expect, it } from 'vitest'
import { allOf, allowList, chainHandshake } from '../../src/index.ts'
import { ManualClock } from '../../src/testing/manual-clock.ts'
import {
  addressOf,
  APP,
  authorize,
  CHAIN,
  ourNode,
  PROTOCOL,
  SOCKETS,
  states,
  stockNode
} from './nodes.ts'
import { openStreams, statusOf } from './open-streams.ts'
import { Script } from './raw-peer.ts'
import { TextHandshake } from '../../src/testing/text-handshake.ts'
import { eventually, failure, fence, journal } from './waiting.ts'
import type { OurNode, Security } from './nodes.ts'
import type { AllowList, Handshake } from '../../src/index.ts'

const MODES = ['plain', 'secured'] as const
const TEN_MINUTES = 600_000

interface Member {
  node: OurNode
  clock: ManualClock
  /** Whom this node allows. */
  list: AllowList
}

async function member(security: Security, list = allowList()): Promise<Member> {
  const clock = new ManualClock()
  const handshake = allOf(list, chainHandshake(CHAIN))
  return { clock, list, node: await ourNode({ clock, handshake }, { ...SOCKETS, security }) }
}

/** Members that all allow one another. */
async function members(security: Security, count: number): Promise<Member[]> {
  const all: Member[] = []
  for (let i = 0; i < count; i++) all.push(await member(security))
  for (const { list } of all) for (const { node } of all) list.add(node.peerId)
  return all
}

const all = <T>(value: T, count: number): T[] => Array.from({ length: count }, () => value)

describe.each(MODES)('%s: allowList', (security) => {
  it('gate: delete() has reset every gated stream of the peer when it returns, and tells the peer', async () => {
    const [a, b, c] = (await members(security, 3)) as [Member, Member, Member]
    await authorize(a.node, b.node)
    await authorize(c.node, a.node)
    const [ofA, ofB] = await openStreams(a.node, b.node, 3)
    const kept = await c.node.dialProtocol(a.node.peerId, APP)
    const told = [a, b].map(({ node }) => journal(node.services.peers, 'peer:deauthorized'))

    a.list.delete(b.node.peerId)
    expect(statusOf(ofA)).toEqual(all('aborted', 6))
    expect(a.node.services.peers.isAuthorized(b.node.peerId)).toBe(false)
    expect(told[0]).toMatchObject([['peer:deauthorized', { reason: 'not-allowed', by: 'local' }]])
    expect(a.node.services.peers.status().slots).toHaveLength(1)
    expect((await failure(a.node.dialProtocol(b.node.peerId, APP))).name).toBe(
      'PeerNotAuthorizedError'
    )

    await eventually(() => {
      expect(told[1]).toMatchObject([
        ['peer:deauthorized', { reason: 'not-allowed', by: 'remote' }]
      ])
      expect(statusOf(ofB)).not.toContain('open')
    })
    expect(b.node.services.peers.status().slots).toEqual([])
    // the word keeps the connection, unpromoted: a DHT may go on with it
    expect(a.node.getConnections(b.node.peerId)).toHaveLength(1)
    await fence(c.node, a.node)
    expect(kept.status).toBe('open')
    expect(states(a.node, c.node)).toEqual(['authorized', 'authorized'])
  })

  it('gate: one list is that of several nodes: each of them lets go at once', async () => {
    const shared = allowList()
    const [a, b] = [await member(security, shared), await member(security, shared)]
    const c = await member(security)
    for (const { node } of [a, b, c]) shared.add(node.peerId)
    for (const { node } of [a, b]) c.list.add(node.peerId)
    await authorize(a.node, c.node)
    await authorize(b.node, c.node)
    await authorize(a.node, b.node)
    shared.delete(c.node.peerId)
    expect(a.node.services.peers.isAuthorized(c.node.peerId)).toBe(false)
    expect(b.node.services.peers.isAuthorized(c.node.peerId)).toBe(false)
    await eventually(() => expect(c.node.services.peers.status().peers.authorized).toBe(0))
    expect(states(a.node, b.node)).toEqual(['authorized', 'authorized'])
  })

  it('add() ends the cool-down at once, for those we dial', async () => {
    const [a, b] = (await members(security, 2)) as [Member, Member]
    await authorize(a.node, b.node)
    a.list.delete(b.node.peerId)
    await eventually(() => expect(b.node.services.peers.isAuthorized(a.node.peerId)).toBe(false))
    expect(await failure(a.node.services.peers.connect(b.node.peerId))).toMatchObject({
      reason: 'not-allowed',
      by: 'local',
      retryAt: a.clock.epoch() + TEN_MINUTES
    })

    a.list.add(b.node.peerId)
    expect(a.node.services.peers.getPeer(b.node.peerId)?.reason).toBeUndefined()
    await authorize(a.node, b.node)
  })

  it('add() ends the cool-down at once, for those who come', async () => {
    const [a, b] = (await members(security, 2)) as [Member, Member]
    await authorize(a.node, b.node)
    a.list.delete(b.node.peerId)
    await eventually(() => expect(b.node.services.peers.isAuthorized(a.node.peerId)).toBe(false))
    // what the other side remembers of us is its own, and its own clock's
    b.clock.advance(TEN_MINUTES)
    expect(await failure(b.node.services.peers.connect(addressOf(a.node)))).toMatchObject({
      reason: 'not-allowed',
      by: 'remote'
    })
    b.clock.advance(TEN_MINUTES)
    a.list.add(b.node.peerId)
    await authorize(b.node, a.node)
  })

  it('add() brings a static peer back by itself', async () => {
    const b = await member(security)
    const list = allowList()
    const clock = new ManualClock()
    const handshake = allOf(list, chainHandshake(CHAIN))
    const staticPeers = [addressOf(b.node)]
    const a = await ourNode({ clock, handshake, staticPeers }, { ...SOCKETS, security })
    b.list.add(a.peerId)
    // it was not on the list yet when the node started
    await eventually(() =>
      expect(a.services.peers.getPeer(b.node.peerId)).toMatchObject({
        state: 'rejected',
        reason: 'not-allowed'
      })
    )
    for (let i = 0; i < 2; i++) {
      await eventually(() => {
        // in the middle of a handshake the time that passes would end it
        expect(b.node.services.peers.status().slots).toEqual([])
        // a dial that libp2p is still calling off would be joined, and end with it
        expect(a.getDialQueue()).toEqual([])
      })
      b.clock.advance(TEN_MINUTES)
      list.add(b.node.peerId)
      await eventually(() => expect(states(a, b.node)).toEqual(['authorized', 'authorized']))
      list.delete(b.node.peerId)
      expect(a.services.peers.isAuthorized(b.node.peerId)).toBe(false)
      await eventually(() => expect(b.node.services.peers.isAuthorized(a.peerId)).toBe(false))
    }
  })

  it.each(['dialer', 'listener'] as const)(
    'agreement: who is taken off in the middle of the handshake is not authorized, at the %s',
    async (side) => {
      const list = allowList()
      const clock = new ManualClock()
      const slow = new TextHandshake()
      const verdict = Promise.withResolvers<string>()
      slow.judge = () => verdict.promise
      const a = await ourNode({ clock, handshake: withList(list, slow) }, { ...SOCKETS, security })
      const b = await ourNode({ handshake: new TextHandshake() }, { ...SOCKETS, security })
      list.add(b.peerId)
      const authorized = [a, b].map(({ services }) => journal(services.peers, 'peer:authorized'))
      const [from, to] = side === 'dialer' ? [a, b] : [b, a]
      const attempt = failure(from.services.peers.connect(addressOf(to)))
      await eventually(() => expect(slow.heard).toEqual(['hello']))
      expect(a.services.peers.status().slots).toHaveLength(1)

      list.delete(b.peerId)
      expect(a.services.peers.status().slots).toEqual([])
      expect(a.services.peers.explain(b.peerId)).toMatchObject({
        state: 'rejected',
        reason: 'not-allowed',
        by: 'local'
      })
      // the yes that comes too late changes nothing
      verdict.resolve('hello')
      expect((await attempt).name).toBe('PeerRejectedError')
      await eventually(() => {
        expect(b.services.peers.status().slots).toEqual([])
        expect(b.services.peers.isAuthorized(a.peerId)).toBe(false)
      })
      expect(authorized).toEqual([[], []])
    }
  )
})

/** A handshake of words for those on a list. */
function withList(list: AllowList, words: TextHandshake): Handshake<string> {
  return {
    hello: () => words.hello(),
    verify: (payload, context) => {
      void list.verify(new Uint8Array(0), context)
      return words.verify(payload)
    },
    subscribe: (listener) => list.subscribe(listener)
  }
}

it('the peer is told the word in the middle of a handshake on a stream', async () => {
  const list = allowList()
  const a = await ourNode({ handshake: withList(list, new TextHandshake()) })
  const silent = await stockNode()
  const scripts: Script[] = []
  await silent.handle(PROTOCOL, (stream) => void scripts.push(new Script(stream)))
  list.add(silent.peerId)
  const attempt = failure(a.services.peers.connect(addressOf(silent)))
  await eventually(() => expect(scripts).toHaveLength(1))
  expect(await scripts[0]!.hear()).toMatchObject({ type: 'hello' })
  list.delete(silent.peerId)
  expect(await scripts[0]!.hear()).toMatchObject({ type: 'reject', code: 8 })
  expect(await attempt).toMatchObject({ reason: 'not-allowed', by: 'local' })
})
