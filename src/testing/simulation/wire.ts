import type { Clock } from '../../clock.ts'
import type { MessageStreamDirection } from '@libp2p/interface'

/** What a piece of what is carried is, for wires that do not carry all alike. */
export interface Parcel {
  /** The end of the connection that sends it: `outbound` for the one who dialed. */
  readonly from: MessageStreamDirection
  /** The stream that it belongs to; absent if it is the connection as a whole. */
  readonly stream?: string
  readonly what: 'opens' | 'answers' | 'closes' | 'resets' | Uint8Array
}

/** Takes what is on its way, under a name, and lets it arrive when it likes: within the call never. */
export type Carrier = (arrive: () => void, what: string) => void

/**
 * What a simulated connection runs over. Everything arrives in its order, both ways; a wire that is cut
 * keeps what is sent until it is mended, as TCP does, and neither end is told.
 */
export class Wire {
  readonly #clock: Clock
  readonly #latency: () => number
  readonly #carrier: Carrier | undefined
  /** What is on its way, in order: nothing overtakes anything. */
  readonly #line: (() => void)[] = []
  /** How much of it has had its time on the way. */
  #due = 0
  /** When what was sent last has had it. */
  #last = 0
  #isCut = false

  /**
   * @param latency - Milliseconds one way, asked each time; with 0 things arrive a microtask later
   * @param carrier - Decides when things arrive, in the place of the latency
   */
  constructor(clock: Clock, latency: () => number, carrier?: Carrier) {
    this.#clock = clock
    this.#latency = latency
    this.#carrier = carrier
  }

  get isCut(): boolean {
    return this.#isCut
  }

  /** @param _parcel - What it is, which makes no difference here */
  carry(arrive: () => void, _parcel: Parcel): void {
    this.#line.push(arrive)
    this.#later(() => {
      this.#due++
      this.#deliver()
    })
  }

  cut(): void {
    this.#isCut = true
  }

  mend(): void {
    if (!this.#isCut) return
    this.#isCut = false
    this.#later(() => this.#deliver())
  }

  #later(callback: () => void): void {
    if (this.#carrier !== undefined) return this.#carrier(callback, 'wire')
    const now = this.#clock.now()
    this.#last = Math.max(this.#last, now + this.#latency())
    if (this.#last === now) queueMicrotask(callback)
    else this.#clock.after(this.#last - now, callback)
  }

  #deliver(): void {
    while (!this.#isCut && this.#due > 0) {
      this.#due--
      this.#line.shift()?.()
    }
  }
}
