/** A list of peers that changes at run time, and tells whoever listens. */
import { describe, expect, test } from 'vitest'
import { allOf } from '../../src/handshake/all-of.ts'
import { allowList } from '../../src/handshake/allow-list.ts'
import { chainHandshake } from '../../src/handshake/chain-handshake.ts'
import { handshakePart } from '../../src/handshake/handshake-part.ts'
import { ALICE, BOB } from './meeting.ts'
import { MALLORY } from './two-sides.ts'
import type { HandshakeChange } from '../../src/handshake/handshake.ts'
import type { PeerId } from '@libp2p/interface'

const CHAIN = chainHandshake({ chainId: 7, genesis: '0x1a2b' })
const context = (peerId: PeerId) =>
  ({ peerId, role: 'initiator', signal: new AbortController().signal }) as const
const NOT_ALLOWED = expect.objectContaining({
  name: 'HandshakeRefusedError',
  reason: 'not-allowed',
  detail: 'not on the allow list'
})

describe('the handshake', () => {
  test('says nothing, and accepts whoever is on the list, whatever is said', () => {
    const list = allowList([BOB])
    expect(list.hello(context(BOB))).toEqual(new Uint8Array(0))
    expect(list.verify(new Uint8Array([0xff]), context(BOB))).toEqual({})
    expect(() => list.verify(new Uint8Array(0), context(MALLORY))).toThrow(NOT_ALLOWED)
    expect(list).not.toHaveProperty('prove')
    expect(list).not.toHaveProperty('verifyProof')
  })

  test('is at the moment what the list is at the moment', () => {
    const list = allowList()
    const judge = () => list.verify(new Uint8Array(0), context(BOB))
    expect(judge).toThrow(NOT_ALLOWED)
    list.add(BOB)
    expect(judge()).toEqual({})
    list.delete(BOB)
    expect(judge).toThrow(NOT_ALLOWED)
  })

  test('combines: no part of its own, its word as it is, two of them are both asked', async () => {
    const first = allowList([BOB, MALLORY])
    const second = allowList([BOB, ALICE])
    const handshake = allOf(first, CHAIN, second)
    expect(handshake.parts).toEqual(['chain'])
    const payload = await handshake.hello(context(BOB))
    expect(payload).toEqual(await CHAIN.hello(context(BOB)))
    expect(handshake.verify(payload, context(BOB))).toEqual({ chainId: 7n, genesis: '0x1a2b' })
    for (const peerId of [MALLORY, ALICE]) {
      expect(() => handshake.verify(payload, context(peerId))).toThrow(NOT_ALLOWED)
    }
  })

  test('in front of the others spares their work', () => {
    const asked: string[] = []
    const costly = handshakePart({
      name: 'x',
      missing: () => {
        asked.push('costly')
        return {}
      },
      verify: () => ({})
    })
    const handshake = allOf(allowList(), costly)
    expect(() => handshake.verify(new Uint8Array(0), context(BOB))).toThrow(NOT_ALLOWED)
    expect(asked).toEqual([])
  })
})

describe('the list', () => {
  test('is a set of peers, as objects or text, in any text of theirs', () => {
    const list = allowList([ALICE, BOB.toString(), BOB.toCID().toString()])
    expect(list.size).toBe(2)
    expect([...list]).toEqual([ALICE.toString(), BOB.toString()])
    for (const peer of [BOB, BOB.toString(), BOB.toCID().toString()]) {
      expect(list.has(peer)).toBe(true)
      expect(list.add(peer)).toBe(false)
    }
    expect(list.has(MALLORY)).toBe(false)
    expect(list.add(MALLORY)).toBe(true)
    expect(list.delete(MALLORY)).toBe(true)
    expect(list.delete(MALLORY)).toBe(false)
    expect([...list]).toEqual([ALICE.toString(), BOB.toString()])
  })

  test('is its own: what it was made of may change', () => {
    const peers = new Set([ALICE.toString()])
    const list = allowList(peers)
    peers.add(BOB.toString())
    expect(list.has(BOB)).toBe(false)
  })
})

