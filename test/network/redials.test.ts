/** Whoever has said no and hangs up on everybody who comes is left alone by every part of the node. */
import { expect, it } from 'vitest'
import { addressOf, authorize, ourNode } from './nodes.ts'
import { eventually, failure } from './waiting.ts'
import type { OurNode } from './nodes.ts'

/** Both are authorized, and alice's DHT wants to stay connected with bob. */
async function keptPair(): Promise<[alice: OurNode, bob: OurNode]> {
  const [alice, bob] = [await ourNode(), await ourNode()]
  await authorize(alice, bob)
  await alice.peerStore.merge(bob.peerId, { tags: { 'keep-alive-kad-dht': { value: 1 } } })
  return [alice, bob]
}

it('a peer that leaves, and whom the DHT keeps alive, is dialed once more, and not again and again', async () => {
  const [alice, bob] = await keptPair()
  let ended = 0
  alice.addEventListener('connection:close', () => void ended++)
  await bob.services.peers.disconnect(alice.peerId)
  await eventually(() => expect(ended).toBeGreaterThan(0))
  await eventually(async () => {
    // libp2p's reconnect queue is among those who are not let out
    const refused = alice.services.peers.explain(bob.peerId).refusals
    expect(refused).toContainEqual(expect.objectContaining({ door: 'connection', by: 'remote' }))
  })
  const { name } = await failure(alice.dial(addressOf(bob)))
  expect(name).toBe('DialDeniedError')
  expect(ended).toBeLessThanOrEqual(2)
  expect(alice.services.peers.explain(bob.peerId)).toMatchObject({
    path: 'rejected.disconnected',
    reason: 'requested'
  })
})

it('whoever hangs up and said nothing may be asked for at once', async () => {
  const [alice, bob] = await keptPair()
  await alice.peerStore.merge(bob.peerId, { tags: { 'keep-alive-kad-dht': undefined } })
  await bob.hangUp(alice.peerId)
  await eventually(() =>
    expect(alice.services.peers.getPeer(bob.peerId)?.path).toBe('discovered.coolingDown')
  )
  await alice.services.peers.connect(bob.peerId)
  expect(alice.services.peers.isAuthorized(bob.peerId)).toBe(true)
})
