import { InvalidOptionsError } from '../errors.ts'
import { whenThere } from './awaitable.ts'
import { checkFunction, describe, readBytes, readInit } from './option-values.ts'
import { PRIVATE_KEY_LENGTH, SCHEMES, SIGNATURE_LENGTH } from './signatures.ts'
import type { Awaitable } from './awaitable.ts'
import type { KeyType } from './signatures.ts'

/** A key that this process holds. */
export interface HeldKey {
  readonly type: KeyType

  /** 32 bytes, as a `Uint8Array` or as `0x` and hex digits; of Ed25519 the seed of RFC 8032. */
  readonly privateKey: Uint8Array | string
}

/** A key that is kept elsewhere: by a hardware module, a wallet, another process. */
export interface KeptKey {
  readonly type: KeyType

  /** Ed25519: 32 bytes; secp256k1: 33 bytes, compressed. A `Uint8Array`, or `0x` and hex digits. */
  readonly publicKey: Uint8Array | string

  /**
   * Signs the transcript of a handshake and gives 64 bytes. Ed25519: over the transcript itself, as in RFC
   * 8032. secp256k1: over its SHA-256, `r || s`, with the lower of the two possible `s`. Has 3 seconds
   * (`verifyTimeout`); after that, and whenever the handshake ends, `signal` is aborted. Every signature
   * is checked before it is sent: a wrong one is a fault of ours (`internal`).
   */
  sign(
    transcript: Uint8Array,
    options: { readonly signal: AbortSignal }
  ): Uint8Array | Promise<Uint8Array>
}

/** The key of a second identity. */
export type SigningKey = HeldKey | KeptKey

/** A key that has been checked. What is private of it is in its closure only. */
export interface Signer {
  readonly type: KeyType
  readonly publicKey: Uint8Array<ArrayBuffer>
  sign(transcript: Uint8Array, signal: AbortSignal): Awaitable<Uint8Array>
}

/**
 * Checks the key of the options.
 *
 * @throws {InvalidOptionsError} Says what was expected and what was given, and nothing of a private key.
 */
export function readSigningKey(key: SigningKey): Signer {
  // a program without types may give anything
  const given: unknown = key
  const isHeld = typeof given === 'object' && given !== null && 'privateKey' in given
  readInit(given, isHeld ? ['type', 'privateKey'] : ['type', 'publicKey', 'sign'])
  const isType = typeof key.type === 'string' && Object.hasOwn(SCHEMES, key.type)
  if (!isType) {
    throw new InvalidOptionsError(
      `key.type: expected "ed25519" or "secp256k1", got ${describe(key.type)}`
    )
  }
  return 'privateKey' in key ? heldKey(key) : keptKey(key)
}

function heldKey({ type, privateKey }: HeldKey): Signer {
  const scheme = SCHEMES[type]
  const limits = { min: PRIVATE_KEY_LENGTH, max: PRIVATE_KEY_LENGTH, isSecret: true }
  const bytes = readBytes('key.privateKey', privateKey, limits)
  if (!scheme.isPrivateKey(bytes)) {
    throw new InvalidOptionsError(
      `key.privateKey: expected a private key of ${type}, got ${bytes.byteLength} other bytes`
    )
  }
  return {
    type,
    publicKey: new Uint8Array(scheme.publicKeyOf(bytes)),
    sign: (transcript) => scheme.sign(transcript, bytes)
  }
}

function keptKey(key: KeptKey): Signer {
  const { type } = key
  const scheme = SCHEMES[type]
  const limits = { min: scheme.publicKeyLength, max: scheme.publicKeyLength }
  const publicKey = readBytes('key.publicKey', key.publicKey, limits)
  if (!scheme.hasForm(publicKey) || !scheme.isPublicKey(publicKey)) {
    throw new InvalidOptionsError(
      `key.publicKey: expected a public key of ${type}, got ${describe(key.publicKey)}`
    )
  }
  checkFunction(key, 'sign', { isRequired: true, path: 'key.sign' })
  return {
    type,
    publicKey,
    sign: (transcript, signal) =>
      whenThere(key.sign(transcript.slice(), { signal }), (signature: unknown) => {
        if (!(signature instanceof Uint8Array) || signature.byteLength !== SIGNATURE_LENGTH) {
          throw new TypeError(
            `Expected key.sign to give ${SIGNATURE_LENGTH} bytes, got ${describe(signature)}`
          )
        }
        // a peer would only say that it is wrong, and that to nobody who could mend it
        if (scheme.verify(signature, transcript, publicKey)) return signature
        throw new TypeError('Expected key.sign to give a signature of key.publicKey, got another')
      })
  }
}
