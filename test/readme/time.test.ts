import { noise } from '@chainsafe/libp2p-noise'
import { yamux } from '@chainsafe/libp2p-yamux'
import { identify } from '@libp2p/identify'
import { memory } from '@libp2p/memory'
import { createLibp2p } from 'libp2p'
import { expect, test } from 'vitest'
import { chainHandshake, peerLifecycle } from '../../src/index.ts'
import type { Clock } from '../../src/index.ts'

/** A clock that stands still until the test moves it. */
class HandClock implements Clock {
  #now = 0
  readonly #deadlines = new Set<{ at: number; callback: () => void }>()

  now = (): number => this.#now
  epoch = (): number => Date.UTC(2026, 0, 1) + this.#now

  after(delay: number, callback: () => void): () => void {
    const deadline = { at: this.#now + delay, callback }
    this.#deadlines.add(deadline)
    return () => this.#deadlines.delete(deadline)
  }

  advance(ms: number): void {
    this.#now += ms
    for (const deadline of [...this.#deadlines].toSorted((a, b) => a.at - b.at)) {
      if (deadline.at <= this.#now && this.#deadlines.delete(deadline)) deadline.callback()
    }
  }
}

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
  const clock = new HandClock()
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
