import { INTERVAL, readGroup, TIME } from '../option-checks.ts'
import type { Rules } from '../option-checks.ts'

/** What is remembered across restarts, in libp2p's `datastore`. */
export interface MemoryInit {
  /**
   * Milliseconds after which a change is written at the latest: what a killed process may lose.
   *
   * @default 5_000
   */
  flushInterval?: number | undefined

  /**
   * Milliseconds between two looks at the bans that other nodes with the same datastore have set.
   *
   * @default 30_000
   */
  refreshInterval?: number | undefined
}

export type MemoryOptions = {
  readonly [Name in keyof MemoryInit]-?: Exclude<MemoryInit[Name], undefined>
}

export const MEMORY_DEFAULTS: MemoryOptions = Object.freeze({
  flushInterval: 5_000,
  refreshInterval: 30_000
})

const RULES: Rules<MemoryOptions> = { flushInterval: TIME, refreshInterval: INTERVAL }

/** @throws InvalidOptionsError with what was expected and what was given */
export const readMemory = (init: MemoryInit | undefined): MemoryOptions =>
  readGroup('memory', init, MEMORY_DEFAULTS, RULES)
