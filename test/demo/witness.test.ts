/**
 * The witness can see: a service that lies, one lie a test, and the breach that the witness writes down.
 */
import { generateKeyPair } from '@libp2p/crypto/keys'
import { peerIdFromPrivateKey } from '@libp2p/peer-id'
import { TypedEventEmitter } from 'main-event'
import { beforeAll, expect, test } from 'vitest'
import { ranSince } from '../../examples/local-network/running-time.ts'
import { VALIDATION } from '../../examples/local-network/settings.ts'
import { Witness } from '../../examples/local-network/witness.ts'
import { eventually } from '../network/waiting.ts'
import type { Member } from '../../examples/local-network/network.ts'
import type { PeerLifecycleEvents } from '../../src/index.ts'
import type { PeerId } from '@libp2p/interface'

/** What the lying service says. */
class Liar extends TypedEventEmitter<PeerLifecycleEvents> {
  slots: { session: number; peer: string; kind: string }[] = []
  views: { peerId: { toString(): string }; path: string }[] = []

  status(): object {
    return { maxPeers: 4, slots: this.slots }
  }

  getPeers(): object[] {
    return this.views
  }

  /** Says that something has happened. */
  announce(type: keyof PeerLifecycleEvents, detail: object): void {
    this.dispatchEvent(new CustomEvent(type, { detail }))
  }

  /** Holds a slot for each, and says that they are authorized. */
  authorize(count: number, direction: string): void {
    for (let at = 0; at < count; at++) {
      const peer = `${direction}-${at}`
      this.slots.push({ session: this.slots.length, peer, kind: direction })
      this.views.push({ peerId: peer, path: 'authorized' })
      this.announce('peer:authorized', { peer, direction })
    }
  }
}

const step = {
  peer: 'fir',
  from: 'connected',
  to: 'handshaking',
  event: 'slot.granted',
  reason: 'slot.granted'
}

let stranger: PeerId
beforeAll(async () => {
  stranger = peerIdFromPrivateKey(await generateKeyPair('Ed25519'))
})

function watch(): { liar: Liar; witness: Witness; seen: () => string[] } {
  const liar = new Liar()
  const witness = new Witness({ name: 'birch', peers: liar } as unknown as Member, (peer) => peer)
  const seen = (): string[] => {
    witness.look()
    return [...new Set(witness.breaches.map(({ law }) => law))]
  }
  return { liar, witness, seen }
}

test('an honest service: four peers, each with its slot, each step told', () => {
  const { liar, witness, seen } = watch()
  liar.authorize(3, 'inbound')
  liar.authorize(1, 'outbound')
  liar.announce('peer:transition', step)
  liar.announce('peer:transition', { ...step, from: 'handshaking', to: 'authorized' })
  liar.announce('peer:rejected', { peer: 'oak', reason: 'too-many-peers' })
  expect(seen()).toEqual([])
  expect(witness.mostAuthorized).toBe(4)
})

test.each<[string, string, (liar: Liar) => void]>([
  [
    'slot',
    'authorized without a slot',
    (liar) => liar.views.push({ peerId: 'fir', path: 'authorized' })
  ],
  ['slot', 'dialing without a slot', (liar) => liar.views.push({ peerId: 'fir', path: 'dialing' })],
  [
    'slot',
    'handshaking without a slot',
    (liar) => liar.views.push({ peerId: 'fir', path: 'handshaking.responding' })
  ],
  [
    'slot',
    'a slot for nobody',
    (liar) => liar.slots.push({ session: 1, peer: 'fir', kind: 'inbound' })
  ],
  [
    'slot',
    'a slot for a peer at rest',
    (liar) => {
      liar.slots.push({ session: 1, peer: 'fir', kind: 'inbound' })
      liar.views.push({ peerId: 'fir', path: 'connected.unpromoted' })
    }
  ],
  [
    'slot',
    'two slots for one',
    (liar) => {
      liar.authorize(1, 'inbound')
      liar.slots.push({ ...liar.slots[0]!, session: 99 })
    }
  ],
  [
    'capacity',
    'five slots',
    (liar) => {
      liar.authorize(5, 'outbound')
    }
  ],
  ['capacity', 'four inbound peers', (liar) => liar.authorize(4, 'inbound')],
  [
    'cause',
    'a transition without an event',
    (liar) => liar.announce('peer:transition', { ...step, event: '' })
  ],
  [
    'cause',
    'a step left out',
    (liar) => {
      liar.announce('peer:transition', step)
      liar.announce('peer:transition', { ...step, from: 'discovered' })
    }
  ],
  [
    'closed words',
    'a word of its own in a rejection',
    (liar) => liar.announce('peer:rejected', { peer: 'fir', reason: 'mood' })
  ],
  [
    'closed words',
    'a word of its own in a farewell',
    (liar) => liar.announce('peer:deauthorized', { peer: 'fir', reason: 'mood' })
  ],
  [
    'plain data',
    'an object in a transition',
    (liar) => liar.announce('peer:transition', { ...step, connection: new Map() })
  ]
])('%s: %s', (law, _, lie) => {
  const { liar, seen } = watch()
  lie(liar)
  expect(seen()).toEqual([law])
})

test('gate: a stream that reaches the handler, even if nothing comes of it', () => {
  const { witness, seen } = watch()
  witness.reached('request', stranger)
  expect(seen()).toEqual(['gate'])
})

test('gate: a request, gossip', () => {
  for (const arrive of [
    (witness: Witness) => witness.received('request', stranger),
    (witness: Witness) => witness.received('gossip', stranger)
  ]) {
    const { witness, seen } = watch()
    arrive(witness)
    expect(seen()).toEqual(['gate'])
    expect(witness.trespassed.request + witness.trespassed.gossip).toBe(1)
  }
})

test('gate: what counts is the moment, not before and not after', () => {
  const { liar, witness } = watch()
  const peer = stranger.toString()
  witness.received('request', stranger)
  liar.announce('peer:authorized', { peer, direction: 'inbound' })
  witness.received('request', stranger)
  witness.received('gossip', stranger)
  liar.announce('peer:deauthorized', { peer, reason: 'requested' })
  witness.received('request', stranger)
  expect(witness.delivered).toEqual({ request: 3, gossip: 1 })
  expect(witness.trespassed).toEqual({ request: 2, gossip: 0 })
})

test('gate: gossip may be handed over a little after its sender has left, and no later', async () => {
  const { liar, witness } = watch()
  const peer = stranger.toString()
  liar.announce('peer:authorized', { peer, direction: 'inbound' })
  const left = Date.now()
  liar.announce('peer:deauthorized', { peer, reason: 'requested' })
  witness.received('gossip', stranger)
  expect(witness.trespassed.gossip).toBe(0)
  await eventually(() => expect(ranSince(left)).toBeGreaterThan(VALIDATION + 10))
  witness.received('gossip', stranger)
  expect(witness.trespassed.gossip).toBe(1)
})
