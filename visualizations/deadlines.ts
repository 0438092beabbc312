import { DEFAULT_OPTIONS } from '../src/options.ts'
import { PROBE_INTERVAL } from '../src/scheduler/constants.ts'
import type { DeadlineWords } from './mermaid.ts'

/** What the names of deadlines in the machines mean for a user, with the numbers the service runs on. */
export const DEADLINES: DeadlineWords = {
  dial: `at most ${seconds(DEFAULT_OPTIONS.dialTimeout)}`,
  handshake: `at most ${seconds(DEFAULT_OPTIONS.handshakeTimeout)}`,
  coolDown: 'while it cools down',
  probe: `a probe every ${seconds(PROBE_INTERVAL)}`
}

function seconds(milliseconds: number): string {
  return `${milliseconds / 1_000} s`
}
