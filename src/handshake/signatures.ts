import { ed25519 } from '@noble/curves/ed25519.js'
import { secp256k1 } from '@noble/curves/secp256k1.js'

/** The kinds of keys that sign a handshake. */
export type KeyType = 'ed25519' | 'secp256k1'

/** Bytes of a private key and of a signature, of either kind. */
export const PRIVATE_KEY_LENGTH = 32
export const SIGNATURE_LENGTH = 64

/** What is done with keys of one kind. All but `hasForm` is key work: about a millisecond each. */
export interface SignatureScheme {
  readonly publicKeyLength: number

  /** True if these may be a public key, as far as one can see without key work. */
  hasForm(publicKey: Uint8Array): boolean

  isPrivateKey(privateKey: Uint8Array): boolean
  isPublicKey(publicKey: Uint8Array): boolean
  publicKeyOf(privateKey: Uint8Array): Uint8Array
  sign(message: Uint8Array, privateKey: Uint8Array): Uint8Array

  /** False if the signature is another's, of other bytes or malformed, or the key is none. Never throws. */
  verify(signature: Uint8Array, message: Uint8Array, publicKey: Uint8Array): boolean
}

// RFC 8032 to the letter: canonical encodings only. The looser rules of ZIP 215, the library's default,
// are for consensus; here one key has one text. A key of small order, for which one signature fits
// many messages, is none.
const STRICT = { zip215: false }

const ED25519: SignatureScheme = {
  publicKeyLength: 32,
  hasForm: (publicKey) => publicKey.byteLength === 32,
  isPrivateKey: (privateKey) => ed25519.utils.isValidSecretKey(privateKey),
  isPublicKey: (publicKey) =>
    ed25519.utils.isValidPublicKey(publicKey, false) &&
    !ed25519.Point.fromBytes(publicKey).isSmallOrder(),
  publicKeyOf: (privateKey) => ed25519.getPublicKey(privateKey),
  sign: (message, privateKey) => ed25519.sign(message, privateKey),
  verify: (signature, message, publicKey) =>
    signature.byteLength === SIGNATURE_LENGTH &&
    ED25519.hasForm(publicKey) &&
    ed25519.verify(signature, message, publicKey, STRICT)
}

// ECDSA over the message's SHA-256, r || s. Of the two signatures that everyone can make of one (s and
// -s), only the lower one counts, as in Bitcoin and Ethereum.
const ECDSA = { prehash: true, lowS: true, format: 'compact' } as const

const SECP256K1: SignatureScheme = {
  publicKeyLength: 33,
  hasForm: (publicKey) =>
    publicKey.byteLength === 33 && (publicKey[0] === 0x02 || publicKey[0] === 0x03),
  isPrivateKey: (privateKey) => secp256k1.utils.isValidSecretKey(privateKey),
  isPublicKey: (publicKey) => secp256k1.utils.isValidPublicKey(publicKey, true),
  publicKeyOf: (privateKey) => secp256k1.getPublicKey(privateKey, true),
  sign: (message, privateKey) => secp256k1.sign(message, privateKey, ECDSA),
  verify: (signature, message, publicKey) =>
    signature.byteLength === SIGNATURE_LENGTH &&
    SECP256K1.hasForm(publicKey) &&
    secp256k1.verify(signature, message, publicKey, ECDSA)
}

export const SCHEMES: Readonly<Record<KeyType, SignatureScheme>> = Object.freeze({
  ed25519: ED25519,
  secp256k1: SECP256K1
})
