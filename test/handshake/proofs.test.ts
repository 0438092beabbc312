/** Proofs of the ready-made handshakes, honest and otherwise, each kind under the same attacks. */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { allOf } from '../../src/handshake/all-of.ts'
import { chainHandshake } from '../../src/handshake/chain-handshake.ts'
import { encodeParts } from '../../src/handshake/parts.ts'
import { sharedSecretHandshake } from '../../src/handshake/shared-secret-handshake.ts'
import { signedHandshake } from '../../src/handshake/signed-handshake.ts'
import { transcriptOf } from '../../src/handshake/transcript.ts'
import { flip, flipped, MALLORY, meetingOf, proofOf, verdictOn } from './two-sides.ts'
import type { Handshake } from '../../src/handshake/handshake.ts'
import type { KeyType } from '../../src/handshake/signatures.ts'
import type { TranscriptInit } from '../../src/handshake/transcript.ts'

const CHAIN = chainHandshake({ chainId: 7, genesis: '0x1a2b' })
const key = (byte: number) => new Uint8Array(32).fill(byte)
const signed = (type: KeyType, byte: number) =>
  signedHandshake({ key: { type, privateKey: key(byte) } })

/** A kind of proof: what Alice and Bob have, and what one has that must not pass for Bob. */
interface Kind {
  readonly alice: Handshake<object>
  readonly bob: Handshake<object>
  readonly stranger: Handshake<object>
}

const KINDS: Array<[string, Kind]> = [
  ...(['ed25519', 'secp256k1'] as const).map((type): [string, Kind] => [
    type,
    { alice: signed(type, 1), bob: signed(type, 2), stranger: signed(type, 3) }
  ]),
  [
    'secret',
    {
      alice: sharedSecretHandshake({ secret: key(1) }),
      bob: sharedSecretHandshake({ secret: key(1) }),
      stranger: sharedSecretHandshake({ secret: key(3) })
    }
  ],
  [
    'all of them',
    {
      alice: allOf(CHAIN, sharedSecretHandshake({ secret: key(1) }), signed('ed25519', 1)),
      bob: allOf(CHAIN, sharedSecretHandshake({ secret: key(1) }), signed('ed25519', 2)),
      stranger: allOf(CHAIN, sharedSecretHandshake({ secret: key(1) }), signed('ed25519', 3))
    }
  ]
]

