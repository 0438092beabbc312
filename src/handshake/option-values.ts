import { InvalidOptionsError } from '../errors.ts'
import { printable } from '../printable.ts'
import { fromHex } from './hex.ts'

const MAX_UINT64 = 2n ** 64n - 1n

/** How long bytes may be, and whether an error may show them. */
export interface BytesLimits {
  readonly min: number
  readonly max: number
  /** Never shown, not even in part. */
  readonly isSecret?: boolean
}

/** What was given, for an error: short, printable, and never what a `Uint8Array` contains. */
export function describe(value: unknown): string {
  if (value instanceof Uint8Array) return `${value.byteLength} bytes`
  if (typeof value === 'string') return `"${printable(value, 80)}"`
  return typeof value === 'number' || typeof value === 'bigint' ? `${value}` : typeof value
}

/** How much was given, for an error that must not show what. */
function describeSecret(value: unknown): string {
  if (typeof value === 'string') return `text of ${value.length} characters`
  return value instanceof Uint8Array ? describe(value) : typeof value
}

/**
 * Checks that options are an object with known names only: a misspelt name would leave a check out.
 *
 * @throws {InvalidOptionsError}
 */
export function readInit(init: unknown, names: readonly string[]): void {
  if (typeof init !== 'object' || init === null) {
    throw new InvalidOptionsError(
      `Expected an object with ${names.join(', ')}, got ${describeSecret(init)}`
    )
  }
  for (const name of Object.keys(init)) {
    if (names.includes(name)) continue
    throw new InvalidOptionsError(
      `Expected one of ${names.join(', ')}, got the unknown option ${describe(name)}`
    )
  }
}

/**
 * Checks that an option is a function, or is left out if it may be.
 *
 * @param path - What errors call it.
 * @throws {InvalidOptionsError} Begins with the option's path.
 */
export function checkFunction(
  options: object,
  name: string,
  { isRequired = false, path = name } = {}
): void {
  const value: unknown = (options as Record<string, unknown>)[name]
  if (typeof value === 'function' || (value === undefined && !isRequired)) return
  const expected = isRequired ? 'a function' : 'a function or nothing'
  throw new InvalidOptionsError(`${path}: expected ${expected}, got ${describe(value)}`)
}

/**
 * Bytes, as a `Uint8Array` (which is copied) or as text, `0x` and hex digits.
 *
 * @throws {InvalidOptionsError} Begins with the option's name.
 */
export function readBytes(
  name: string,
  value: unknown,
  { min, max, isSecret = false }: BytesLimits
): Uint8Array<ArrayBuffer> {
  const bytes = bytesOf(value)
  if (bytes !== undefined && bytes.byteLength >= min && bytes.byteLength <= max) return bytes
  const length = min === max ? `${min}` : max === Infinity ? `at least ${min}` : `${min} to ${max}`
  const got = isSecret ? describeSecret(value) : describe(value)
  throw new InvalidOptionsError(
    `${name}: expected ${length} bytes, as 0x and hex digits or a Uint8Array, got ${got}`
  )
}

/**
 * The hash of a chain's first block: 1 to 64 bytes, more than any hash in use has.
 *
 * @throws {InvalidOptionsError}
 */
export function readGenesis(value: unknown): Uint8Array<ArrayBuffer> {
  return readBytes('genesis', value, { min: 1, max: 64 })
}

/** A whole number from 0 to 2^64 - 1, as it is on the wire; undefined if the value is none. */
export function uint64Of(value: unknown): bigint | undefined {
  if (typeof value === 'number' && Number.isSafeInteger(value) && value >= 0) return BigInt(value)
  return typeof value === 'bigint' && value >= 0n && value <= MAX_UINT64 ? value : undefined
}

/**
 * A whole number from 0 to 2^64 - 1.
 *
 * @throws {InvalidOptionsError} Begins with the option's name.
 */
export function readUint64(name: string, value: unknown): bigint {
  const number = uint64Of(value)
  if (number !== undefined) return number
  throw new InvalidOptionsError(
    `${name}: expected a whole number from 0 to 2^64 - 1, as a bigint above 2^53 - 1, got ${describe(value)}`
  )
}

function bytesOf(value: unknown): Uint8Array<ArrayBuffer> | undefined {
  if (value instanceof Uint8Array) return new Uint8Array(value)
  return typeof value === 'string' ? fromHex(value) : undefined
}