describe('changes', () => {
  const REVOKED = { type: 'revoked', reason: 'not-allowed', detail: 'not on the allow list' }

  test('are told at once, each once, to everybody who listens', () => {
    const list = allowList([ALICE])
    const heard: HandshakeChange[][] = [[], []]
    const ends = heard.map((changes) => list.subscribe((change) => void changes.push(change)))
    list.add(BOB)
    list.add(BOB.toString())
    list.delete(ALICE)
    list.delete(ALICE)
    const expected = [
      { type: 'allowed', peer: BOB.toString() },
      { ...REVOKED, peer: ALICE.toString() }
    ]
    expect(heard).toEqual([expected, expected])

    ends[0]?.()
    ends[0]?.()
    list.delete(BOB)
    expect(heard[0]).toHaveLength(2)
    expect(heard[1]).toHaveLength(3)
  })

  test('are told when they are made: a listener finds the list as it is then', () => {
    const list = allowList([ALICE])
    const found: boolean[] = []
    list.subscribe(({ peer }) => void found.push(list.has(peer)))
    list.delete(ALICE)
    list.add(ALICE)
    expect(found).toEqual([false, true])
  })

  test('are told through allOf, once for each handshake that the list is part of', () => {
    const list = allowList([ALICE])
    const listener: HandshakeChange[] = []
    const handshakes = [allOf(list, CHAIN), allOf(CHAIN, allOf(list))]
    const ends = handshakes.map((it) => it.subscribe?.((change) => void listener.push(change)))
    list.delete(ALICE)
    expect(listener).toEqual([1, 2].map(() => ({ ...REVOKED, peer: ALICE.toString() })))
    for (const end of ends) end?.()
    list.add(ALICE)
    expect(listener).toHaveLength(2)
  })

  test('reach every listener, whatever another one throws', () => {
    const list = allowList([ALICE])
    const heard: string[] = []
    const error = new Error('deaf')
    list.subscribe(() => {
      throw error
    })
    list.subscribe(({ type }) => void heard.push(type))
    expect(() => list.delete(ALICE)).toThrow(
      new AggregateError([error], 'A listener failed at revoked')
    )
    expect(heard).toEqual(['revoked'])
    expect(list.has(ALICE)).toBe(false)
  })

  test('by a listener, on hearing of one, are told in their turn', () => {
    const list = allowList([ALICE])
    const heard: string[] = []
    list.subscribe((change) => {
      heard.push(`${change.type} ${change.peer === BOB.toString() ? 'bob' : 'alice'}`)
      if (change.type === 'revoked') list.add(BOB)
    })
    list.delete(ALICE)
    expect(heard).toEqual(['revoked alice', 'allowed bob'])
  })
})

test.each<[unknown, string]>([
  [null, 'peers: expected a list of peer ids, got object'],
  [7, 'peers: expected a list of peer ids, got 7'],
  [BOB.toString(), `peers: expected a list of peer ids, got "${BOB.toString()}"`],
  [{}, 'peers: expected a list of peer ids, got object'],
  [[undefined], 'peers: expected peer ids, got undefined among them'],
  [[BOB, 'bob'], 'peers: expected peer ids, got "bob" among them'],
  [[''], 'peers: expected peer ids, got "" among them'],
  [
    [{ toMultihash: () => 7, toString: () => '\u001b' }],
    'peers: expected peer ids, got object among them'
  ]
])('%o are no peers', (peers, message) => {
  expect(() => allowList(peers as PeerId[])).toThrow(
    expect.objectContaining({ name: 'InvalidOptionsError', message })
  )
})

test.each<[unknown, string]>([
  [undefined, 'Expected a peer id, got undefined'],
  [7, 'Expected a peer id, got 7'],
  ['bob', 'Expected a peer id, got "bob"'],
  [
    `/ip4/127.0.0.1/tcp/1/p2p/${BOB.toString()}`,
    `Expected a peer id, got "/ip4/127.0.0.1/tcp/1/p2p/${BOB.toString()}"`
  ],
  [{}, 'Expected a peer id, got object']
])('%o is no peer', (peer, message) => {
  const list = allowList()
  for (const name of ['add', 'delete', 'has'] as const) {
    expect(() => list[name](peer as PeerId)).toThrow(
      expect.objectContaining({ name: 'InvalidPeerError', message })
    )
  }
  expect(list.size).toBe(0)
})
