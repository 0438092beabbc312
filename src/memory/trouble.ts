import { headlineOf } from '../printable.ts'
import type { Logger } from '@libp2p/interface'

/** Whether the datastore works: said once when it ceases to, and once when it does again. */
export class Trouble {
  readonly #log: Logger
  readonly #complaint: string
  #isFailing = false

  /** @param complaint - what is wrong, and what it means for the node */
  constructor(log: Logger, complaint: string) {
    this.#log = log
    this.#complaint = complaint
  }

  get isFailing(): boolean {
    return this.#isFailing
  }

  /** An operation has ended, with this error if it failed. True if the trouble is over with it. */
  ended(error: unknown): boolean {
    const isFailing = error !== undefined
    if (isFailing === this.#isFailing) return false
    this.#isFailing = isFailing
    if (isFailing) this.#log.error('the datastore %s - %s', this.#complaint, headlineOf(error))
    else this.#log('the datastore works again')
    return !isFailing
  }
}
