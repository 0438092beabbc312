import { expect, expectTypeOf, it } from 'vitest'
import { addressOf, CHAIN, OTHER_CHAIN, ourNode } from './nodes.ts'
import { chainHandshake } from '../../src/index.ts'
import { failure, next } from './waiting.ts'
import type { PeerTransition } from '../../src/index.ts'
import type { PeerId } from '@libp2p/interface'

it('cause: what the service tells, the node tells too, typed, in the same order', async () => {
  const a = await ourNode({ handshake: chainHandshake(CHAIN) })
  const b = await ourNode({ handshake: chainHandshake(CHAIN) })
  const stranger = await ourNode({ handshake: chainHandshake(OTHER_CHAIN) })
  const onNode: PeerTransition[] = []
  const onService: PeerTransition[] = []
  a.addEventListener('peer:transition', ({ detail }) => void onNode.push(detail))
  a.services.peers.addEventListener('peer:transition', ({ detail }) => void onService.push(detail))

  a.addEventListener('peer:authorized', ({ detail }) => {
    expectTypeOf(detail.peerId).toEqualTypeOf<PeerId>()
    expectTypeOf(detail.since).toEqualTypeOf<number>()
  })
  const authorized = next(a, 'peer:authorized')
  await a.services.peers.connect(addressOf(b))
  const { peer, direction } = await authorized
  expect({ peer, direction }).toEqual({ peer: b.peerId.toString(), direction: 'outbound' })

  const rejected = next(a, 'peer:rejected')
  await failure(a.services.peers.connect(addressOf(stranger)))
  expect(await rejected).toMatchObject({ reason: 'incompatible', detail: 'chain id 8, expected 7' })

  const deauthorized = next(a, 'peer:deauthorized')
  await a.services.peers.disconnect(b.peerId)
  expect(await deauthorized).toMatchObject({ peer: b.peerId.toString(), reason: 'requested' })

  expect(onNode).toEqual(onService)
  const steps = onNode.map(({ from, to, reason }) => `${from} -> ${to}: ${reason}`)
  expect(steps.slice(0, 4)).toEqual([
    'discovered -> dialing: slot.granted',
    'dialing -> connected: dial.succeeded',
    'connected -> handshaking: handshake.opened',
    'handshaking -> authorized: handshake.accepted'
  ])
  // plain data: nothing is lost, and nothing can be reached through it
  expect(JSON.parse(JSON.stringify(onNode))).toEqual(onNode)
})
