import { RETRY_CAP } from './constants.ts'
import type { Cancel, Clock } from '../clock.ts'

export interface WriteBehindInit {
  readonly clock: Clock
  /** Milliseconds from the first change to the batch. */
  readonly flushInterval: number
  /** Is there anything to write? */
  hasChanges(): boolean
  /** Writes everything that there is in one batch. False if it could not be; it must not reject. */
  write(): Promise<boolean>
}

/**
 * When to write: so long after the first change, one batch at a time, and after a failure less and less
 * often.
 */
export class WriteBehind {
  readonly #init: WriteBehindInit
  /** The deadline of the next batch (first change -> batch | stop). */
  #due: Cancel | undefined
  /** The batch under way (due -> written | failed). */
  #writing: Promise<void> | undefined
  #failures = 0
  #isStopped = true

  constructor(init: WriteBehindInit) {
    this.#init = init
  }

  start(): void {
    this.#isStopped = false
    this.changed()
  }

  /** There may be something to write. */
  changed(): void {
    const isBusy = this.#isStopped || this.#due !== undefined || this.#writing !== undefined
    if (isBusy || !this.#init.hasChanges()) return
    const { clock, flushInterval } = this.#init
    const delay = Math.min(Math.max(RETRY_CAP, flushInterval), flushInterval * 2 ** this.#failures)
    this.#due = clock.after(delay, () => {
      this.#due = undefined
      this.#writing = this.#write()
    })
  }

  /** What made batches fail may be over: the next attempt is made soon, however many there were. */
  hasHope(): void {
    if (this.#failures === 0) return
    this.#failures = 0
    this.#due?.()
    this.#due = undefined
    this.changed()
  }

  /** No batch begins from now on. Settles when the one under way has ended. */
  async stop(): Promise<void> {
    this.#isStopped = true
    this.#due?.()
    this.#due = undefined
    await this.#writing
  }

  async #write(): Promise<void> {
    const isWritten = await this.#init.write()
    this.#failures = isWritten ? 0 : Math.min(this.#failures + 1, MAX_DOUBLINGS)
    this.#writing = undefined
    this.changed()
  }
}

/** More doublings than lead from a millisecond to the cap. */
const MAX_DOUBLINGS = 20
