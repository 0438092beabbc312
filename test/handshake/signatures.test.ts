/** Signatures and keys: the same as in another library, and strictly so. */
import { ed25519 } from '@noble/curves/ed25519.js'
import { secp256k1 } from '@noble/curves/secp256k1.js'
import { createPrivateKey, createPublicKey, sign, verify } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { SCHEMES } from '../../src/handshake/signatures.ts'
import type { KeyType } from '../../src/handshake/signatures.ts'

const TYPES = ['ed25519', 'secp256k1'] as const
const PRIVATE = new Uint8Array(32).map((_, i) => i + 1)
const PUBLIC = {
  ed25519: ed25519.getPublicKey(PRIVATE),
  secp256k1: secp256k1.getPublicKey(PRIVATE, true)
}
const bytes = (...values: number[]) => new Uint8Array(values)

// what another library makes of keys
const DER = {
  ed25519: ['302e020100300506032b657004220420', '302a300506032b6570032100'],
  secp256k1: ['302e0201010420', '3036301006072a8648ce3d020106052b8104000a032200']
} as const

function nodePublicKey(type: KeyType) {
  const der = Buffer.concat([Buffer.from(DER[type][1], 'hex'), PUBLIC[type]])
  return createPublicKey({ key: der, format: 'der', type: 'spki' })
}

function nodePrivateKey(type: KeyType) {
  if (type === 'ed25519') {
    const der = Buffer.concat([Buffer.from(DER.ed25519[0], 'hex'), PRIVATE])
    return createPrivateKey({ key: der, format: 'der', type: 'pkcs8' })
  }
  const curve = Buffer.from('a00706052b8104000a', 'hex')
  const der = Buffer.concat([Buffer.from(DER.secp256k1[0], 'hex'), PRIVATE, curve])
  return createPrivateKey({ key: der, format: 'der', type: 'sec1' })
}

const algorithm = { ed25519: null, secp256k1: 'sha256' } as const
const DSA = 'ieee-p1363'

// the lower of the two signatures that everyone can make of one
function lowered(type: KeyType, signature: Uint8Array): Uint8Array {
  if (type === 'ed25519') return signature
  const { r, s } = secp256k1.Signature.fromBytes(signature, 'compact')
  const { ORDER } = secp256k1.Point.Fn
  return new secp256k1.Signature(r, s > ORDER / 2n ? ORDER - s : s).toBytes('compact')
}

test.each(TYPES)('another library takes our signature, and we take its: %s', (type) => {
  const message = bytes(1, 2, 3, 4)
  const ours = SCHEMES[type].sign(message, PRIVATE)
  const key = nodePublicKey(type)
  expect(ours).toHaveLength(64)
  expect(verify(algorithm[type], message, { key, dsaEncoding: DSA }, ours)).toBe(true)

  const theirs = sign(algorithm[type], message, { key: nodePrivateKey(type), dsaEncoding: DSA })
  const signature = lowered(type, new Uint8Array(theirs))
  expect(SCHEMES[type].verify(signature, message, PUBLIC[type])).toBe(true)
  expect(SCHEMES[type].publicKeyOf(PRIVATE)).toEqual(PUBLIC[type])
})

// RFC 8032, section 7.1, test 2
test('the vector of the standard', () => {
  const secret = '4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb'
  const expected =
    '92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00'
  const signature = SCHEMES.ed25519.sign(bytes(0x72), new Uint8Array(Buffer.from(secret, 'hex')))
  expect(Buffer.from(signature).toString('hex')).toBe(expected)
})

describe('signatures are taken strictly', () => {
  const over = bytes(1, 2, 3)

  test('secp256k1: the higher s of a good signature is refused', () => {
    const scheme = SCHEMES.secp256k1
    for (let i = 1; i < 20; i++) {
      const message = bytes(i)
      const low = scheme.sign(message, PRIVATE)
      const { r, s } = secp256k1.Signature.fromBytes(low, 'compact')
      const high = new secp256k1.Signature(r, secp256k1.Point.Fn.ORDER - s).toBytes('compact')
      expect(scheme.verify(low, message, PUBLIC.secp256k1)).toBe(true)
      expect(secp256k1.verify(high, message, PUBLIC.secp256k1, { lowS: false })).toBe(true)
      expect(scheme.verify(high, message, PUBLIC.secp256k1)).toBe(false)
    }
  })

  test('secp256k1: other encodings of a good signature, and of the key, are refused', () => {
    const scheme = SCHEMES.secp256k1
    const good = scheme.sign(over, PRIVATE)
    const der = secp256k1.Signature.fromBytes(good, 'compact').toBytes('der')
    const uncompressed = secp256k1.getPublicKey(PRIVATE, false)
    expect(scheme.verify(der, over, PUBLIC.secp256k1)).toBe(false)
    expect(scheme.verify(bytes(0, ...good), over, PUBLIC.secp256k1)).toBe(false)
    expect(secp256k1.verify(good, over, uncompressed)).toBe(true)
    expect(scheme.verify(good, over, uncompressed)).toBe(false)
  })

  test('ed25519: s and s plus the order are the same to the looser rules, not here', () => {
    const good = ed25519.sign(over, PRIVATE)
    let s = ed25519.Point.Fn.fromBytes(good.subarray(32)) + ed25519.Point.Fn.ORDER
    const other = good.slice()
    for (let i = 32; i < 64; i++, s >>= 8n) other[i] = Number(s & 0xffn)
    expect(SCHEMES.ed25519.verify(good, over, PUBLIC.ed25519)).toBe(true)
    expect(SCHEMES.ed25519.verify(other, over, PUBLIC.ed25519)).toBe(false)
  })

  // the eight points of small order, and the other texts of those that have some
  const SMALL = [
    '0100000000000000000000000000000000000000000000000000000000000000',
    'ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f',
    '0000000000000000000000000000000000000000000000000000000000000000',
    '0000000000000000000000000000000000000000000000000000000000000080',
    '26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05',
    '26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc85',
    'c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a',
    'c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac03fa',
    '0100000000000000000000000000000000000000000000000000000000000080',
    'eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f',
    'eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff',
    'edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f',
    'edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff',
    'ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff'
  ]

  test.each(SMALL)('ed25519: no signature is one of the key %s', async (text) => {
    const publicKey = new Uint8Array(Buffer.from(text, 'hex'))
    // with such a key, R of small order and s = 0 fit every message, or one in a few, by the looser rules
    let isForged = false
    for (const point of SMALL) {
      const signature = bytes(...Buffer.from(point, 'hex'), ...new Uint8Array(32))
      for (let i = 0; i < 8; i++) {
        isForged ||= ed25519.verify(signature, bytes(i), publicKey, { zip215: true })
        expect(SCHEMES.ed25519.verify(signature, bytes(i), publicKey)).toBe(false)
      }
    }
    expect(isForged).toBe(true)
    expect(SCHEMES.ed25519.isPublicKey(publicKey)).toBe(false)
  })

  test('a key that is no point is none, and nothing is its signature', () => {
    const none = {
      ed25519: bytes(2, ...new Uint8Array(31)),
      secp256k1: bytes(2, ...new Uint8Array(31), 5)
    }
    for (const type of TYPES) {
      expect(SCHEMES[type].hasForm(none[type])).toBe(true)
      expect(SCHEMES[type].isPublicKey(none[type])).toBe(false)
      expect(SCHEMES[type].verify(new Uint8Array(64).fill(1), over, none[type])).toBe(false)
    }
  })
})
