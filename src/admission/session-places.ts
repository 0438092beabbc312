import type { IpPlace } from './ip-place.ts'

/** Sessions that are looked at, the oldest first, whenever a new one comes: what is over costs no timer. */
const LOOKED_AT = 2

/**
 * Where the peers come from that were admitted, in sets of sessions by network. A session that holds its
 * slot no more does not count, and is forgotten when it is come across.
 */
export class SessionPlaces {
  readonly #holds: (session: number) => boolean
  /** The oldest first (admitted -> come across without a slot). */
  readonly #places = new Map<number, IpPlace | undefined>()
  readonly #byNet = new Map<string, Set<number>>()

  constructor(holds: (session: number) => boolean) {
    this.#holds = holds
  }

  /** Sessions that are remembered, those included that nobody has come across since they were over. */
  get size(): number {
    return this.#places.size
  }

  /** Networks that these sessions come from. */
  get networks(): number {
    return this.#byNet.size
  }

  add(session: number, place: IpPlace | undefined): void {
    this.#forgetOldest()
    this.#places.set(session, place)
    for (const { net } of place?.nets ?? []) {
      this.#byNet.set(net, (this.#byNet.get(net) ?? new Set()).add(session))
    }
  }

  /** Was this session admitted, and is it not over? */
  has(session: number): boolean {
    return this.#places.has(session) && this.#holds(session)
  }

  hostOf(session: number): string | undefined {
    return this.#places.get(session)?.host
  }

  /** Sessions of this network that hold a slot. */
  count(net: string): number {
    for (const session of this.#byNet.get(net) ?? []) {
      if (!this.#holds(session)) this.#forget(session)
    }
    return this.#byNet.get(net)?.size ?? 0
  }

  /** One that holds its slot goes to the end: every session is looked at again and again. */
  #forgetOldest(): void {
    for (let looked = 0; looked < LOOKED_AT; looked++) {
      const [oldest] = this.#places
      if (oldest === undefined) return
      const [session, place] = oldest
      if (!this.#holds(session)) this.#forget(session)
      else {
        this.#places.delete(session)
        this.#places.set(session, place)
      }
    }
  }

  #forget(session: number): void {
    for (const { net } of this.#places.get(session)?.nets ?? []) {
      const sessions = this.#byNet.get(net)
      sessions?.delete(session)
      if (sessions?.size === 0) this.#byNet.delete(net)
    }
    this.#places.delete(session)
  }
}
