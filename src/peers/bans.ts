import type { Clock } from '../clock.ts'

/**
 * Who is banned until when: the only place that knows. Bounded; the ban that would end first makes room.
 * Compared with the clock on use, never by a timer, so that no ban is too long for one.
 */
export class Bans {
  readonly #limit: number
  readonly #clock: Clock
  readonly #until = new Map<string, number>()

  constructor(limit: number, clock: Clock) {
    this.#limit = limit
    this.#clock = clock
  }

  get size(): number {
    return this.#until.size
  }

  /** Bans a peer until a time of the clock; the last writer wins. */
  set(peer: string, until: number): void {
    this.#until.delete(peer)
    if (this.#until.size >= this.#limit) this.#makeRoom()
    this.#until.set(peer, until)
  }

  delete(peer: string): boolean {
    return this.#until.delete(peer)
  }

  /** The end of the ban in the clock's milliseconds; undefined if the peer is not banned (any more). */
  until(peer: string): number | undefined {
    const until = this.#until.get(peer)
    if (until === undefined) return undefined
    if (until > this.#clock.now()) return until
    this.#until.delete(peer)
    return undefined
  }

  #makeRoom(): void {
    let first: [string, number] | undefined
    for (const ban of this.#until) {
      if (first === undefined || ban[1] < first[1]) first = ban
    }
    if (first !== undefined) this.#until.delete(first[0])
  }
}
