/** A second identity: what is said of it, who is allowed, and what is refused. */
import { ed25519 } from '@noble/curves/ed25519.js'
import { secp256k1 } from '@noble/curves/secp256k1.js'
import { describe, expect, test } from 'vitest'
import { allOf } from '../../src/handshake/all-of.ts'
import { encodeParts } from '../../src/handshake/parts.ts'
import { SCHEMES } from '../../src/handshake/signatures.ts'
import { signedHandshake } from '../../src/handshake/signed-handshake.ts'
import { KeyPart, KeyType as WireKeyType } from '../../src/handshake/wire/parts.js'
import { hex } from './raw-peer.ts'
import { JUDGING, meetingOf, proofOf, verdictOn } from './two-sides.ts'
import type { SignedHandshakeInit } from '../../src/handshake/signed-handshake.ts'
import type { KeyType } from '../../src/handshake/signatures.ts'
import type { HeldKey } from '../../src/handshake/signing-key.ts'

const TYPES = ['ed25519', 'secp256k1'] as const
const PRIVATE = new Uint8Array(32).map((_, i) => i + 1)
const PUBLIC = {
  ed25519: ed25519.getPublicKey(PRIVATE),
  secp256k1: secp256k1.getPublicKey(PRIVATE, true)
}
const held = (type: KeyType): HeldKey => ({ type, privateKey: PRIVATE })
const ours = (type: KeyType) => signedHandshake({ key: held(type) })
const bytes = (...values: number[]) => new Uint8Array(values)
const refused = (reason: string, detail: string) =>
  expect.objectContaining({ name: 'HandshakeRefusedError', reason, detail })

function said(type: KeyType, publicKey: Uint8Array): Uint8Array {
  const wireType = type === 'ed25519' ? WireKeyType.ED25519 : WireKeyType.SECP256K1
  const body = KeyPart.encode({ type: wireType, publicKey: new Uint8Array(publicKey) })
  return encodeParts([['signed', body]])
}

describe.each(TYPES)('%s', (type) => {
  const handshake = ours(type)
  const publicKey = `0x${hex(PUBLIC[type])}`

  test('the payload is one part of the name "signed": the type and the public key', () => {
    const payload = handshake.hello(JUDGING) as Uint8Array
    expect(payload).toEqual(said(type, PUBLIC[type]))
    const body = type === 'ed25519' ? `1220${hex(PUBLIC[type])}` : `0801 1221 ${hex(PUBLIC[type])}`
    expect(hex(payload)).toContain(body.replaceAll(' ', ''))
    expect(handshake.parts).toEqual(['signed'])
  })

  test('the hello is the type and the public key as text', () => {
    expect(handshake.verify(said(type, PUBLIC[type]), JUDGING)).toEqual({
      keyType: type,
      publicKey
    })
  })

  test('a peer with a key of the other kind is as welcome', async () => {
    const other = ours(type === 'ed25519' ? 'secp256k1' : 'ed25519')
    const { init, transcript } = await meetingOf(handshake, other)
    const proof = await proofOf(other, transcript('responder'))
    const verdict = await verdictOn(
      handshake,
      init.responder.payload,
      proof,
      transcript('responder')
    )
    expect(verdict).toBe('accepted')
  })

  test('a wrong signature is refused with the key it is not of', async () => {
    const proof = encodeParts([['signed', new Uint8Array(64)]])
    const judge = () =>
      handshake.verifyProof?.(proof, bytes(1), { keyType: type, publicKey }, JUDGING)
    const detail = `not a signature of key ${publicKey.slice(0, 10)}…${publicKey.slice(-8)}`
    expect(judge).toThrow(refused('authentication-failed', detail))
  })

  test('an update may not bring another key', async () => {
    const current = { keyType: type, publicKey, other: 'field' }
    const same = said(type, PUBLIC[type])
    expect(handshake.verify(same, { ...JUDGING, current })).toMatchObject({ publicKey })
    const another = SCHEMES[type].publicKeyOf(new Uint8Array(32).fill(9))
    for (const from of [handshake, allOf(handshake)]) {
      expect(() => from.verify(said(type, another), { ...JUDGING, current })).toThrow(
        refused('authentication-failed', 'part "signed" changed, and an update proves nothing')
      )
    }
  })
})

test('a point of secp256k1 has two forms, for either sign of y', () => {
  const signs = new Set<number | undefined>()
  for (let seed = 1; seed < 9; seed++) {
    const publicKey = secp256k1.getPublicKey(new Uint8Array(32).fill(seed), true)
    signs.add(publicKey[0])
    const hello = ours('ed25519').verify(said('secp256k1', publicKey), JUDGING)
    expect(hello).toEqual({ keyType: 'secp256k1', publicKey: `0x${hex(publicKey)}` })
  }
  expect(signs).toEqual(new Set([2, 3]))
})

