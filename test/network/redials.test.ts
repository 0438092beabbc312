/** Whoever has said no and hangs up on everybody who comes is left alone by every part of the node. */
import { expect, it } from 'vitest'
import { addressOf, authorize, ourNode, SOCKETS } from './nodes.ts'
import { eventually, failure } from './waiting.ts'
import type { OurNode } from './nodes.ts'

/** Two nodes that hold each other to be authorized. */
async function pair(): Promise<[alice: OurNode, bob: OurNode]> {
  const [alice, bob] = [await ourNode({}, SOCKETS), await ourNode({}, SOCKETS)]
  await authorize(alice, bob)
  return [alice, bob]
}

it('a peer that leaves, and whom the DHT keeps alive, is not dialed again and again', async () => {
  const [alice, bob] = await pair()
  await alice.peerStore.merge(bob.peerId, { tags: { 'keep-alive-kad-dht': { value: 1 } } })
  await bob.services.peers.disconnect(alice.peerId)
  // once or twice, as libp2p's reconnect queue does it, too: over a socket bob's refusal shows only in the end
  await eventually(async () => {
    const { name } = await failure(alice.dial(addressOf(bob)))
    expect(name).toBe('DialDeniedError')
  })
  const { path, refusals } = alice.services.peers.explain(bob.peerId)
  expect(path).toBe('rejected.disconnected')
  const no = { door: 'connection', direction: 'outbound', reason: 'requested', by: 'remote' }
  expect(refusals).toContainEqual(expect.objectContaining(no))
})

it('whoever hangs up and said nothing may be asked for at once', async () => {
  const [alice, bob] = await pair()
  await bob.hangUp(alice.peerId)
  await eventually(() =>
    expect(alice.services.peers.getPeer(bob.peerId)?.path).toBe('discovered.coolingDown')
  )
  await alice.services.peers.connect(bob.peerId)
  expect(alice.services.peers.isAuthorized(bob.peerId)).toBe(true)
})
