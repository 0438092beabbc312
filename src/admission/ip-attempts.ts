import { TokenBucket } from '../../machines/index.ts'
import type { Clock } from '../clock.ts'

/**
 * Hosts whose attempts are counted at once. Ten thousand are more than knock within the time in which a
 * bucket fills up again, and less than 2 MB.
 */
const MAX_HOSTS = 10_000

/** Hosts that are looked at, the longest quiet first, whenever one knocks: what is forgotten costs no timer. */
const LOOKED_AT = 2

export interface IpAttemptsInit {
  readonly attemptBurst: number
  readonly attemptsPerSecond: number
  readonly clock: Clock
}

/**
 * How often each host knocks: a token bucket for each that is not as good as new. Nothing is kept of
 * peer ids, which cost an attacker nothing.
 */
export class IpAttempts {
  readonly #init: IpAttemptsInit
  /** The one that has been quiet the longest first (knocked -> its bucket is full again | crowded out). */
  readonly #buckets = new Map<string, TokenBucket>()

  constructor(init: IpAttemptsInit) {
    this.#init = init
  }

  get size(): number {
    return this.#buckets.size
  }

  /** Counts an attempt: 0 if the host may make it, else the milliseconds after which it may. */
  take(host: string): number {
    const { attemptBurst: burst, attemptsPerSecond: perSecond, clock } = this.#init
    const now = clock.now()
    const bucket = this.#buckets.get(host) ?? new TokenBucket({ burst, perSecond }, now)
    const wait = bucket.take(now) ? 0 : bucket.wait(now)
    this.#buckets.delete(host)
    this.#makeRoom(now)
    if (!bucket.isFull(now)) this.#buckets.set(host, bucket)
    return wait
  }

  #makeRoom(now: number): void {
    let looked = 0
    for (const [host, bucket] of this.#buckets) {
      if (++looked > LOOKED_AT) break
      if (this.#buckets.size < MAX_HOSTS && !bucket.isFull(now)) break
      this.#buckets.delete(host)
    }
  }
}
