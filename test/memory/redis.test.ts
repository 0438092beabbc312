/** Several nodes with one memory, in a Redis that really runs, is killed and comes back. */
import { spawnSync } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { MemoryDatastore } from 'datastore-core'
import { Key } from 'interface-datastore'
import { beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import { createNode, ROOT } from '../../examples/shared-memory/node.ts'
import { RedisDatastore } from '../../examples/shared-memory/redis-datastore.ts'
import { startRedis } from '../../examples/shared-memory/redis-server.ts'
import { eventually, failure, within } from '../network/waiting.ts'
import { run } from '../readme/page.ts'
import type { RedisServer } from '../../examples/shared-memory/redis-server.ts'

type Node = Awaited<ReturnType<typeof createNode>>

const isHere = spawnSync('redis-server', ['--version']).status === 0

it.runIf(process.env['CI'] !== undefined)('redis-server is on the PATH', () => {
  expect(isHere, 'apt-get install redis-server').toBe(true)
})

describe.runIf(isHere)('Redis', () => {
  let redis: RedisServer

  beforeAll(async () => {
    redis = await startRedis()
    return async () => redis.stop()
  })

  async function open(root = ROOT): Promise<RedisDatastore> {
    const datastore = new RedisDatastore(redis.url, root)
    await datastore.open()
    onTestFinished(() => datastore.close())
    return datastore
  }

  async function node(): Promise<Node> {
    const created = await createNode(await open())
    onTestFinished(async () => created.stop())
    return created
  }

  it('the example runs, and shows a peer that is banned on one node refused by all', async () => {
    const source = await readFile('examples/shared-memory/redis-datastore.ts', 'utf8')
    expect(source.split('\n').length).toBeLessThan(100)
    expect((await run('examples/shared-memory/index.ts')).trim().split('\n')).toEqual([
      'mallory is a peer of alice, bob and carol',
      'alice bans mallory',
      'alice on mallory: rejected, banned, said by local',
      'bob on mallory: rejected, banned, said by local',
      'carol on mallory: rejected, banned, said by local',
      'mallory dials alice: refused',
      'mallory dials bob: refused',
      'mallory dials carol: refused'
    ])
  })

  it('is a datastore: what is put is got, found by its prefix, and gone when it is deleted', async () => {
    const datastore = await open('/contract')
    const keys = ['/contract/a/1', '/contract/a/2', '/contract/a*/3', '/contract/b/1'].map(
      (key) => new Key(key)
    )
    const bytes = new Uint8Array([0, 255, 128, 10])
    const batch = datastore.batch()
    for (const key of keys) batch.put(key, bytes)
    await batch.commit()
    expect(new Uint8Array(await datastore.get(keys[0]!))).toEqual(bytes)
    const found = async (prefix?: string): Promise<string[]> => {
      const all: string[] = []
      for await (const { key } of datastore.query(prefix === undefined ? {} : { prefix })) {
        all.push(key.toString())
      }
      return all.toSorted()
    }
    expect(await found('/contract/a/')).toEqual(['/contract/a/1', '/contract/a/2'])
    expect(await found('/contract/a*')).toEqual(['/contract/a*/3'])
    expect(await found('/peers')).toEqual([])
    expect(await found()).toHaveLength(4)
    await datastore.delete(keys[0]!)
    expect(await datastore.has(keys[0]!)).toBe(false)
    expect(await failure(Promise.resolve(datastore.get(keys[0]!)))).toMatchObject({
      name: 'NotFoundError'
    })
  })

  it('goes away and comes back empty: peers stay, and the sharing goes on where it was', async () => {
    const [a, b] = [await node(), await node()]
    const [x, y] = [
      await createNode(new MemoryDatastore()),
      await createNode(new MemoryDatastore())
    ]
    onTestFinished(async () => void (await Promise.all([x.stop(), y.stop()])))
    for (const stranger of [x, y]) {
      for (const ours of [a, b]) await stranger.services.peers.connect(ours.getMultiaddrs()[0]!)
    }
    await a.services.peers.connect(b.getMultiaddrs()[0]!)
    a.services.peers.ban(x.peerId)
    await eventually(() => expect(b.services.peers.explain(x.peerId).reason).toBe('banned'))

    const port = Number(new URL(redis.url).port)
    await redis.stop()
    a.services.peers.ban(y.peerId)
    // nothing but the sharing is gone: bans hold, peers stay, new ones come in
    expect(a.services.peers.explain(y.peerId).reason).toBe('banned')
    const z = await createNode(new MemoryDatastore())
    onTestFinished(async () => z.stop())
    await within(z.services.peers.connect(b.getMultiaddrs()[0]!))
    expect(b.services.peers.isAuthorized(a.peerId)).toBe(true)
    expect(b.services.peers.isAuthorized(y.peerId)).toBe(true)

    redis = await startRedis(port)
    await eventually(() => expect(b.services.peers.explain(y.peerId).reason).toBe('banned'))
    expect(b.services.peers.isAuthorized(a.peerId)).toBe(true)
    // what it had lost, x's ban, is written again: a node that starts now knows of both
    await eventually(async () => {
      const c = await node()
      expect(c.services.peers.status().banned).toBe(2)
      await c.stop()
    })
  })

  it('is away when a node stops and starts: it does both in time', async () => {
    const datastore = await open()
    const port = Number(new URL(redis.url).port)
    await redis.stop()
    const lonely = await within(createNode(datastore))
    lonely.services.peers.ban(lonely.peerId)
    await within(Promise.resolve(lonely.stop()), 3_000)
    redis = await startRedis(port)
  })
})
