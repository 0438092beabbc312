/** The key of a second identity: held or kept elsewhere, checked when it is given, and never shown. */
import { ed25519 } from '@noble/curves/ed25519.js'
import { secp256k1 } from '@noble/curves/secp256k1.js'
import { inspect } from 'node:util'
import { describe, expect, test } from 'vitest'
import { allOf } from '../../src/handshake/all-of.ts'
import { SCHEMES } from '../../src/handshake/signatures.ts'
import { signedHandshake } from '../../src/handshake/signed-handshake.ts'
import { hex } from './raw-peer.ts'
import { JUDGING, proofOf, SIGNAL } from './two-sides.ts'
import type { SignedHandshakeInit } from '../../src/handshake/signed-handshake.ts'
import type { KeyType } from '../../src/handshake/signatures.ts'
import type { HeldKey, KeptKey } from '../../src/handshake/signing-key.ts'

const TYPES = ['ed25519', 'secp256k1'] as const
const PRIVATE = new Uint8Array(32).map((_, i) => i + 1)
const PUBLIC = {
  ed25519: ed25519.getPublicKey(PRIVATE),
  secp256k1: secp256k1.getPublicKey(PRIVATE, true)
}
const bytes = (...values: number[]) => new Uint8Array(values)
const held = (type: KeyType): HeldKey => ({ type, privateKey: PRIVATE })

describe.each(TYPES)('%s', (type) => {
  const publicKey = `0x${hex(PUBLIC[type])}`
  const handshake = signedHandshake({ key: held(type) })

  test('a key that is kept elsewhere signs as one that is held', async () => {
    const asked: unknown[] = []
    const kept = signedHandshake({
      key: {
        type,
        publicKey,
        sign: async (transcript, options) => {
          asked.push(options)
          return SCHEMES[type].sign(transcript, PRIVATE)
        }
      }
    })
    expect(kept.hello(JUDGING)).toEqual(handshake.hello(JUDGING))
    const over = bytes(1, 2, 3)
    expect(await proofOf(kept, over)).toEqual(await proofOf(handshake, over))
    expect(asked).toEqual([{ signal: SIGNAL }])
  })

  test('a key that is kept elsewhere may do with the transcript what it likes', () => {
    const sign = (transcript: Uint8Array): Uint8Array => {
      const signature = SCHEMES[type].sign(transcript, PRIVATE)
      transcript.fill(0)
      return signature
    }
    const over = bytes(1, 2, 3)
    const kept = signedHandshake({ key: { type, publicKey, sign } })
    expect(() => kept.prove?.(over, JUDGING)).not.toThrow()
    expect(over).toEqual(bytes(1, 2, 3))
  })

  test.each<[string, () => unknown, string]>([
    ['nothing', () => undefined, 'Expected key.sign to give 64 bytes, got undefined'],
    ['text', () => '0x1234', 'Expected key.sign to give 64 bytes, got "0x1234"'],
    [
      'another encoding',
      () => new Uint8Array(70),
      'Expected key.sign to give 64 bytes, got 70 bytes'
    ],
    [
      'nonsense',
      () => new Uint8Array(64),
      'Expected key.sign to give a signature of key.publicKey, got another'
    ],
    [
      "another key's signature",
      () => SCHEMES[type].sign(bytes(1, 2, 3), new Uint8Array(32).fill(9)),
      'Expected key.sign to give a signature of key.publicKey, got another'
    ]
  ])('a key that is kept elsewhere and gives %s is a fault of ours', async (_, give, message) => {
    const key: KeptKey = { type, publicKey, sign: () => give() as Uint8Array }
    const fault = expect.objectContaining({ name: 'TypeError', message })
    expect(() => signedHandshake({ key }).prove?.(bytes(1, 2, 3), JUDGING)).toThrow(fault)
    const late = signedHandshake({ key: { ...key, sign: async () => give() as Uint8Array } })
    await expect(late.prove?.(bytes(1, 2, 3), JUDGING)).rejects.toEqual(fault)
  })
})

const SECRET = 'key.privateKey: expected 32 bytes, as 0x and hex digits or a Uint8Array, got'
const publicKeyOf = (length: number) =>
  `key.publicKey: expected ${length} bytes, as 0x and hex digits or a Uint8Array, got`
