import type { Clock } from '../../clock.ts'

/**
 * What a simulated connection runs over. Everything arrives in its order, both ways; a wire that is cut
 * keeps what is sent until it is mended, as TCP does, and neither end is told.
 */
export class Wire {
  readonly #clock: Clock
  readonly #latency: number
  #isCut = false
  #kept: (() => void)[] = []

  /** @param latency - Milliseconds one way; with 0 things arrive a microtask later. */
  constructor(clock: Clock, latency: number) {
    this.#clock = clock
    this.#latency = latency
  }

  carry(arrive: () => void): void {
    if (this.#isCut) this.#kept.push(arrive)
    else if (this.#latency === 0) queueMicrotask(() => this.#deliver(arrive))
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

  #deliver(arrive: () => void): void {
    if (this.#isCut) this.#kept.push(arrive)
    else arrive()
  }
}
