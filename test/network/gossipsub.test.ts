/**
 * Stock gossipsub, unmodified, on nodes that are all connected to each other all the time, and authorized
 * in part.
 *
 * What "the first message after authorization" is: gossipsub sends to peers that it knows to be subscribed
 * and has a stream to. So the test publishes in the very event in which gossipsub names the peer as a
 * subscriber; what was published before had no recipient, and gossipsub says so.
 */
import { gossipsub } from '@libp2p/gossipsub'
import { describe, expect, it } from 'vitest'
import { addressOf, authorize, ourNode } from './nodes.ts'
import { eventually, fence, within } from './waiting.ts'
import type { OurServices } from './nodes.ts'
import type { GossipSub } from '@libp2p/gossipsub'
import type { Libp2p } from '@libp2p/interface'

type Node = Libp2p<OurServices & { pubsub: GossipSub }>

interface Member {
  node: Node
  heard: string[]
}

const TOPIC = 'blocks'

async function member(): Promise<Member> {
  const pubsub = gossipsub({
    allowPublishToZeroTopicPeers: true,
    fallbackToFloodsub: false,
    heartbeatInterval: 50
  }) as (components: never) => GossipSub
  const node = await ourNode({}, { services: { pubsub } })
  const heard: string[] = []
  node.services.pubsub.addEventListener('message', ({ detail }) => {
    heard.push(new TextDecoder().decode(detail.data))
  })
  node.services.pubsub.subscribe(TOPIC)
  return { node, heard }
}

async function publish({ node }: Member, text: string): Promise<string[]> {
  const { recipients } = await node.services.pubsub.publish(TOPIC, new TextEncoder().encode(text))
  return recipients.map((peer) => peer.toString()).toSorted()
}

const subscribers = ({ node }: Member): string[] =>
  node.services.pubsub
    .getSubscribers(TOPIC)
    .map((peer) => peer.toString())
    .toSorted()

const ids = (...members: Member[]): string[] =>
  members.map(({ node }) => node.peerId.toString()).toSorted()

/** The peers with which the node has a stream of gossipsub, in either direction. */
const gossips = ({ node }: Member): string[] => {
  const connections = node
    .getConnections()
    .filter(({ streams }) => streams.some(({ protocol }) => protocol.startsWith('/meshsub')))
  return [...new Set(connections.map(({ remotePeer }) => remotePeer.toString()))].toSorted()
}

async function connectAll(members: Member[]): Promise<void> {
  for (const [i, { node }] of members.entries()) {
    for (const other of members.slice(i + 1)) await node.dial(addressOf(other.node))
  }
  for (const { node } of members) {
    for (const other of members) if (other.node !== node) await fence(node, other.node)
  }
}

/** Publishes in the event in which gossipsub first names the peer as a subscriber. */
function publishWhenSubscribed(from: Member, to: Member, text: string): Promise<string[]> {
  const { promise, resolve, reject } = Promise.withResolvers<string[]>()
  from.node.services.pubsub.addEventListener('subscription-change', ({ detail }) => {
    if (detail.peerId.equals(to.node.peerId)) publish(from, text).then(resolve, reject)
  })
  return within(promise)
}

describe('gossipsub', () => {
  it('gate: nothing to or from a stranger, nothing lost between authorized peers from the first message on', async () => {
    const all = [await member(), await member(), await member(), await member()] as const
    const [a, b, c, stranger] = all
    await connectAll([...all])

    for (const one of all) {
      expect(await publish(one, 'too early')).toEqual([])
      expect(gossips(one)).toEqual([])
    }

    // a line: a and c are connected, but not authorized; what they hear of each other b has passed on
    const first = publishWhenSubscribed(a, b, 'message 0')
    await authorize(a.node, b.node)
    expect(await first).toEqual(ids(b))
    await eventually(() => expect(b.heard).toEqual(['message 0']))
    await authorize(b.node, c.node)
    await eventually(() => {
      expect([subscribers(a), subscribers(c)]).toEqual([ids(b), ids(b)])
      expect(subscribers(b)).toEqual(ids(a, c))
    })

    const sent: string[] = []
    for (let i = 1; i <= 60; i++) {
      const from = [a, b, c][i % 3] ?? a
      sent.push(`message ${i}`)
      await publish(from, `message ${i}`)
      expect(await publish(stranger, `gossip ${i}`)).toEqual([])
    }
    const of = (index: number): string[] => sent.filter((_, i) => (i + 1) % 3 !== index).toSorted()
    await eventually(() => {
      expect(a.heard.toSorted()).toEqual(of(0))
      expect(b.heard.filter((text) => text !== 'message 0').toSorted()).toEqual(of(1))
      // published before c was authorized; gossip may have brought it all the same
      expect(c.heard.filter((text) => text !== 'message 0').toSorted()).toEqual(of(2))
    })

    expect(stranger.heard).toEqual([])
    expect([gossips(a), gossips(c), gossips(stranger)]).toEqual([ids(b), ids(b), []])
    expect(gossips(b)).toEqual(ids(a, c))
    for (const { node } of all) expect(node.getConnections()).toHaveLength(3)
  })

  it.each(['disconnect', 'ban'] as const)(
    'gate: after %s it stops at once, both ways',
    async (how) => {
      const [a, b, c] = [await member(), await member(), await member()]
      await connectAll([a, b, c])
      await authorize(a.node, b.node)
      await authorize(a.node, c.node)
      await eventually(() => {
        expect(subscribers(a)).toEqual(ids(b, c))
        expect([subscribers(b), subscribers(c)]).toEqual([ids(a), ids(a)])
      })
      await publish(a, 'before')
      await eventually(() => expect([...b.heard, ...c.heard]).toEqual(['before', 'before']))

      const fromB = publish(b, 'in flight')
      const ended =
        how === 'ban'
          ? a.node.services.peers.ban(b.node.peerId)
          : a.node.services.peers.disconnect(b.node.peerId)
      // within the same tick
      expect(subscribers(a)).toEqual(ids(c))
      expect(gossips(a)).toEqual(ids(c))
      expect(await publish(a, 'after')).toEqual(ids(c))
      await ended
      await fromB
      await eventually(() => {
        expect(c.heard).toEqual(['before', 'after'])
        expect(b.node.services.peers.isAuthorized(a.node.peerId)).toBe(false)
        expect(subscribers(b)).toEqual([])
      })
      expect(await publish(b, 'too late')).toEqual([])
      await fence(c.node, a.node)
      expect(b.heard).toEqual(['before'])
      expect(a.heard).toEqual([])
      expect(c.heard).toEqual(['before', 'after'])
    }
  )
})
