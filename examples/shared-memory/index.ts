/**
 * Three nodes of one operator that share what they remember of peers, in Redis: a peer that is banned on
 * one of them is refused by all. State goes through libp2p's `datastore` and nothing else, so any engine
 * with a datastore will do; `redis-datastore.ts` is one in under a hundred lines.
 *
 * Bans are shared (`/peer-lifecycle/v1/bans/...`); what a node knows of its own peers is under its own peer
 * id. A Redis that goes away costs the sharing: no peer is lost, what is learned meanwhile is written when it
 * is back, and what was banned while it was away is banned everywhere then.
 *
 * Needs redis-server on the PATH: `apt-get install redis-server`.
 */
import { MemoryDatastore } from 'datastore-core'
import { createNode, ROOT } from './node.ts'
import { RedisDatastore } from './redis-datastore.ts'
import { startRedis } from './redis-server.ts'

const redis = await startRedis()
const connect = async (): Promise<RedisDatastore> => {
  const datastore = new RedisDatastore(redis.url, ROOT)
  await datastore.open()
  return datastore
}
const memories = await Promise.all([connect(), connect(), connect()])
const [alice, bob, carol] = await Promise.all([
  createNode(memories[0]),
  createNode(memories[1]),
  createNode(memories[2])
])
const ours = { alice, bob, carol }

const mallory = await createNode(new MemoryDatastore())
for (const node of Object.values(ours)) {
  await mallory.services.peers.connect(node.getMultiaddrs()[0]!)
}
console.log('mallory is a peer of alice, bob and carol')

const gone = Object.values(ours).map(
  (node) =>
    new Promise((resolve) => {
      node.addEventListener('peer:disconnect', resolve, { once: true })
    })
)
alice.services.peers.ban(mallory.peerId, { duration: 3_600_000 })
console.log('alice bans mallory')
await Promise.all(gone)

for (const [name, { services }] of Object.entries(ours)) {
  const { state, reason, by } = services.peers.explain(mallory.peerId)
  console.log(`${name} on mallory: ${state}, ${reason}, said by ${by}`)
}
// what mallory has heard is no reason to stay away; she just dials again
for (const [name, node] of Object.entries(ours)) {
  await mallory.dial(node.getMultiaddrs()).catch(() => {})
  const isIn = node.getConnections(mallory.peerId).length > 0
  console.log(`mallory dials ${name}: ${isIn ? 'let in' : 'refused'}`)
}

for (const node of [alice, bob, carol, mallory]) await node.stop()
for (const memory of memories) memory.close()
await redis.stop()
