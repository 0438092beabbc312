import { randomBytes } from 'node:crypto'
import { InvalidOptionsError } from '../errors.ts'
import { readGroup } from '../option-checks.ts'
import type { Rules } from '../option-checks.ts'
import type { InspectInit } from './inspector.ts'

/** The options with nothing left open. */
export interface InspectOptions {
  readonly port: number
  readonly host: string
  readonly token: string
}

/** Bytes of luck in a token that we make. */
const TOKEN_BYTES = 32

/** Addresses that nobody reaches from another machine. */
const LOOPBACK = new Set(['127.0.0.1', '::1', 'localhost'])

const TOKEN = /^[\w-]{16,256}$/

const RULES: Rules<Required<InspectInit>> = {
  port: {
    holds: (value) =>
      Number.isInteger(value) && (value as number) >= 0 && (value as number) <= 65_535,
    expected: 'a TCP port, or 0 for any that is free'
  },
  host: {
    holds: (value) => typeof value === 'string' && /^[\w.:-]{1,253}$/.test(value),
    expected: 'an address to listen on'
  },
  token: {
    holds: (value) => typeof value === 'string',
    expected: 'a text'
  }
}

/** @throws InvalidOptionsError that says what was expected and what was given */
export function readInspectInit(init: InspectInit = {}): InspectOptions {
  const defaults = { port: 0, host: '127.0.0.1', token: '' }
  const { port, host, token } = readGroup('inspect', init, defaults, RULES)
  if (init.token !== undefined) return { port, host, token: checked(token) }
  if (!LOOPBACK.has(host)) {
    throw new InvalidOptionsError(
      `Expected inspect.token with inspect.host "${host}", which other machines can reach, got none`
    )
  }
  return { port, host, token: randomBytes(TOKEN_BYTES).toString('base64url') }
}

/** The token is a secret, also one that is not good enough: it is not shown. */
function checked(token: string): string {
  if (TOKEN.test(token)) return token
  throw new InvalidOptionsError(
    `Expected inspect.token to be 16 to 256 letters, digits, "-" or "_", got ${token.length} characters`
  )
}
