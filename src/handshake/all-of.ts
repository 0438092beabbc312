import { InvalidOptionsError } from '../errors.ts'
import { inOrder, whenThere } from './awaitable.ts'
import { MAX_PARTS } from './constants.ts'
import { describe } from './option-values.ts'
import { decodeParts, encodeParts } from './parts.ts'
import { subscribeToAll } from './subscription.ts'
import type { Awaitable } from './awaitable.ts'
import type { Handshake, HandshakeChange, HandshakeContext } from './handshake.ts'
import type { PartsOf } from './parts.ts'

/** The fields of all hellos in one. */
export type AllHellos<Hellos extends readonly object[]> = Hellos extends readonly [
  infer First,
  ...infer Rest extends readonly object[]
]
  ? First & AllHellos<Rest>
  : number extends Hellos['length']
    ? Hellos[number]
    : {}

/** A handshake that says which parts it speaks in. */
type PartedHandshake = Handshake<object> & { readonly parts: readonly string[] }

/**
 * One handshake of several: one payload, one proof, one verdict. A peer is authorized if every one of
 * them accepts it, and its hello has the fields of them all. The first that refuses decides the word;
 * `verify` of all of them comes before the first proof is looked at, each row in the order given, so
 * begin with what is cheap and often fails.
 *
 * Combines handshakes that are made of parts: the ready-made ones, those of `handshakePart`, and what
 * `allOf` returns. All of them together share the deadlines, 2,048 bytes of payload and 1,024 of proof.
 *
 * @throws {InvalidOptionsError} Without a handshake, with one that is not made of parts, with a part of
 * the same name twice, or with more than 16 parts.
 *
 * @example
 *
 * ```ts
 * const handshake = allOf(
 *   chainHandshake({ chainId: 7, genesis }),
 *   versionHandshake({ min: 2, max: 3 }),
 *   signedHandshake({ key, isAllowed: (publicKey) => validators.has(publicKey) })
 * )
 * ```
 */
export function allOf<Hellos extends readonly object[]>(
  ...handshakes: { readonly [I in keyof Hellos]: Handshake<Hellos[I]> }
): Handshake<AllHellos<Hellos>> {
  const all = readHandshakes(handshakes)
  const proving = all.filter((one) => one.prove !== undefined)
  const asking = all.filter((one) => one.verifyProof !== undefined)
  const changing = all.filter((one) => one.subscribe !== undefined)
  const fingerprint = fingerprintOf(all)

  return {
    parts: Object.freeze(all.flatMap(({ parts }) => parts)),
    ...(fingerprint !== undefined && { fingerprint }),

    hello: (context) => merged('payload', all, (one) => one.hello(context), context),

    verify: (payload, context) =>
      whenThere(
        inOrder(all, (one) => one.verify(payload, context), context.signal),
        // the types of the hellos are those of the handshakes, in the same order
        (hellos) => mergeHellos(hellos) as AllHellos<Hellos>
      ),

    ...(proving.length > 0 && {
      prove: (transcript: Uint8Array, context: HandshakeContext) =>
        merged('proof', proving, (one) => one.prove?.(transcript, context), context)
    }),

    ...(asking.length > 0 && {
      verifyProof: (
        proof: Uint8Array,
        transcript: Uint8Array,
        hello: object,
        context: HandshakeContext
      ) =>
        whenThere(
          inOrder(
            asking,
            (one) => one.verifyProof?.(proof, transcript, hello, context),
            context.signal
          ),
          () => {}
        )
    }),

    ...(changing.length > 0 && {
      subscribe: (listener: (change: HandshakeChange) => void) => subscribeToAll(changing, listener)
    })
  }
}

// Of two that depend on nothing that is the same in every run there is nothing to tell apart.
function fingerprintOf(all: readonly PartedHandshake[]): string | undefined {
  const known = all.flatMap(({ fingerprint }) => fingerprint ?? [])
  return known.length === 0 ? undefined : known.join('; ')
}

// What each of the handshakes gives, as one list of parts.
function merged(
  what: PartsOf,
  handshakes: readonly PartedHandshake[],
  give: (one: PartedHandshake) => Awaitable<Uint8Array | undefined>,
  { signal }: HandshakeContext
): Awaitable<Uint8Array> {
  const step = (one: PartedHandshake) =>
    whenThere(give(one), (bytes) => [...ownParts(one, what, bytes)])
  return whenThere(inOrder(handshakes, step, signal), (lists) => encodeParts(lists.flat()))
}

// A handshake that gives what it has not announced would speak for another one: our own fault.
function ownParts(
  { parts }: PartedHandshake,
  what: PartsOf,
  bytes: unknown
): Map<string, Uint8Array> {
  const expected = `Expected the ${what} to have parts ${JSON.stringify(parts)}`
  if (!(bytes instanceof Uint8Array)) throw new TypeError(`${expected}, got ${describe(bytes)}`)
  const given = decodeOwn(bytes, what, expected)
  for (const name of given.keys()) {
    if (!parts.includes(name)) throw new TypeError(`${expected}, got ${describe(name)}`)
  }
  return given
}

// what is no list of parts would be the peer's violation, if the peer had sent it
function decodeOwn(bytes: Uint8Array, what: PartsOf, expected: string): Map<string, Uint8Array> {
  try {
    return decodeParts(bytes, what)
  } catch (cause) {
    throw new TypeError(`${expected}, got ${bytes.byteLength} other bytes`, { cause })
  }
}

function mergeHellos(hellos: readonly object[]): object {
  const fields = hellos.flatMap((hello) => Object.entries(hello))
  const all = Object.fromEntries(fields)
  if (Object.keys(all).length === fields.length) return all
  const names = fields.map(([name]) => name)
  const twice = names.find((name, i) => names.indexOf(name) !== i)
  throw new TypeError(`Expected hellos with different fields, got ${describe(twice)} twice`)
}

function readHandshakes(handshakes: readonly unknown[]): PartedHandshake[] {
  if (handshakes.length === 0) throw new InvalidOptionsError('Expected a handshake, got none')
  const all = handshakes.map(readHandshake)
  const names = all.flatMap(({ parts }) => parts)
  const twice = names.find((name, i) => names.indexOf(name) !== i)
  if (twice !== undefined) {
    throw new InvalidOptionsError(`Expected parts of different names, got ${describe(twice)} twice`)
  }
  if (names.length > MAX_PARTS) {
    throw new InvalidOptionsError(`Expected at most ${MAX_PARTS} parts, got ${names.length}`)
  }
  return all
}

function readHandshake(handshake: unknown, index: number): PartedHandshake {
  const one = (handshake ?? {}) as Partial<Handshake>
  const isHandshake = typeof one.hello === 'function' && typeof one.verify === 'function'
  const isParted = Array.isArray(one.parts) && one.parts.every((name) => typeof name === 'string')
  if (isHandshake && isParted) return handshake as PartedHandshake
  const got = isHandshake ? 'one with a payload of its own' : describe(handshake)
  throw new InvalidOptionsError(
    `Expected handshakes that are made of parts (handshakePart makes such), got ${got} as number ${index + 1}`
  )
}
