import type { Clock } from './clock.ts'
import type { Logger } from '@libp2p/interface'

/** What runs out, and what an operator reads of it, once. */
const SHORTAGES = {
  candidates:
    'a source finds more candidates than its share of the queue holds (dialing.sourceShare): a sample is kept',
  bans: 'the ban table is full (maxBans): the bans that would have ended first are dropped',
  peers: 'the peer table is full (maxTracked): newcomers replace the peers that matter least',
  places: 'every tracked peer holds a slot or a connection (maxTracked): newcomers are turned away'
} as const

export type Shortage = keyof typeof SHORTAGES

/** Milliseconds in which a shortage that goes on is told no more than once: an hour. */
const SILENCE = 3_600_000

/**
 * Warns that something was dropped because a table is full: of each kind once, and again, with a count,
 * when it has gone on for an hour. However much is dropped, the log does not grow with it.
 */
export class Shortages {
  readonly #clock: Clock
  readonly #log: Logger
  readonly #told = new Map<Shortage, { at: number; dropped: number }>()

  constructor(clock: Clock, log: Logger) {
    this.#clock = clock
    this.#log = log
  }

  /** Something was dropped. */
  report(shortage: Shortage): void {
    const now = this.#clock.now()
    const told = this.#told.get(shortage)
    if (told !== undefined && now - told.at < SILENCE) {
      told.dropped++
      return
    }
    this.#told.set(shortage, { at: now, dropped: 0 })
    const more = told === undefined ? 0 : told.dropped
    this.#log.error('%s (%d more since the last warning)', SHORTAGES[shortage], more)
  }
}
