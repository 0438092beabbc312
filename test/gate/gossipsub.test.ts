/**
 * Stock gossipsub, unmodified, on two gated nodes.
 *
 * Mutations that turn this file red, each tried by hand:
 * - gated-registrar.ts, `register` passes topologies through: "no message before"
 * - stream-doors.ts, `#mayWait` always false: "one side is authorized before the other"
 * - gated-topology.ts, `deauthorized` does not tell, or does not wait for the next time: "flow again"
 */
import { gossipsub } from '@libp2p/gossipsub'
import { expect, test } from 'vitest'
import { connect, eventually, fence, gatedNode, say } from './nodes.ts'
import type { GatedServices } from './nodes.ts'
import type { GossipSub } from '@libp2p/gossipsub'
import type { Libp2p } from '@libp2p/interface'

type Node = Libp2p<GatedServices & { pubsub: GossipSub }>

const TOPIC = 'news'

/** A gated node that is subscribed to the topic, and what it has heard on it. */
async function subscriber(): Promise<{ node: Node; heard: string[] }> {
  const node = await gatedNode({
    pubsub: gossipsub({
      allowPublishToZeroTopicPeers: true,
      fallbackToFloodsub: false,
      heartbeatInterval: 50
    })
  })
  const heard: string[] = []
  node.services.pubsub.addEventListener('message', ({ detail }) => {
    heard.push(new TextDecoder().decode(detail.data))
  })
  node.services.pubsub.subscribe(TOPIC)
  return { node, heard }
}

const publish = async (node: Node, text: string): Promise<number> =>
  (await node.services.pubsub.publish(TOPIC, new TextEncoder().encode(text))).recipients.length

const subscribers = (node: Node): string[] =>
  node.services.pubsub.getSubscribers(TOPIC).map((peer) => peer.toString())

async function bothHear(a: Node, b: Node): Promise<void> {
  await eventually(() => {
    expect(subscribers(a)).toEqual([b.peerId.toString()])
    expect(subscribers(b)).toEqual([a.peerId.toString()])
  })
}

test('no message before authorization; then they flow, stop at once, and flow again on the same connection', async () => {
  const a = await subscriber()
  const b = await subscriber()
  const { local, remote } = await connect(a.node, b.node)
  await fence(a.node, b.node)
  await fence(b.node, a.node)

  expect(await publish(a.node, 'too early')).toBe(0)
  expect(await publish(b.node, 'too early')).toBe(0)
  await fence(a.node, b.node)
  expect(a.node.services.pubsub.getPeers()).toEqual([])
  expect(b.node.services.pubsub.getPeers()).toEqual([])

  for (let round = 1; round <= 3; round++) {
    a.heard.length = b.heard.length = 0
    a.node.services.gate.authorize(b.node.peerId)
    b.node.services.gate.authorize(a.node.peerId)
    await bothHear(a.node, b.node)

    expect(await publish(a.node, `from a, ${round}`)).toBe(1)
    expect(await publish(b.node, `from b, ${round}`)).toBe(1)
    await eventually(() => {
      expect(b.heard).toEqual([`from a, ${round}`])
      expect(a.heard).toEqual([`from b, ${round}`])
    })

    a.node.services.gate.deauthorize(b.node.peerId)
    b.node.services.gate.deauthorize(a.node.peerId)
    expect(a.node.services.pubsub.getPeers()).toEqual([])
    expect(await publish(a.node, 'too late')).toBe(0)
    expect(await publish(b.node, 'too late')).toBe(0)
    await fence(a.node, b.node)
    await fence(b.node, a.node)
    expect([a.heard.length, b.heard.length]).toEqual([1, 1])
  }

  expect([local.status, remote.status]).toEqual(['open', 'open'])
  expect(a.node.getConnections(b.node.peerId)).toEqual([local])
})

test('a message published in the tick of deauthorization is not delivered', async () => {
  const a = await subscriber()
  const b = await subscriber()
  await connect(a.node, b.node)
  a.node.services.gate.authorize(b.node.peerId)
  b.node.services.gate.authorize(a.node.peerId)
  await bothHear(a.node, b.node)

  const published = publish(a.node, 'in flight')
  b.node.services.gate.deauthorize(a.node.peerId)
  await published
  await fence(a.node, b.node)

  expect(b.heard).toEqual([])
})

test('one side is authorized before the other: its streams are held, and messages flow both ways', async () => {
  const a = await subscriber()
  const b = await subscriber()
  await connect(a.node, b.node)
  a.node.services.gate.await(b.node.peerId)
  b.node.services.gate.await(a.node.peerId)

  a.node.services.gate.authorize(b.node.peerId)
  await eventually(() => expect(b.node.services.gate.gate.counts.held).toBe(1))
  expect(b.node.services.pubsub.getPeers()).toEqual([])
  b.node.services.gate.authorize(a.node.peerId)

  await bothHear(a.node, b.node)
  expect(await publish(a.node, 'from a')).toBe(1)
  expect(await publish(b.node, 'from b')).toBe(1)
  await eventually(() => {
    expect(b.heard).toEqual(['from a'])
    expect(a.heard).toEqual(['from b'])
  })
})

test('one of two peers is authorized: the other hears nothing', async () => {
  const hub = await subscriber()
  const friend = await subscriber()
  const stranger = await subscriber()
  hub.node.services.gate.await(friend.node.peerId)
  for (const { node } of [friend, stranger]) {
    await connect(node, hub.node)
    // both think well of the hub, the hub of one of them only
    node.services.gate.authorize(hub.node.peerId)
  }
  hub.node.services.gate.authorize(friend.node.peerId)
  await bothHear(hub.node, friend.node)

  expect(await publish(hub.node, 'news')).toBe(1)
  await eventually(() => expect(friend.heard).toEqual(['news']))
  await publish(stranger.node, 'gossip')
  const refused = hub.node.services.gate.gate.counts.refusedInbound
  for (const connection of stranger.node.getConnections(hub.node.peerId)) {
    await say(connection, '/meshsub/1.1.0', 'gossip')
  }
  await eventually(() =>
    expect(hub.node.services.gate.gate.counts.refusedInbound).toBe(refused + 1)
  )
  await fence(stranger.node, hub.node)

  expect(stranger.heard).toEqual([])
  expect(hub.heard).toEqual([])
})
