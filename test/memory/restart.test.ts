/** A node that is stopped and started again, on datastores as users have them, over real sockets. */
import { generateKeyPair } from '@libp2p/crypto/keys'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { HOUR } from './times.ts'
import { DISKS, emptyFolder } from './places.ts'
import { addressOf, ourNode, SOCKETS } from '../network/nodes.ts'
import { eventually, within } from '../network/waiting.ts'
import type { DiskDatastore } from './places.ts'
import type { OurNode } from '../network/nodes.ts'
import type { PeerLifecycleInit } from '../../src/index.ts'

afterEach(() => {
  vi.useRealTimers()
})

/** Lets time pass on the wall clock only, as it does for a process that is not there. */
function timePasses(ms: number): void {
  vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + ms })
}

describe.each(Object.entries(DISKS))('%s', (_name, diskOf) => {
  /** The node of one operator, who stops and starts it. */
  async function operator(): Promise<{
    start(lifecycle?: Partial<PeerLifecycleInit>): Promise<OurNode>
    stop(node: OurNode): Promise<void>
  }> {
    const privateKey = await generateKeyPair('Ed25519')
    const path = await emptyFolder()
    let datastore: DiskDatastore
    return {
      start: async (lifecycle = {}) => {
        datastore = diskOf(path)
        await datastore.open()
        return ourNode(lifecycle, { ...SOCKETS, privateKey, datastore })
      },
      stop: async (node) => {
        await within(Promise.resolve(node.stop()))
        await datastore.close()
      }
    }
  }

  it('a node finds its peers again without a bootstrap node, when libp2p has forgotten them', async () => {
    const node = await operator()
    const [b, c] = [await ourNode({}, SOCKETS), await ourNode({}, SOCKETS)]
    const before = await node.start()
    await before.services.peers.connect(addressOf(b))
    await c.services.peers.connect(addressOf(before))
    await eventually(() => {
      expect(before.services.peers.getPeers({ state: 'authorized' })).toHaveLength(2)
    })
    // where an inbound peer can be reached is what identify says
    await eventually(async () => {
      expect((await before.peerStore.get(c.peerId)).addresses).toHaveLength(1)
    })
    await node.stop(before)

    timePasses(2 * HOUR)
    const after = await node.start({ outboundShare: 1 })
    await eventually(() => {
      for (const { peerId } of [b, c]) {
        expect(after.services.peers.getPeer(peerId)).toMatchObject({
          state: 'authorized',
          direction: 'outbound'
        })
      }
    })
    await node.stop(after)
  })

  it('bans hold for what is left of them, and cool-downs, and nobody is authorized from memory', async () => {
    const node = await operator()
    const [banned, left, other] = [
      await ourNode({}, SOCKETS),
      await ourNode({}, SOCKETS),
      await ourNode({}, SOCKETS)
    ]
    const before = await node.start()
    const { peers } = before.services
    for (const peer of [banned, left, other]) await peers.connect(addressOf(peer))
    peers.ban(banned.peerId, { duration: 3 * HOUR })
    await peers.disconnect(left.peerId, { reason: 'idle' })
    const end = peers.explain(banned.peerId).retryAt ?? 0
    const cooledDown = peers.explain(left.peerId).retryAt ?? 0
    await node.stop(before)

    timePasses(60_000)
    const after = await node.start()
    expect(after.services.peers.getPeers({ state: 'authorized' })).toEqual([])
    expect(Math.abs((after.services.peers.explain(banned.peerId).retryAt ?? 0) - end)).toBeLessThan(
      5
    )
    const explained = after.services.peers.explain(left.peerId)
    expect(explained).toMatchObject({ state: 'rejected', reason: 'idle', by: 'local' })
    expect(Math.abs((explained.retryAt ?? 0) - cooledDown)).toBeLessThan(5)
    await banned.dial(addressOf(after)).catch(() => {})
    await eventually(() => expect(banned.getConnections(after.peerId)).toEqual([]))
    await node.stop(after)

    timePasses(3 * HOUR)
    const muchLater = await node.start()
    expect(muchLater.services.peers.status()).toMatchObject({ banned: 0 })
    await within(muchLater.services.peers.connect(addressOf(banned)))
    await node.stop(muchLater)
  })

  it('a static peer that was added at run time comes back', async () => {
    const node = await operator()
    const b = await ourNode({}, SOCKETS)
    const before = await node.start()
    before.services.peers.enqueue(addressOf(b), { priority: 'static' })
    await eventually(() => expect(before.services.peers.isAuthorized(b.peerId)).toBe(true))
    await node.stop(before)
    timePasses(2 * HOUR)
    const after = await node.start()
    await eventually(() => {
      expect(after.services.peers.getPeer(b.peerId)).toMatchObject({
        state: 'authorized',
        priority: 'static'
      })
    })
    await node.stop(after)
  })
})
