import { hmac } from '@noble/hashes/hmac.js'
import { sha256 } from '@noble/hashes/sha2.js'
import { HandshakeRefusedError } from '../errors.ts'
import { handshakePart } from './handshake-part.ts'
import { readBytes, readInit } from './option-values.ts'
import type { Handshake } from './handshake.ts'

export interface SharedSecretHandshakeInit {
  /**
   * What every member knows and nobody else does: at least 16 random bytes, as a `Uint8Array` or as
   * `0x` and hex digits. Not a password: whoever shakes hands with us gets a proof to try secrets on at
   * leisure, and only the 2^128 values of 16 random bytes (NIST SP 800-131A asks for 112 bits) are too
   * many to try.
   */
  readonly secret: Uint8Array | string
}

/**
 * A handshake that authorizes peers which know a secret: each side proves it by an HMAC-SHA-256 over
 * the handshake's transcript, so the secret never travels, and a proof is of no use in another
 * handshake, to another peer or in the other direction. A peer without the right proof is refused with
 * `authentication-failed`. For a closed network whose members trust one another: members cannot be told
 * apart by it, and one cannot be shut out without a new secret (`allowList` and `signedHandshake` can).
 * Unlike a private network's key it is asked for above the connection, so strangers may still use what
 * is open. Proof part `secret`; nothing in the payload, no field in the hello.
 *
 * @throws {InvalidOptionsError} If the secret is too short or no bytes. Never shows it.
 *
 * @example
 *
 * ```ts
 * const handshake = allOf(chain, sharedSecretHandshake({ secret: await readFile('network.key') }))
 * ```
 */
export function sharedSecretHandshake(init: SharedSecretHandshakeInit): Handshake<{}> {
  readInit(init, ['secret'])
  const limits = { min: 16, max: Infinity, isSecret: true }
  const secret = readBytes('secret', init.secret, limits)

  return handshakePart({
    name: 'secret',
    prove: (transcript) => hmac(sha256, secret, transcript),
    verifyProof: (proof, transcript) => {
      if (isEqual(proof, hmac(sha256, secret, transcript))) return
      throw new HandshakeRefusedError('authentication-failed', 'not the proof of our secret')
    }
  })
}

// in a time that says nothing of where two of the right length differ
function isEqual(a: Uint8Array, b: Uint8Array): boolean {
  if (a.byteLength !== b.byteLength) return false
  let difference = 0
  for (const [i, byte] of b.entries()) difference |= byte ^ (a[i] ?? 0)
  return difference === 0
}
