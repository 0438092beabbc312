/** All ready-made handshakes in one, between real nodes: both are authorized, or both hear the word. */
import { ed25519 } from '@noble/curves/ed25519.js'
import { secp256k1 } from '@noble/curves/secp256k1.js'
import { describe, expect, it } from 'vitest'
import {
  allOf,
  allowList,
  chainHandshake,
  forkHandshake,
  sharedSecretHandshake,
  signedHandshake,
  versionHandshake
} from '../../src/index.ts'
import { addressOf, CHAIN, OTHER_CHAIN, ourNode, SOCKETS, states } from './nodes.ts'
import { eventually, failure, journal, within } from './waiting.ts'
import type { AllowList, Handshake, SigningKey } from '../../src/index.ts'
import type { OurNode } from './nodes.ts'

const SECRET = new Uint8Array(16).fill(1)
const ALICE: SigningKey = { type: 'ed25519', privateKey: new Uint8Array(32).fill(1) }
const BOB: SigningKey = { type: 'secp256k1', privateKey: new Uint8Array(32).fill(2) }

const textOf = (bytes: Uint8Array) => `0x${Buffer.from(bytes).toString('hex')}`
const ALICE_PUBLIC = textOf(ed25519.getPublicKey(new Uint8Array(32).fill(1)))
const BOB_PUBLIC = textOf(secp256k1.getPublicKey(new Uint8Array(32).fill(2)))
const VALIDATORS = [ALICE_PUBLIC, BOB_PUBLIC]

/** What one side says and asks, where it differs from the rest. */
interface Differences {
  chain?: typeof CHAIN
  forks?: number[]
  head?: number
  versions?: { min: number; max: number }
  secret?: Uint8Array
  key?: SigningKey
  validators?: string[]
  isListed?: false
}

interface Side {
  node: OurNode
  members: AllowList
  handshake: Handshake<object>
}

async function side(key: SigningKey, differs: Differences = {}): Promise<Side> {
  const members = allowList()
  const validators = new Set(differs.validators ?? VALIDATORS)
  const handshake = allOf(
    members,
    chainHandshake(differs.chain ?? CHAIN),
    forkHandshake({
      genesis: CHAIN.genesis,
      forks: differs.forks ?? [10, 20],
      head: async () => ({ block: differs.head ?? 15 })
    }),
    versionHandshake(differs.versions ?? { min: 1, max: 3 }),
    sharedSecretHandshake({ secret: differs.secret ?? SECRET }),
    signedHandshake({
      key: differs.key ?? key,
      isAllowed: (publicKey) => validators.has(publicKey)
    })
  )
  const node = await ourNode({ handshake }, SOCKETS)
  return { node, members, handshake }
}

async function pair(differs: Differences = {}): Promise<[Side, Side]> {
  const a = await side(ALICE)
  const b = await side(BOB, differs)
  if (differs.isListed !== false) a.members.add(b.node.peerId)
  b.members.add(a.node.peerId)
  return [a, b]
}

describe('allOf(allowList, chain, fork, version, secret, signed)', () => {
  it('authorizes both, and the hello has the fields of all', async () => {
    const [a, b] = await pair({ versions: { min: 2, max: 9 }, head: 5 })
    const peer = await within(a.node.services.peers.connect(addressOf(b.node)))
    const common = { chainId: 7n, genesis: CHAIN.genesis, version: 3 }
    const forks = { forkHash: expect.stringMatching(/^0x[0-9a-f]{8}$/) }
    expect(peer.hello).toEqual({
      ...common,
      ...forks,
      forkNext: 10n,
      keyType: 'secp256k1',
      publicKey: BOB_PUBLIC
    })
    await eventually(() => {
      expect(b.node.services.peers.getPeer(a.node.peerId)?.hello).toEqual({
        ...common,
        ...forks,
        forkNext: 20n,
        keyType: 'ed25519',
        publicKey: ALICE_PUBLIC
      })
    })
    expect(states(a.node, b.node)).toEqual(['authorized', 'authorized'])
  })

  it('stays far from the limits of the wire: 2,048 bytes of payload, 1,024 of proof', async () => {
    const chain = { chainId: 2 ** 53 - 1, genesis: `0x${'ab'.repeat(64)}` }
    const { node, handshake } = await side(BOB, { chain, forks: [2 ** 53 - 1] })
    const signal = new AbortController().signal
    const context = { peerId: node.peerId, role: 'initiator', signal } as const
    const payload = await handshake.hello(context)
    const proof = await handshake.prove?.(new Uint8Array(5_000), context)
    expect(payload.byteLength).toBeLessThan(256)
    expect(proof?.byteLength).toBeLessThan(256)
  })

  it('a peer taken off the list while it is authorized is so no more, with the word, on both sides', async () => {
    const [a, b] = await pair()
    await within(a.node.services.peers.connect(addressOf(b.node)))
    await eventually(() => expect(states(a.node, b.node)).toEqual(['authorized', 'authorized']))
    const told = [a, b].map(({ node }) => journal(node.services.peers, 'peer:deauthorized'))
    b.members.delete(a.node.peerId)
    expect(b.node.services.peers.isAuthorized(a.node.peerId)).toBe(false)
    await eventually(() => {
      expect(told).toMatchObject([
        [['peer:deauthorized', { reason: 'not-allowed', by: 'remote' }]],
        [['peer:deauthorized', { reason: 'not-allowed', by: 'local' }]]
      ])
    })
  })
})

// each differs on one side only; the rest is as it should be
const WORDS: [string, Differences, string][] = [
  ['another chain', { chain: OTHER_CHAIN }, 'incompatible'],
  ['another fork, passed', { forks: [10, 12], head: 15 }, 'incompatible'],
  ['not upgraded for a fork that we have passed', { forks: [], head: 15 }, 'incompatible'],
  ['too old', { versions: { min: 0, max: 0 } }, 'unsupported-version'],
  ['too new', { versions: { min: 4, max: 4 } }, 'unsupported-version'],
  ['not on the list', { isListed: false }, 'not-allowed'],
  ['another secret', { secret: new Uint8Array(16).fill(9) }, 'authentication-failed'],
  [
    'a key that is not allowed',
    { key: { type: 'ed25519', privateKey: new Uint8Array(32).fill(9) } },
    'not-allowed'
  ],
  ['other validators', { validators: [BOB_PUBLIC] }, 'not-allowed']
]

describe.each(WORDS)('%s', (_, differs, word) => {
  it.each(['dialed', 'dialing'] as const)(`${word}: on both sides, the odd one %s`, async (odd) => {
    const [a, b] = await pair(differs)
    const [dialer, listener] = odd === 'dialed' ? [a, b] : [b, a]
    const there = journal(listener.node.services.peers, 'peer:rejected')
    const authorized = [a, b].map(({ node }) => journal(node.services.peers, 'peer:authorized'))
    const error = await failure(dialer.node.services.peers.connect(addressOf(listener.node)))
    expect(error).toMatchObject({ name: 'PeerRejectedError', reason: word })
    await eventually(() => expect(there).toMatchObject([['peer:rejected', { reason: word }]]))
    expect(authorized).toEqual([[], []])
    for (const { node } of [a, b]) expect(node.services.peers.status().slots).toEqual([])
  })
})
