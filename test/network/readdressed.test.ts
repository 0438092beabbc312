/** A new address ends a cool-down, with the peer store as libp2p has it. */
import { generateKeyPair } from '@libp2p/crypto/keys'
import { peerIdFromPrivateKey } from '@libp2p/peer-id'
import { multiaddr } from '@multiformats/multiaddr'
import { expect, it } from 'vitest'
import { ManualClock } from '../../src/testing/manual-clock.ts'
import { ourNode } from './nodes.ts'
import { eventually } from './waiting.ts'
import type { PeerUpdate } from '@libp2p/interface'

const at = (name: string): ReturnType<typeof multiaddr> => multiaddr(`/memory/nobody-${name}`)

it('a peer that nobody reached is dialed again when another address of it is merged', async () => {
  const clock = new ManualClock()
  const node = await ourNode({ clock, outboundShare: 1 / 3 })
  const { peers } = node.services
  const peerId = peerIdFromPrivateKey(await generateKeyPair('Ed25519'))
  await node.peerStore.merge(peerId, { multiaddrs: [at('here')] })
  const dials = (): number =>
    peers.explain(peerId).history.filter(({ to }) => to === 'dialing').length
  await eventually(() => {
    expect(peers.getPeer(peerId)?.path).toBe('discovered.coolingDown')
  })
  expect(dials()).toBe(1)

  // the same address again, and a tag: nothing that is new
  await node.peerStore.merge(peerId, { multiaddrs: [at('here')], tags: { mine: { value: 1 } } })
  expect(dials()).toBe(1)

  await node.peerStore.merge(peerId, { multiaddrs: [at('there')] })
  await eventually(() => {
    expect(dials()).toBe(2)
  })
})

it('libp2p counts what is merged among what was there before: the day it does not, this can go', async () => {
  const node = await ourNode()
  const peerId = peerIdFromPrivateKey(await generateKeyPair('Ed25519'))
  const updates: PeerUpdate[] = []
  node.addEventListener('peer:update', ({ detail }) => void updates.push(detail))
  await node.peerStore.merge(peerId, { multiaddrs: [at('here')] })
  await node.peerStore.merge(peerId, { multiaddrs: [at('there')] })
  const before = updates.at(-1)?.previous?.addresses.map((address) => address.multiaddr.toString())
  // src/scheduler/address-book.ts need not remember what was known, and src/candidates.ts can ask `previous`
  expect(before).toContain(at('there').toString())
})
