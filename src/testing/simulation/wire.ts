import type { Clock } from '../../clock.ts'

/** Takes what is on its way, under a name, and lets it arrive when it likes: within the call never. */
export type Carrier = (arrive: () => void, what: string) => void

/**
 * What a simulated connection runs over. Everything arrives in its order, both ways; a wire that is cut
 * keeps what is sent until it is mended, as TCP does, and neither end is told.
 */
export class Wire {
  readonly #clock: Clock
  readonly #latency: number
  readonly #carrier: Carrier | undefined
  /** What the carrier was given, in order: it says when the next arrives, not which. */
  readonly #line: (() => void)[] = []
  #isCut = false
  #kept: (() => void)[] = []

  /**
   * @param latency - Milliseconds one way; with 0 things arrive a microtask later
   * @param carrier - Decides when things arrive, in the place of the latency
   */
  constructor(clock: Clock, latency: number, carrier?: Carrier) {
    this.#clock = clock
    this.#latency = latency
    this.#carrier = carrier
  }

  carry(arrive: () => void): void {
    if (this.#isCut) this.#kept.push(arrive)
    else if (this.#carrier !== undefined) {
      this.#line.push(arrive)
      this.#carrier(() => this.#arriveNext(), 'wire')
    } else if (this.#latency === 0) queueMicrotask(() => this.#deliver(arrive))
    else this.#clock.after(this.#latency, () => this.#deliver(arrive))
  }

  cut(): void {
    this.#isCut = true
  }

  mend(): void {
    this.#isCut = false
    const kept = this.#kept
    this.#kept = []
    for (const arrive of kept) this.carry(arrive)
  }

  #arriveNext(): void {
    const next = this.#line.shift()
    if (next !== undefined) this.#deliver(next)
  }

  #deliver(arrive: () => void): void {
    if (this.#isCut) this.#kept.push(arrive)
    else arrive()
  }
}
