import { HandshakeRefusedError, InvalidOptionsError } from '../errors.ts'
import { handshakePart } from './handshake-part.ts'
import { describe, readInit } from './option-values.ts'
import { checkPart } from './parts.ts'
import { VersionPart } from './wire/parts.js'
import type { Handshake } from './handshake.ts'
import type { Shape } from './wire-shape.ts'

export interface VersionHandshakeInit {
  /** The lowest version that this node speaks: a whole number from 0 to 2^32 - 1. */
  readonly min: number

  /** The highest version that this node speaks: `min` or above. */
  readonly max: number
}

/** What a peer with a version in common said of itself. */
export interface VersionHello {
  /** The highest version that both sides speak; both come to the same. */
  readonly version: number
}

const VERSION_PART: Shape = { 1: 'uint32', 2: 'uint32' }
const MAX_VERSION = 2 ** 32 - 1

/**
 * A handshake that authorizes peers which speak a version of the application's protocols that we speak,
 * too, as versions of TLS and of devp2p are agreed upon: each side says the range it speaks, and the
 * highest in common is the one to use. A peer without one is refused with `unsupported-version` and a
 * detail that names both ranges. For networks whose nodes are not all upgraded at once. Part `version`.
 *
 * @throws {InvalidOptionsError} If `min` and `max` are no range.
 *
 * @example
 *
 * ```ts
 * const handshake = allOf(chain, versionHandshake({ min: 2, max: 3 }))
 * // ...
 * const { hello } = await node.services.peers.connect(address)
 * if (hello.version >= 3) { ... }
 * ```
 */
export function versionHandshake(init: VersionHandshakeInit): Handshake<VersionHello> {
  readInit(init, ['min', 'max'])
  const min = readVersion('min', init.min)
  const max = readVersion('max', init.max)
  if (min > max) {
    throw new InvalidOptionsError(`min: expected at most max, got ${min} and max ${max}`)
  }

  return handshakePart({
    name: 'version',
    fingerprint: `version ${min} to ${max}`,
    hello: () => VersionPart.encode({ min, max }),
    verify: (body) => {
      checkPart(body, VERSION_PART, 'part "version"')
      const theirs = VersionPart.decode(body)
      if (theirs.min > theirs.max) {
        const detail = `versions from ${theirs.min} to ${theirs.max}`
        throw new HandshakeRefusedError('protocol-violation', detail)
      }
      const version = Math.min(max, theirs.max)
      if (version < min || version < theirs.min) {
        const detail = `versions ${theirs.min} to ${theirs.max}, expected one of ${min} to ${max}`
        throw new HandshakeRefusedError('unsupported-version', detail)
      }
      return { version }
    }
  })
}

function readVersion(name: string, value: unknown): number {
  const isVersion = typeof value === 'number' && Number.isInteger(value)
  if (isVersion && value >= 0 && value <= MAX_VERSION) return value
  throw new InvalidOptionsError(
    `${name}: expected a whole number from 0 to 2^32 - 1, got ${describe(value)}`
  )
}
