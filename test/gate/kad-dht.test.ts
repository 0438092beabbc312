/**
 * kad-dht is open: it finds peers and keeps their connections while nobody is authorized.
 *
 * A mutation that turns this file red, tried by hand: open-protocols.ts without `/ipfs/kad/1.0.0`.
 */
import { kadDHT, passthroughMapper } from '@libp2p/kad-dht'
import { expect, test } from 'vitest'
import { APP, connect, eventually, gatedNode } from './nodes.ts'
import type { GatedServices } from './nodes.ts'
import type { Libp2p } from '@libp2p/interface'
import type { KadDHT } from '@libp2p/kad-dht'

type Node = Libp2p<GatedServices & { dht: KadDHT }>

async function dhtNode(): Promise<Node> {
  return gatedNode({
    dht: kadDHT({
      clientMode: false,
      peerInfoMapper: passthroughMapper,
      validators: { test: async () => {} },
      selectors: { test: () => 0 }
    })
  })
}

test('kad-dht stores and finds a value among peers that are not authorized, and nothing else passes', async () => {
  const [a, b, c] = await Promise.all([dhtNode(), dhtNode(), dhtNode()])
  let calls = 0
  await c.handle(APP, () => void calls++)
  await connect(a, b)
  await connect(b, c)
  await eventually(async () =>
    expect((await b.peerStore.get(a.peerId)).tags.has('kad-peer')).toBe(true)
  )
  await eventually(async () =>
    expect((await b.peerStore.get(c.peerId)).tags.has('kad-peer')).toBe(true)
  )
  const key = new TextEncoder().encode('/test/key')
  const value = new TextEncoder().encode('value')

  // a finds c through b, and is connected to it from then on
  expect((await a.peerRouting.findPeer(c.peerId)).id.equals(c.peerId)).toBe(true)
  for await (const event of a.services.dht.put(key, value)) void event
  const found: Uint8Array[] = []
  for await (const event of c.services.dht.get(key)) {
    if (event.name === 'VALUE') found.push(event.value)
  }

  expect(found.map((bytes) => new TextDecoder().decode(bytes))).toContain('value')
  await expect(a.dialProtocol(c.peerId, APP)).rejects.toMatchObject({
    name: 'PeerNotAuthorizedError'
  })
  expect(calls).toBe(0)
})
