import { InvalidOptionsError } from '../errors.ts'

/**
 * A number of an option, or what stands for it.
 *
 * @throws InvalidOptionsError if it is none, or not above 0
 */
export function above0(name: string, value: number | undefined, fallback: number): number {
  if (value === undefined) return fallback
  if (typeof value === 'number' && value > 0) return value
  throw new InvalidOptionsError(`Expected ${name} to be a number above 0, got ${String(value)}`)
}

/** @throws InvalidOptionsError if it is no protocol id */
export function protocolId(value: unknown): string {
  if (typeof value === 'string' && value.startsWith('/')) return value
  throw new InvalidOptionsError(
    `Expected protocol to be an id such as '/mychain/grpc/1.0.0', got ${String(value)}`
  )
}
