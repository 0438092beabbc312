import { HandshakeRefusedError, InvalidOptionsError } from '../errors.ts'
import { whenThere } from './awaitable.ts'
import { checkFunction, describe, readInit } from './option-values.ts'
import { decodeParts, encodeParts } from './parts.ts'
import { isSame } from './plain-data.ts'
import type { Awaitable } from './awaitable.ts'
import type { Handshake, HandshakeContext } from './handshake.ts'

/** One thing that a peer says, and perhaps proves: what it is called, and what is made of it. */
export interface HandshakePartInit<Hello extends object = {}> {
  /**
   * The part's name on the wire: 1 to 64 ASCII characters without a space. The ready-made handshakes
   * have short ones (`chain`), so begin your own with the name of your network: `mychain/height`.
   */
  readonly name: string

  /** What our verdicts depend on and is the same in every run: see `Handshake`'s. */
  readonly fingerprint?: string | undefined

  /** Our body of the part. Left out, we do not send the part. */
  hello?(context: HandshakeContext): Uint8Array | Promise<Uint8Array>

  /**
   * Judges the peer's body, which is as hostile as the peer, and returns what it says: an object with
   * fields of its own, which become fields of the peer's hello. To refuse, throw a
   * `HandshakeRefusedError`. Left out, the peer need not send the part, and it adds no field.
   */
  verify?(body: Uint8Array, context: HandshakeContext): Hello | Promise<Hello>

  /**
   * Judges a peer that does not send the part. Left out, such a peer is refused as `incompatible`; give
   * it to bring a new part into a network in which not every node has it yet.
   */
  missing?(context: HandshakeContext): Hello | Promise<Hello>

  /** Our body of the part in the proof, over a transcript in which we are the prover. */
  prove?(transcript: Uint8Array, context: HandshakeContext): Uint8Array | Promise<Uint8Array>

  /**
   * Judges the peer's body of the part in its proof, over a transcript in which the peer is the prover.
   * A peer that does not send it is refused as `authentication-failed`; so should be one whose proof is
   * wrong. Called once everything that `verify` judges has passed, with what it returned.
   */
  verifyProof?(
    proof: Uint8Array,
    transcript: Uint8Array,
    hello: Hello,
    context: HandshakeContext
  ): void | Promise<void>
}

const NAME = /^[\x21-\x7e]{1,64}$/
const FUNCTIONS = ['hello', 'verify', 'missing', 'prove', 'verifyProof'] as const

/**
 * A handshake that is one named part of a payload, and of a proof if it proves something. It stands
 * alone, or is combined with others by `allOf`. The functions have the deadlines of a handshake's, and
 * what they throw means the same.
 *
 * A part that is proven cannot change while a peer is authorized: an update carries no proof, so one in
 * which `verify` returns anything else than before is refused as `authentication-failed`. Put what
 * changes into a part of its own.
 *
 * @throws {InvalidOptionsError} If the name is not one, or a function is none.
 *
 * @example
 *
 * ```ts
 * const height = handshakePart({
 *   name: 'mychain/height',
 *   hello: () => encodeHeight(chain.height),
 *   verify: (body) => ({ height: decodeHeight(body) })
 * })
 * const handshake = allOf(chainHandshake({ chainId: 7, genesis }), height)
 * ```
 */
export function handshakePart<Hello extends object = {}>(
  init: HandshakePartInit<Hello>
): Handshake<Hello> {
  readInit(init, ['name', 'fingerprint', ...FUNCTIONS])
  const { name } = init
  checkPartInit(init)

  return {
    parts: Object.freeze([name]),
    ...(init.fingerprint !== undefined && { fingerprint: init.fingerprint }),

    hello(context) {
      if (init.hello === undefined) return encodeParts([])
      return whenThere(init.hello(context), (body) => encodePart(name, 'hello', body))
    },

    verify(payload, context) {
      const body = decodeParts(payload).get(name)
      // without a verify there is no Hello but the empty one
      if (init.verify === undefined) return {} as Hello
      const hello = body === undefined ? missing(init, context) : init.verify(body, context)
      return whenThere(hello, (value) => {
        checkHello(name, value)
        if (init.verifyProof !== undefined) checkUnchanged(name, value, context)
        return value
      })
    },

    ...(init.prove !== undefined && {
      prove: (transcript: Uint8Array, context: HandshakeContext) =>
        whenThere(init.prove?.(transcript, context), (body) => encodePart(name, 'prove', body))
    }),

    ...(init.verifyProof !== undefined && {
      verifyProof(
        proof: Uint8Array,
        transcript: Uint8Array,
        hello: Hello,
        context: HandshakeContext
      ) {
        const body = decodeParts(proof, 'proof').get(name)
        if (body === undefined) {
          throw new HandshakeRefusedError('authentication-failed', `no proof part "${name}"`)
        }
        return init.verifyProof?.(body, transcript, hello, context)
      }
    })
  }
}

function missing<Hello extends object>(
  init: HandshakePartInit<Hello>,
  context: HandshakeContext
): Awaitable<Hello> {
  if (init.missing !== undefined) return init.missing(context)
  throw new HandshakeRefusedError('incompatible', `no part "${init.name}"`)
}

function encodePart(name: string, source: 'hello' | 'prove', body: unknown): Uint8Array {
  if (body instanceof Uint8Array) return encodeParts([[name, body]])
  throw new TypeError(
    `Expected ${source} of part "${name}" to give a Uint8Array, got ${describe(body)}`
  )
}

function checkHello(name: string, hello: unknown): void {
  if (typeof hello === 'object' && hello !== null) return
  throw new TypeError(`Expected verify of part "${name}" to give an object, got ${describe(hello)}`)
}

function checkUnchanged(name: string, hello: object, context: HandshakeContext): void {
  if (!('current' in context)) return
  // an update of a peer of which nothing is known proves as little as any other
  const current = (context.current ?? {}) as Record<string, unknown>
  for (const [field, value] of Object.entries(hello)) {
    if (isSame(value, current[field])) continue
    const detail = `part "${name}" changed, and an update proves nothing`
    throw new HandshakeRefusedError('authentication-failed', detail)
  }
}

function checkPartInit<Hello extends object>(init: HandshakePartInit<Hello>): void {
  if (typeof init.name !== 'string' || !NAME.test(init.name)) {
    throw new InvalidOptionsError(
      `name: expected 1 to 64 ASCII characters without a space, got ${describe(init.name)}`
    )
  }
  for (const name of FUNCTIONS) checkFunction(init, name)
  if (init.fingerprint !== undefined && typeof init.fingerprint !== 'string') {
    throw new InvalidOptionsError(`fingerprint: expected text, got ${describe(init.fingerprint)}`)
  }
  if (init.missing !== undefined && init.verify === undefined) {
    throw new InvalidOptionsError('missing: expected nothing without verify, got a function')
  }
}