const TYPE = 'key.type: expected "ed25519" or "secp256k1", got'
const kept = { type: 'ed25519', publicKey: PUBLIC.ed25519, sign: () => bytes() }
const ORDER = 'fffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141'

test.each<[unknown, string]>([
  [{}, 'Expected an object with type, publicKey, sign, got undefined'],
  [{ key: 'secret' }, 'Expected an object with type, publicKey, sign, got text of 6 characters'],
  [{ key: 7 }, 'Expected an object with type, publicKey, sign, got number'],
  [{ key: null }, 'Expected an object with type, publicKey, sign, got object'],
  [{ key: {} }, `${TYPE} undefined`],
  [{ key: { ...held('ed25519'), type: ['ed25519'] } }, `${TYPE} object`],
  [{ key: { ...held('ed25519'), type: 'rsa' } }, `${TYPE} "rsa"`],
  [{ key: { ...held('ed25519'), type: 'toString' } }, `${TYPE} "toString"`],
  [{ key: { type: 'ed25519', privateKey: undefined } }, `${SECRET} undefined`],
  [{ key: { type: 'ed25519', privateKey: new Uint8Array(64) } }, `${SECRET} 64 bytes`],
  [{ key: { type: 'ed25519', privateKey: 'my private key' } }, `${SECRET} text of 14 characters`],
  [{ key: { type: 'ed25519', privateKey: 7n } }, `${SECRET} bigint`],
  [
    { key: { type: 'secp256k1', privateKey: new Uint8Array(32) } },
    'key.privateKey: expected a private key of secp256k1, got 32 other bytes'
  ],
  [
    { key: { type: 'secp256k1', privateKey: `0x${ORDER}` } },
    'key.privateKey: expected a private key of secp256k1, got 32 other bytes'
  ],
  [
    { key: { ...kept, privateKey: PRIVATE } },
    'Expected one of type, privateKey, got the unknown option "publicKey"'
  ],
  [{ key: { ...kept, publicKey: undefined } }, `${publicKeyOf(32)} undefined`],
  [{ key: { ...kept, publicKey: PUBLIC.secp256k1 } }, `${publicKeyOf(32)} 33 bytes`],
  [{ key: { ...kept, type: 'secp256k1' } }, `${publicKeyOf(33)} 32 bytes`],
  [
    { key: { ...kept, publicKey: new Uint8Array(32).fill(2) } },
    'key.publicKey: expected a public key of ed25519, got 32 bytes'
  ],
  [
    { key: { ...kept, type: 'secp256k1', publicKey: bytes(4, ...new Uint8Array(32)) } },
    'key.publicKey: expected a public key of secp256k1, got 33 bytes'
  ],
  [{ key: { ...kept, sign: undefined } }, 'key.sign: expected a function, got undefined'],
  [
    { key: held('ed25519'), isAllowed: true },
    'isAllowed: expected a function or nothing, got boolean'
  ],
  [
    { key: held('ed25519'), isAlowed: () => false },
    'Expected one of key, isAllowed, got the unknown option "isAlowed"'
  ]
])('%# is no key, and the error shows nothing private', (init, message) => {
  expect(() => signedHandshake(init as SignedHandshakeInit)).toThrow(
    expect.objectContaining({ name: 'InvalidOptionsError', message })
  )
})

test.each(TYPES)('nothing of the handshake shows the private key: %s', async (type) => {
  const text = hex(PRIVATE)
  const handshake = allOf(signedHandshake({ key: { type, privateKey: `0x${text}` } }))
  const payload = await handshake.hello(JUDGING)
  const hello = await handshake.verify(payload, JUDGING)
  const shown = [handshake, hello, payload, await proofOf(handshake, bytes(1))]
    .map((it) => inspect(it, { depth: 9, showHidden: true, maxArrayLength: 999 }))
    .join('')
  expect(shown + JSON.stringify(handshake)).not.toContain(text.slice(0, 16))
  expect(shown).not.toContain(PRIVATE.slice(0, 8).join(', '))
})
