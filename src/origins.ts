import { ipOf } from './ip.ts'
import type { Ip } from './ip.ts'
import type { AdmissionOptions, Origin } from './options/admission-options.ts'

export interface OriginsInit extends Pick<AdmissionOptions, 'addressOf'> {
  /** The application's function failed. */
  onFault(error: unknown): void
}

/** Where peers are: by their connections or, where the application knows better, by its word. */
export class Origins {
  readonly #init: OriginsInit

  constructor(init: OriginsInit) {
    this.#init = init
  }

  /** The IP address; undefined if there is none: a relay's, that of a name, or memory. */
  readonly of = (origin: Partial<Origin>): Ip | undefined => {
    if (!hasAddress(origin)) return undefined
    return this.#told(origin) ?? ipOf(origin.remoteAddr)
  }

  #told(origin: Origin): Ip | undefined {
    try {
      const address = this.#init.addressOf?.(origin)
      return address === undefined ? undefined : ipOf(address)
    } catch (error) {
      // without an address it would go past the limits: then its own is the better one
      this.#init.onFault(error)
      return undefined
    }
  }
}

const hasAddress = (origin: Partial<Origin>): origin is Origin => origin.remoteAddr !== undefined
