import { HandshakeRefusedError } from '../errors.ts'
import { whenThere } from './awaitable.ts'
import { handshakePart } from './handshake-part.ts'
import { fromHex, shortHex, toHex } from './hex.ts'
import { checkFunction, describe, readInit } from './option-values.ts'
import { checkPart } from './parts.ts'
import { SCHEMES } from './signatures.ts'
import { readSigningKey } from './signing-key.ts'
import { KeyPart, KeyType as WireKeyType } from './wire/parts.js'
import type { Handshake, HandshakeContext } from './handshake.ts'
import type { KeyType } from './signatures.ts'
import type { SigningKey } from './signing-key.ts'
import type { Shape } from './wire-shape.ts'

export interface SignedHandshakeInit {
  /** Our key: one that we hold, or one that is kept elsewhere and signs for us. */
  readonly key: SigningKey

  /**
   * Whether the peer with this public key (`0x` and lower-case hex digits: 32 bytes of Ed25519, 33 of
   * secp256k1) is allowed; false refuses it with `not-allowed`. Asked before any key work, so the key is
   * only claimed as yet: decide, and do nothing else. Asked anew at every update.
   *
   * @default everybody who owns a key is
   */
  isAllowed?(publicKey: string, context: HandshakeContext): boolean | Promise<boolean>
}

/** The second identity of a peer, which it has proved to own. */
export interface SignedHello {
  readonly keyType: KeyType

  /** `0x` and lower-case hex digits: 32 bytes of Ed25519, or 33 of secp256k1, compressed. */
  readonly publicKey: string
}

const KEY_PART: Shape = { 1: 'uint32', 2: 'bytes' }

const WIRE_TYPES = { ed25519: WireKeyType.ED25519, secp256k1: WireKeyType.SECP256K1 } as const

/**
 * A handshake in which each side proves that it owns a second key beside the one of its peer id: a
 * validator's, an account's, a device's. The key signs the handshake's transcript, in which are both
 * peer ids, both nonces, both payloads and the signer's role, so a signature is of no use in another
 * handshake, to another peer, or sent back. A peer whose signature is missing or wrong is refused with
 * `authentication-failed`, one whose key is not allowed with `not-allowed`. For networks in which it
 * matters who runs a node. Part and proof part `signed`.
 *
 * Key work is done after all other checks. One key may be used by several nodes; what the key signs here
 * begins with the length and the text of `peer-lifecycle/1` and is no message of another protocol.
 *
 * @throws {InvalidOptionsError} If the key is malformed. Never shows what is private of it.
 *
 * @example
 *
 * ```ts
 * const handshake = allOf(
 *   chainHandshake({ chainId: 7, genesis }),
 *   signedHandshake({
 *     key: { type: 'ed25519', privateKey },
 *     isAllowed: (publicKey) => validators.has(publicKey)
 *   })
 * )
 * ```
 */
export function signedHandshake(init: SignedHandshakeInit): Handshake<SignedHello> {
  readInit(init, ['key', 'isAllowed'])
  checkFunction(init, 'isAllowed')
  const signer = readSigningKey(init.key)
  const body = KeyPart.encode({ type: WIRE_TYPES[signer.type], publicKey: signer.publicKey })

  return handshakePart<SignedHello>({
    name: 'signed',
    hello: () => body,
    verify: (theirs, context) => {
      const hello = readKey(theirs)
      if (init.isAllowed === undefined) return hello
      return whenThere(init.isAllowed(hello.publicKey, context), (isAllowed: unknown) => {
        if (isAllowed === true) return hello
        // whatever is no answer must not be taken for one
        if (isAllowed !== false) {
          throw new TypeError(
            `Expected isAllowed to give true or false, got ${describe(isAllowed)}`
          )
        }
        const detail = `key ${shortHex(hello.publicKey)} is not allowed`
        throw new HandshakeRefusedError('not-allowed', detail)
      })
    },
    prove: (transcript, { signal }) => signer.sign(transcript, signal),
    verifyProof: (signature, transcript, hello) => {
      const key = fromHex(hello.publicKey)
      if (key !== undefined && SCHEMES[hello.keyType].verify(signature, transcript, key)) return
      const detail = `not a signature of key ${shortHex(hello.publicKey)}`
      throw new HandshakeRefusedError('authentication-failed', detail)
    }
  })
}

function readKey(body: Uint8Array): SignedHello {
  checkPart(body, KEY_PART, 'part "signed"')
  const { type, publicKey } = decodeKey(body)
  const keyType = type === WireKeyType.ED25519 ? 'ed25519' : 'secp256k1'
  if (SCHEMES[keyType].hasForm(publicKey)) return { keyType, publicKey: toHex(publicKey) }
  const detail = `a malformed key of ${keyType}, ${publicKey.byteLength} bytes`
  throw new HandshakeRefusedError('protocol-violation', detail)
}

function decodeKey(body: Uint8Array): KeyPart {
  try {
    return KeyPart.decode(body)
  } catch {
    // only a type that this version does not know is left to be refused by the generated decoder
    throw new HandshakeRefusedError('authentication-failed', 'a key of an unknown type')
  }
}