const part = (body: Uint8Array) => encodeParts([['signed', body]])
test.each([
  ['no part', encodeParts([]), 'incompatible', 'no part "signed"'],
  ['an empty part', part(bytes()), 'protocol-violation', 'a malformed key of ed25519, 0 bytes'],
  [
    'a short key',
    said('ed25519', new Uint8Array(31)),
    'protocol-violation',
    'a malformed key of ed25519, 31 bytes'
  ],
  [
    'a key of the other kind',
    said('ed25519', PUBLIC.secp256k1),
    'protocol-violation',
    'a malformed key of ed25519, 33 bytes'
  ],
  [
    'a short key of the other kind',
    said('secp256k1', PUBLIC.ed25519),
    'protocol-violation',
    'a malformed key of secp256k1, 32 bytes'
  ],
  [
    'a short key of the right sign',
    said('secp256k1', bytes(2, ...new Uint8Array(31))),
    'protocol-violation',
    'a malformed key of secp256k1, 32 bytes'
  ],
  [
    'a key in a hybrid form',
    said('secp256k1', bytes(6, ...new Uint8Array(32))),
    'protocol-violation',
    'a malformed key of secp256k1, 33 bytes'
  ],
  [
    'an uncompressed key',
    said('secp256k1', secp256k1.getPublicKey(PRIVATE, false)),
    'protocol-violation',
    'a malformed key of secp256k1, 65 bytes'
  ],
  [
    'as much as can be',
    said('ed25519', new Uint8Array(2_000)),
    'protocol-violation',
    'a malformed key of ed25519, 2000 bytes'
  ],
  [
    'an unknown type',
    part(bytes(0x08, 7, 0x12, 1, 1)),
    'authentication-failed',
    'a key of an unknown type'
  ],
  [
    'a type that is text',
    part(bytes(0x0a, 1, 0x41)),
    'protocol-violation',
    'malformed part "signed": field 1 has wire type 2'
  ],
  [
    'no protobuf',
    part(bytes(0xff)),
    'protocol-violation',
    'malformed part "signed": a number is cut off'
  ]
])('a peer that says %s is refused', (_, payload, reason, detail) => {
  expect(() => ours('ed25519').verify(payload, JUDGING)).toThrow(refused(reason, detail))
})

const asking = (isAllowed: () => unknown) =>
  signedHandshake({
    key: held('ed25519'),
    isAllowed: isAllowed as NonNullable<SignedHandshakeInit['isAllowed']>
  })

describe('isAllowed', () => {
  const payload = said('secp256k1', PUBLIC.secp256k1)
  const publicKey = `0x${hex(PUBLIC.secp256k1)}`
  test('is asked for the key and the peer, before any key work', () => {
    const asked: unknown[] = []
    const handshake = signedHandshake({
      key: held('ed25519'),
      isAllowed: (...heard) => {
        asked.push(heard)
        return true
      }
    })
    expect(handshake.verify(payload, JUDGING)).toEqual({ keyType: 'secp256k1', publicKey })
    expect(asked).toEqual([[publicKey, JUDGING]])
  })

  test('decides, at once or later', async () => {
    const detail = `key ${publicKey.slice(0, 10)}…${publicKey.slice(-8)} is not allowed`
    const no = refused('not-allowed', detail)
    expect(() => asking(() => false).verify(payload, JUDGING)).toThrow(no)
    await expect(asking(async () => false).verify(payload, JUDGING)).rejects.toEqual(no)
    expect(await asking(async () => true).verify(payload, JUDGING)).toMatchObject({ publicKey })
  })

  test('that gives no answer has not allowed: a fault of ours', async () => {
    const answers: Array<[unknown, string]> = [
      [undefined, 'undefined'],
      [1, '1'],
      ['yes', '"yes"'],
      [{}, 'object']
    ]
    for (const [answer, got] of answers) {
      const message = `Expected isAllowed to give true or false, got ${got}`
      expect(() => asking(() => answer).verify(payload, JUDGING)).toThrow(new TypeError(message))
    }
    const error = new Error('the contract cannot be reached')
    await expect(asking(() => Promise.reject(error)).verify(payload, JUDGING)).rejects.toBe(error)
  })

  test('is asked anew at an update', () => {
    let isMember = true
    const handshake = asking(() => isMember)
    const current = handshake.verify(payload, JUDGING)
    isMember = false
    expect(() => handshake.verify(payload, { ...JUDGING, current })).toThrow('not-allowed')
  })
})
