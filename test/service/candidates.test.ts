import { generateKeyPair } from '@libp2p/crypto/keys'
import { peerIdFromPrivateKey } from '@libp2p/peer-id'
import { TypedEventEmitter } from 'main-event'
import { describe, expect, it } from 'vitest'
import { CandidateFeed } from '../../src/scheduler/candidate-feed.ts'
import { DHT_TAG, TAG } from '../../src/scheduler/constants.ts'
import { SlotTags } from '../../src/scheduler/slot-tags.ts'
import { settled } from '../../src/testing/settled.ts'
import type { Libp2pEvents, Logger, Peer, PeerId, PeerStore } from '@libp2p/interface'

const log = Object.assign(() => {}, { error() {} }) as unknown as Logger
const newId = async (): Promise<PeerId> => peerIdFromPrivateKey(await generateKeyPair('Ed25519'))

const record = (id: PeerId, ...tags: string[]): Peer =>
  ({ id, tags: new Map(tags.map((tag) => [tag, { value: 1 }])) }) as unknown as Peer

async function feed(stored: Peer[] = []) {
  const self = await newId()
  const events = new TypedEventEmitter<Libp2pEvents>()
  const candidates: string[] = []
  const tagged: string[] = []
  const sources: string[] = []
  const updated: string[] = []
  const peerStore = { all: () => Promise.resolve(stored) } as unknown as PeerStore
  const candidateFeed = new CandidateFeed(
    { peerId: self, peerStore, events },
    {
      log,
      onCandidate: (peer, source) => {
        candidates.push(peer.toString())
        sources.push(source)
      },
      onUpdated: (peer) => updated.push(peer.id.toString()),
      onTagged: (peer) => tagged.push(peer.toString())
    }
  )
  const discover = (id: PeerId): void => {
    events.safeDispatchEvent('peer:discovery', { detail: { id, multiaddrs: [] } })
  }
  const update = (peer: Peer, previous?: Peer): void => {
    events.safeDispatchEvent('peer:update', { detail: { peer, previous } })
  }
  return {
    self,
    events,
    candidates,
    sources,
    updated,
    tagged,
    feed: candidateFeed,
    discover,
    update
  }
}

describe('candidates', () => {
  it('are what discovery finds, but never ourselves', async () => {
    const world = await feed()
    const peer = await newId()
    world.discover(peer)
    world.feed.start()
    world.discover(world.self)
    world.discover(peer)
    expect(world.candidates).toEqual([peer.toString()])
    expect(world.sources).toEqual(['discovery'])
  })

  it('are peers that enter the DHT’s table, each time they do', async () => {
    const world = await feed()
    const peer = await newId()
    world.feed.start()
    world.update(record(peer, DHT_TAG))
    world.update(record(peer, DHT_TAG, 'other'), record(peer, DHT_TAG))
    world.update(record(peer), record(peer, DHT_TAG))
    world.update(record(peer, DHT_TAG), record(peer))
    expect(world.candidates).toEqual([peer.toString(), peer.toString()])
    expect(world.sources).toEqual(['dht', 'dht'])
    expect(world.updated).toHaveLength(4)
  })

  it('are the peers of an earlier run, whose left-over tags are reported', async () => {
    const [one, two] = [await newId(), await newId()]
    const world = await feed([record(one), record(two, TAG)])
    world.feed.start()
    await Promise.resolve()
    await Promise.resolve()
    expect(world.candidates).toEqual([one.toString(), two.toString()])
    expect(world.tagged).toEqual([two.toString()])
    expect(world.sources).toEqual(['store', 'store'])
  })

  it('are not those whose record the application is writing', async () => {
    const world = await feed()
    const peer = await newId()
    world.feed.start()
    await world.feed.unheeded(peer, async () => {
      await world.feed.unheeded(peer, async () => world.discover(peer))
      world.discover(peer)
    })
    expect(world.candidates).toEqual([])
    world.discover(peer)
    expect(world.candidates).toEqual([peer.toString()])
  })

  it('end with stop, which leaves no listener', async () => {
    const world = await feed([record(await newId())])
    world.feed.start()
    world.feed.stop()
    await Promise.resolve()
    await Promise.resolve()
    world.discover(await newId())
    expect(world.candidates).toEqual([])
    expect(world.events.listenerCount('peer:discovery')).toBe(0)
    expect(world.events.listenerCount('peer:update')).toBe(0)
  })
})

function newTags(fails = false) {
  const writes: (number | undefined)[] = []
  const merge = async (_peer: PeerId, data: { tags: Record<string, { value: number }> }) => {
    writes.push(data.tags[TAG]?.value)
    await Promise.resolve()
    if (fails) throw new Error('disk full')
  }
  return { writes, slotTags: new SlotTags({ merge } as unknown as PeerStore, log) }
}

describe('slot tags', () => {
  it('are written once, however often they are set, and taken away', async () => {
    const peer = await newId()
    const { slotTags, writes } = newTags()
    slotTags.set(peer, true)
    slotTags.set(peer, true)
    await slotTags.written(peer)
    slotTags.set(peer, true)
    slotTags.set(peer, false)
    await slotTags.allWritten()
    slotTags.set(peer, false)
    await slotTags.allWritten()
    expect(writes).toEqual([100, undefined])
  })

  it('end as they were set last, whatever was under way', async () => {
    const peer = await newId()
    const { slotTags, writes } = newTags()
    slotTags.set(peer, true)
    slotTags.set(peer, false)
    slotTags.set(peer, true)
    await slotTags.written(peer)
    expect(writes.at(-1)).toBe(100)
    slotTags.set(peer, false)
    slotTags.set(peer, true)
    slotTags.set(peer, false)
    await slotTags.allWritten()
    expect(writes.at(-1)).toBeUndefined()
  })

  it('of an earlier run are taken away, unless the peer holds a slot again', async () => {
    const [old, current] = [await newId(), await newId()]
    const { slotTags, writes } = newTags()
    slotTags.clear(old)
    await slotTags.allWritten()
    expect(writes).toEqual([undefined])
    slotTags.set(current, true)
    slotTags.clear(current)
    await slotTags.allWritten()
    expect(writes).toEqual([undefined, 100])
  })

  it('are waited for until they are written, those of one peer or of all', async () => {
    const [peer, other] = [await newId(), await newId()]
    const { promise, resolve } = Promise.withResolvers<void>()
    const slotTags = new SlotTags({ merge: () => promise } as unknown as PeerStore, log)
    const ended: string[] = []
    slotTags.set(peer, true)
    void slotTags.written(other).then(() => ended.push('of another'))
    void slotTags.written(peer).then(() => ended.push('of one'))
    void slotTags.allWritten().then(() => ended.push('of all'))
    await settled()
    expect(ended).toEqual(['of another'])
    resolve()
    await settled()
    expect(ended.toSorted()).toEqual(['of all', 'of another', 'of one'])
  })

  it('that were taken away are forgotten: one that an earlier run left is seen again', async () => {
    const peer = await newId()
    const { slotTags, writes } = newTags()
    slotTags.set(peer, true)
    slotTags.set(peer, false)
    await slotTags.allWritten()
    slotTags.clear(peer)
    await slotTags.allWritten()
    expect(writes.slice(-2)).toEqual([undefined, undefined])
  })

  it('that cannot be written harm nobody', async () => {
    const { slotTags, writes } = newTags(true)
    const peer = await newId()
    slotTags.set(peer, true)
    await expect(slotTags.written(peer)).resolves.toBeUndefined()
    expect(writes).toEqual([100])
  })
})
