import { oneOf, readGroup, WHOLE } from '../option-checks.ts'
import type { Rule, Rules } from '../option-checks.ts'

/**
 * How peer ids are shown: as they are (`none`), by their last twelve characters (`short`), by a hash that
 * is another one in every process (`hash`), or by a function of yours, which must give another text for
 * every peer. With anything but `none`, details and addresses are left out, too: an error may quote one.
 */
export type Redaction = 'none' | 'short' | 'hash' | ((peer: string) => string)

/** The flight recorder: what every peer's chart has decided of late, and why. See `recording()`. */
export interface RecorderInit {
  /**
   * Entries that are kept, each a decision, a connection or a refusal; the oldest make room, from half as
   * many on. Of 10,000 the memory is about 4 MB. With 0 nothing is recorded.
   *
   * @default 0
   */
  lines?: number | undefined

  /**
   * How peer ids are written: as they are (`none`), by their last twelve characters (`short`), by a hash
   * that is another one in every process (`hash`), or by a function that gives another text for every peer.
   * With anything but `none` the details of refusals and the addresses of connections are left out, too:
   * an error may quote an address.
   *
   * @default "none"
   */
  redact?: Redaction | undefined
}

export type RecorderOptions = {
  readonly [Name in keyof RecorderInit]-?: Exclude<RecorderInit[Name], undefined>
}

export const RECORDER_DEFAULTS: RecorderOptions = Object.freeze({ lines: 0, redact: 'none' })

const WORDS = oneOf('none', 'short', 'hash')

const REDACTION: Rule = {
  holds: (value) => typeof value === 'function' || WORDS.holds(value),
  expected: `${WORDS.expected} or a function`
}

const RULES: Rules<RecorderOptions> = { lines: WHOLE, redact: REDACTION }

/** @throws InvalidOptionsError with what was expected and what was given */
export const readRecorder = (init: RecorderInit | undefined): RecorderOptions =>
  readGroup('recorder', init, RECORDER_DEFAULTS, RULES)