describe.each(KINDS)('%s', (_, { alice, bob, stranger }) => {
  // what Alice makes of Bob, if what he proves over differs from what she has seen
  async function judgedOver(change: (init: TranscriptInit) => TranscriptInit): Promise<string> {
    const { init, transcript } = await meetingOf(alice, bob)
    const proof = await proofOf(bob, transcriptOf(change({ ...init, prover: 'responder' })))
    return verdictOn(alice, init.responder.payload, proof, transcript('responder'))
  }

  test('an honest proof is accepted, in both roles', async () => {
    const meeting = await meetingOf(alice, bob)
    for (const [prover, judge, role] of [
      [bob, alice, 'responder'],
      [alice, bob, 'initiator']
    ] as const) {
      const transcript = meeting.transcript(role)
      const proof = await proofOf(prover, transcript)
      const { payload } = meeting.init[role]
      expect(await verdictOn(judge, payload, proof, transcript)).toBe('accepted')
    }
  })

  test('every bit of the transcript counts', { timeout: 60_000 }, async () => {
    const { init, transcript } = await meetingOf(alice, bob)
    const ours = transcript('responder')
    const proof = await proofOf(bob, ours)
    const verdicts = new Set<string>()
    for (const other of flipped(ours)) {
      verdicts.add(await verdictOn(alice, init.responder.payload, proof, other))
    }
    expect([...verdicts]).toEqual(['authentication-failed'])
  })

  test('every bit of the proof counts', { timeout: 60_000 }, async () => {
    const { init, transcript } = await meetingOf(alice, bob)
    const proof = await proofOf(bob, transcript('responder'))
    const verdicts = new Set<string>()
    for (const other of flipped(proof)) {
      verdicts.add(await verdictOn(alice, init.responder.payload, other, transcript('responder')))
    }
    // a flipped bit of a length or a tag makes no list of parts, which is another violation
    expect([...verdicts].toSorted()).toEqual(['authentication-failed', 'protocol-violation'])
  })

  test('every bit of the payload counts', { timeout: 60_000 }, async () => {
    const { init, transcript } = await meetingOf(alice, bob)
    const proof = await proofOf(bob, transcript('responder'))
    const verdicts = new Set<string>()
    for (const payload of flipped(init.responder.payload)) {
      const responder = { ...init.responder, payload }
      const heard = transcriptOf({ ...init, responder, prover: 'responder' })
      verdicts.add(await verdictOn(alice, payload, proof, heard))
    }
    expect(verdicts).not.toContain('accepted')
  })

  test('a replay fails: the proof of an earlier meeting, with everything else from it', async () => {
    const earlier = await meetingOf(alice, bob, 1)
    const now = await meetingOf(alice, bob, 2)
    const proof = await proofOf(bob, earlier.transcript('responder'))
    // Bob's own nonce may be used again, ours is fresh
    const responder = earlier.init.responder
    const ours = transcriptOf({ ...now.init, responder, prover: 'responder' })
    expect(await verdictOn(alice, responder.payload, proof, ours)).toBe('authentication-failed')
  })

  test('a relay fails: a proof that Bob made for Mallory, in her mouth', async () => {
    // she handed on every byte, both ways, so all but the peer ids is the same
    const { init } = await meetingOf(alice, bob)
    const asBobSawIt = { ...init, initiator: { ...init.initiator, peerId: MALLORY } }
    const asAliceSawIt = { ...init, responder: { ...init.responder, peerId: MALLORY } }
    const proof = await proofOf(bob, transcriptOf({ ...asBobSawIt, prover: 'responder' }))
    const ours = transcriptOf({ ...asAliceSawIt, prover: 'responder' })
    const verdict = await verdictOn(alice, init.responder.payload, proof, ours)
    expect(verdict).toBe('authentication-failed')
  })

  test('a reflection fails: our own proof, sent back with our own payload', async () => {
    const { init } = await meetingOf(alice, alice)
    const proof = await proofOf(alice, transcriptOf({ ...init, prover: 'initiator' }))
    const theirs = transcriptOf({ ...init, prover: 'responder' })
    const { payload } = init.initiator
    expect(await verdictOn(alice, payload, proof, theirs)).toBe('authentication-failed')
  })

  test.each<[string, (it: TranscriptInit) => TranscriptInit]>([
    ['an old nonce of ours', (it) => ({ ...it, initiator: { ...it.initiator, nonce: key(9) } })],
    ['an old nonce of theirs', (it) => ({ ...it, responder: { ...it.responder, nonce: key(9) } })],
    ['another network', (it) => ({ ...it, protocol: '/other/peer-lifecycle/1.0.0' })],
    ['the other role', (it) => ({ ...it, prover: 'initiator' })],
    ['swapped sides', (it) => ({ ...it, initiator: it.responder, responder: it.initiator })],
    ['another initiator', (it) => ({ ...it, initiator: { ...it.initiator, peerId: MALLORY } })],
    ['another responder', (it) => ({ ...it, responder: { ...it.responder, peerId: MALLORY } })],
    [
      'another payload of ours',
      (it) => ({ ...it, initiator: { ...it.initiator, payload: new Uint8Array(1) } })
    ]
  ])('a proof for %s fails', async (_name, over) => {
    expect(await judgedOver(over)).toBe('authentication-failed')
    expect(await judgedOver((it) => it)).toBe('accepted')
  })

  test("a stranger's proof fails under Bob's payload", async () => {
    const { init, transcript } = await meetingOf(alice, bob)
    const proof = await proofOf(stranger, transcript('responder'))
    const verdict = await verdictOn(alice, init.responder.payload, proof, transcript('responder'))
    expect(verdict).toBe('authentication-failed')
  })

  test.each([
    ['none', new Uint8Array(0)],
    ['of another name', encodeParts([['other', new Uint8Array(64)]])],
    ['empty', encodeParts(['secret', 'signed'].map((name) => [name, new Uint8Array(0)]))],
    [
      'zeros',
      encodeParts([
        ['secret', new Uint8Array(32)],
        ['signed', new Uint8Array(64)]
      ])
    ],
    [
      'too short',
      encodeParts([
        ['secret', new Uint8Array(31)],
        ['signed', new Uint8Array(63)]
      ])
    ],
    [
      'too long',
      encodeParts([
        ['secret', new Uint8Array(33)],
        ['signed', new Uint8Array(65)]
      ])
    ],
    [
      'as long as can be',
      encodeParts(['secret', 'signed'].map((name) => [name, new Uint8Array(490)]))
    ]
  ])('a proof that is %s fails', async (_name, proof) => {
    const { init, transcript } = await meetingOf(alice, bob)
    const verdict = await verdictOn(alice, init.responder.payload, proof, transcript('responder'))
    expect(verdict).toBe('authentication-failed')
  })

  test('a proof whose end is cut off or longer by a byte fails', async () => {
    const { init, transcript } = await meetingOf(alice, bob)
    const proof = await proofOf(bob, transcript('responder'))
    for (const bytes of [proof.subarray(0, -1), new Uint8Array([...proof, 0])]) {
      const verdict = await verdictOn(alice, init.responder.payload, bytes, transcript('responder'))
      expect(verdict).toBe('protocol-violation')
    }
  })
})

test('any key, any secret, any words: an honest proof passes, one with a flipped bit does not', async () => {
  const bytes32 = fc.uint8Array({ minLength: 32, maxLength: 32 })
  // a private key of secp256k1 is less than the order of the curve
  const secret = bytes32.map((bytes) => new Uint8Array([0x7f, ...bytes.subarray(1)]))
  const kind = fc.constantFrom<'secret' | KeyType>('secret', 'ed25519', 'secp256k1')
  await fc.assert(
    fc.asyncProperty(
      fc.record({ kind, secret, nonce: bytes32, at: fc.nat(), inProof: fc.boolean() }),
      async (it) => {
        const one =
          it.kind === 'secret'
            ? sharedSecretHandshake({ secret: it.secret })
            : signedHandshake({ key: { type: it.kind, privateKey: it.secret } })
        const { init } = await meetingOf(one, one)
        const initiator = { ...init.initiator, nonce: it.nonce }
        const transcript = transcriptOf({ ...init, initiator, prover: 'responder' })
        const proof = await proofOf(one, transcript)
        const { payload } = init.responder
        expect(await verdictOn(one, payload, proof, transcript)).toBe('accepted')
        const bit = it.at % ((it.inProof ? proof : transcript).byteLength * 8)
        const verdict = it.inProof
          ? verdictOn(one, payload, flip(proof, bit), transcript)
          : verdictOn(one, payload, proof, flip(transcript, bit))
        expect(await verdict).not.toBe('accepted')
      }
    ),
    { numRuns: 60 }
  )
})
