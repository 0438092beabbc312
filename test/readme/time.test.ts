import { noise } from '@chainsafe/libp2p-noise'
import { yamux } from '@chainsafe/libp2p-yamux'
import { identify } from '@libp2p/identify'
import { memory } from '@libp2p/memory'
import { createLibp2p } from 'libp2p'
import { expect, test } from 'vitest'
import { chainHandshake, peerLifecycle } from '../../src/index.ts'
import { ManualClock } from '../../src/testing/index.ts'
import type { Clock } from '../../src/index.ts'

const createNode = (name: string, chainId: number, clock: Clock) =>
  createLibp2p({
    addresses: { listen: [`/memory/${name}`] }, // no sockets
    transports: [memory()],
    connectionEncrypters: [noise()],
    streamMuxers: [yamux()],
    services: {
      peers: peerLifecycle({
        protocolPrefix: '/mychain',
        handshake: chainHandshake({ chainId, genesis: '0x1f2e3d' }),
        clock,
        random: () => 0.5 // the same jitter and the same choices in every run
      }),
      identify: identify()
    }
  })

test('a peer of another chain is left alone for a day', async () => {
  const clock = new ManualClock()
  const [alice, stranger] = [await createNode('alice', 7, clock), await createNode('x', 8, clock)]
  const { peers } = alice.services

  await expect(peers.connect(stranger.getMultiaddrs()[0]!)).rejects.toMatchObject({
    name: 'PeerRejectedError',
    reason: 'incompatible',
    retryAt: clock.epoch() + 24 * 3_600_000
  })

  clock.advance(24 * 3_600_000 - 1)
  expect(peers.getPeer(stranger.peerId)?.state).toBe('rejected')

  clock.advance(1)
  expect(peers.getPeer(stranger.peerId)?.state).not.toBe('rejected')

  await Promise.all([alice.stop(), stranger.stop()])
})
