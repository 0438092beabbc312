/** A whole node whose memory is in trouble: nothing but the memory suffers. */
import { mkdir, readdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { generateKeyPair } from '@libp2p/crypto/keys'
import { peerIdFromPrivateKey } from '@libp2p/peer-id'
import { MemoryDatastore, MountDatastore } from 'datastore-core'
import { FsDatastore } from 'datastore-fs'
import { Key } from 'interface-datastore'
import { expect, it } from 'vitest'
import { newId, settled } from './house.ts'
import { emptyFolder } from './places.ts'
import { TroubledDatastore } from './troubled-datastore.ts'
import { addressOf, authorize, ourNode, SOCKETS } from '../network/nodes.ts'
import { eventually, failure, within } from '../network/waiting.ts'
import type { Datastore } from 'interface-datastore'
import type { Mood } from './troubled-datastore.ts'

it.each<Mood>(['throws', 'hangs', 'is full', 'says nonsense'])(
  'a datastore that %s: the node starts, takes peers, bans, and stops in time',
  async (mood) => {
    const troubled = new TroubledDatastore()
    troubled.mood = mood
    const datastore = mounted(troubled)
    const began = performance.now()
    const ours = await ourNode({ memory: { flushInterval: 10 } }, { datastore })
    expect(performance.now() - began).toBeLessThan(mood === 'hangs' ? 8_000 : 5_000)
    const [a, b] = [await ourNode(), await ourNode()]
    await authorize(a, ours)
    await authorize(ours, b)
    ours.services.peers.ban(b.peerId)
    expect(ours.services.peers.explain(b.peerId).reason).toBe('banned')
    expect(ours.services.peers.isAuthorized(a.peerId)).toBe(true)
    await within(Promise.resolve(ours.stop()), 5_000)
  }
)

it('nobody is let in before it is known who is banned', async () => {
  const memory = new TroubledDatastore()
  const banned = await ourNode({}, SOCKETS)
  const record = { v: 1, at: Date.now(), until: Date.now() + 3_600_000 }
  const key = new Key(`/peer-lifecycle/v1/bans/${banned.peerId.toString()}`)
  await memory.put(key, new TextEncoder().encode(JSON.stringify(record)))
  memory.mood = 'hangs'
  let isStarted = false
  const starting = ourNode({}, { ...SOCKETS, datastore: mounted(memory) }).then((node) => {
    isStarted = true
    return node
  })
  await eventually(() => expect(memory.hanging).toBe(2))
  await settled()
  expect(isStarted).toBe(false)
  memory.mood = 'works'
  memory.release()
  const ours = await starting
  expect(ours.services.peers.explain(banned.peerId).reason).toBe('banned')
  expect(await failure(banned.services.peers.connect(addressOf(ours)))).toMatchObject({
    name: 'PeerRejectedError'
  })
})

it('row G6: files that are empty, cut off, huge, of a later version or in the way: the node starts, and keeps what is whole', async () => {
  const folder = await emptyFolder()
  const privateKey = await generateKeyPair('Ed25519')
  const self = peerIdFromPrivateKey(privateKey).toString()
  const [whole, other] = [await newId(), await newId()]
  const bans = join(folder, 'peer-lifecycle', 'v1', 'bans')
  const peers = join(folder, 'peer-lifecycle', 'v1', self, 'peers')
  await Promise.all([bans, peers].map(async (path) => mkdir(path, { recursive: true })))
  const ban = JSON.stringify({ v: 1, at: Date.now(), until: Date.now() + 3_600_000 })
  const files: [string, string][] = [
    [join(bans, `${whole.toString()}.data`), ban],
    [join(bans, `${(await newId()).toString()}.data`), ''],
    [join(bans, `${(await newId()).toString()}.data`), ban.slice(0, 20)],
    [join(bans, `${(await newId()).toString()}.data`), '\0'.repeat(60)],
    [join(bans, `${(await newId()).toString()}.data`), 'x'.repeat(1_048_576)],
    [join(bans, `${(await newId()).toString()}.data`), ban.replace('"v":1', '"v":9')],
    [join(bans, 'nobody.data'), ban],
    // what a crash in the middle of a write leaves behind
    [join(bans, `.${other.toString()}.data.tmp`), ban.slice(0, 9)],
    [join(peers, `${other.toString()}.data`), '{"v":1,"at":1,"no":{"reason":"__proto__"}}']
  ]
  await Promise.all(files.map(async ([path, text]) => writeFile(path, text)))
  const datastore = new FsDatastore(folder)
  await datastore.open()
  const node = await ourNode({}, { ...SOCKETS, privateKey, datastore })
  expect(node.services.peers.status().banned).toBe(1)
  expect(node.services.peers.explain(whole).reason).toBe('banned')
  expect(node.services.peers.getPeer(other)).toBeUndefined()
  expect(addressOf(node)).toBeDefined()
  await node.stop()
  expect((await readdir(bans)).toSorted()).toEqual(
    files.flatMap(([path]) => (path.startsWith(bans) ? path.slice(bans.length + 1) : [])).toSorted()
  )
})

/** A datastore that keeps for us what we remember, and libp2p's own things elsewhere. */
function mounted(memory: TroubledDatastore): Datastore {
  // a mount is asked for everything: what is not for ours it does not hear of
  const query = memory.query.bind(memory)
  memory.query = (asked) =>
    asked.prefix?.startsWith('/peer-lifecycle') === true ? query(asked) : (async function* () {})()
  return new MountDatastore([
    { prefix: new Key('/peer-lifecycle'), datastore: memory },
    { prefix: new Key('/'), datastore: new MemoryDatastore() }
  ])
}
