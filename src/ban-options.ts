import { BAN_DURATION } from '../machines/index.ts'
import { FLAG, INTERVAL, readGroup } from './option-checks.ts'

/** How a peer is banned. */
export interface BanOptions {
  /** Milliseconds; Infinity for ever. */
  readonly duration: number
  /** Does it count against the IP address that the peer is connected from? */
  readonly ip: boolean
}

const DEFAULTS: BanOptions = Object.freeze({ duration: BAN_DURATION, ip: true })

const RULES = {
  duration: { ...INTERVAL, expected: 'milliseconds above 0, or Infinity' },
  ip: FLAG
}

/** @throws InvalidOptionsError with what was expected and what was given */
export const readBanOptions = (given: unknown): BanOptions =>
  readGroup('ban', given, DEFAULTS, RULES)
