import type { Arbitrary } from 'fast-check'

/** One thing that is fuzzed: what it is fed, and what must hold of whatever it is fed. */
export interface Target {
  readonly name: string

  /** Files whose blocks guide the search, from the root of the project. */
  readonly files: readonly string[]

  /** Of a million inputs so many are for this target. */
  readonly share: number

  /** Bytes of an input, at most. */
  readonly maxLength: number

  /** Inputs that mean something, to begin with and to mix with others. */
  readonly arbitrary: Arbitrary<Uint8Array>

  /** Bytes that mean something in the middle of an input. */
  readonly tokens?: readonly Uint8Array[]

  /** Feeds one input. Whatever this throws is a finding. Leaves nothing behind. */
  run(input: Uint8Array): void | Promise<void>
}

/** A property does not hold. */
export function insist(holds: boolean, what: string): asserts holds {
  if (!holds) throw new Error(what)
}

/** Characters that rewrite a terminal, a log line or a reader's eye. */
const UNPRINTABLE = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/u

/** What goes into a log, an event or an error message is short and cannot play tricks. */
export function insistShown(text: string, max = 1_000): void {
  insist(text.length <= max, `${text.length} characters are shown, expected at most ${max}`)
  insist(!UNPRINTABLE.test(text), `shown unescaped: ${JSON.stringify(text)}`)
}

/**
 * Runs what may throw errors of these names and no others, each with a message that can be shown.
 * Undefined if it threw.
 */
export function allowing<T>(names: readonly string[], work: () => T): T | undefined {
  try {
    return work()
  } catch (error) {
    const isAllowed = error instanceof Error && names.includes(error.name)
    if (!isAllowed) throw error
    insistShown(error.message)
    return undefined
  }
}

export const bytesOf = (text: string): Uint8Array => new TextEncoder().encode(text)

export const textOf = (bytes: Uint8Array): string => Buffer.from(bytes).toString('utf8')

/** A number that is the same for the same bytes: FNV-1a. */
export function hashOf(bytes: Uint8Array): number {
  let hash = 0x811c9dc5
  for (const byte of bytes) hash = Math.imul(hash ^ byte, 0x01000193)
  return hash >>> 0
}
