import { CandidatePool } from '../../machines/index.ts'

/**
 * Where a candidate may come from:
 *
 * - `discovery`: a `peer:discovery` of libp2p, whichever service found the peer; libp2p does not say
 * - `dht`: it entered the routing table of the DHT
 * - `walk`: our own question to the DHT brought it
 * - `store`: libp2p's peer store knew it at the start
 * - `memory`: it was a good peer before the start
 */
const SOURCES = ['discovery', 'dht', 'walk', 'store', 'memory'] as const

/** The name of a source of candidates. */
export type CandidateSource = (typeof SOURCES)[number]

/** Whether a peer that was found becomes a candidate, and who makes room for it if somebody must. */
export type Consideration =
  | { readonly isTaken: false }
  | {
      readonly isTaken: true
      /** The candidate that makes room; or a peer that could not be reached, of which enough are kept. */
      readonly instead: { readonly peer: string } | 'failed' | undefined
    }

/** What is held of one source. */
interface Share {
  /** Its candidates that wait in the queue. */
  readonly queued: CandidatePool
  /** Candidates found since it last had room: the window that its sample is drawn from. */
  found: number
}

/**
 * Candidates that may wait however full the table is of peers that could not be reached: one round of
 * dials, so that among the dead the living are still looked for.
 */
const ALWAYS_WAITING = 16

/**
 * Keeps every source of candidates inside its share of the queue, and lets them share alike when there is
 * not room for all. Beyond its share a source's candidates are sampled (Vitter's algorithm R): each that
 * was found since there was room last is as likely to be kept as each other, so whoever floods us with
 * names gains no more by a million than others do by one, and most of them cost two numbers and nothing
 * else.
 */
export class CandidateSources {
  readonly #limit: number
  readonly #random: () => number
  readonly #shares: Readonly<Record<CandidateSource, Share>>
  /** Who found the candidates that are tracked (taken -> forgotten). */
  readonly #sources = new Map<string, CandidateSource>()

  /** @param limit - Candidates of one source that may wait at once */
  constructor(limit: number, random: () => number) {
    this.#limit = limit
    this.#random = random
    this.#shares = Object.fromEntries(
      SOURCES.map((source) => [source, { queued: new CandidatePool(), found: 0 }])
    ) as Record<CandidateSource, Share>
  }

  /** Candidates that wait, by source. */
  get queued(): Readonly<Record<CandidateSource, number>> {
    return Object.fromEntries(
      SOURCES.map((source) => [source, this.#shares[source].queued.size])
    ) as Record<CandidateSource, number>
  }

  /** A peer that nobody knows yet was found: is there room for it? `isFull`: no more peers are tracked. */
  consider(source: CandidateSource, isFull = false): Consideration {
    const share = this.#shares[source]
    const { size } = share.queued
    if (isFull) return this.#considerAmongAll(share)
    if (size >= this.#limit) return this.#sample(share, this.#limit)
    share.found = size + 1
    return { isTaken: true, instead: undefined }
  }

  /** The peer is tracked, and this source has found it; of several the first counts. */
  took(peer: string, source: CandidateSource): void {
    if (!this.#sources.has(peer)) this.#sources.set(peer, source)
  }

  /** The peer waits for a dial as a candidate that was found, or does so no more. */
  moved(peer: string, isQueued: boolean): void {
    const source = this.#sources.get(peer)
    if (source === undefined) return
    const { queued } = this.#shares[source]
    if (isQueued) queued.add(peer)
    else queued.delete(peer)
  }

  forgotten(peer: string): void {
    this.moved(peer, false)
    this.#sources.delete(peer)
  }

  /** Nobody is tracked beside those who are: a source that has more makes room for one that has less. */
  #considerAmongAll(share: Share): Consideration {
    const shares = Object.values(this.#shares)
    const waiting = shares.reduce((sum, { queued }) => sum + queued.size, 0)
    if (this.#limit > 0 && waiting < ALWAYS_WAITING) return { isTaken: true, instead: 'failed' }
    const largest = shares.reduce((a, b) => (b.queued.size > a.queued.size ? b : a))
    const { size } = share.queued
    // not for one that has only one more: the two would take it from each other for ever
    if (size >= this.#limit || largest.queued.size <= size + 1) return this.#sample(share, size)
    share.found++
    return this.#inPlaceOfOne(largest)
  }

  #sample(share: Share, size: number): Consideration {
    share.found++
    return this.#random() * share.found < size ? this.#inPlaceOfOne(share) : { isTaken: false }
  }

  #inPlaceOfOne({ queued }: Share): Consideration {
    const peer = queued.draw(this.#random())
    return peer === undefined ? { isTaken: false } : { isTaken: true, instead: { peer } }
  }
}
