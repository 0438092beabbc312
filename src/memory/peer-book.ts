import { unlessAborted } from './in-time.ts'
import { encodePeer } from './record.ts'
import type { Shelf } from './keys.ts'
import type { PeerRecord } from './record.ts'
import type { Change } from './shelves.ts'

/** What the house knows of a peer beside what is written here. */
export interface PeerBookPorts {
  /** What is to be remembered of the peer as it is now; undefined if nothing is. */
  recordOf(peer: string): PeerRecord | undefined
  /** The peers to begin with after a restart. */
  anchors(): readonly string[]
  /** Where the peer can be reached, the best address first. May reject. */
  addressesOf(peer: string): Promise<readonly string[]>
}

/** A peer that was good, and where. */
interface Good {
  readonly goodAt: number
  readonly addresses: readonly string[]
}

/** What has changed: the peer, and its record if there is one now. */
export type PeerChange = readonly [peer: string, record: PeerRecord | undefined]

/** Which peers' records are to be written, and which peers were good. Bounded by the tables. */
export class PeerBook {
  readonly #shelf: Shelf
  readonly #ports: PeerBookPorts
  readonly #maxGood: number
  /** Peers whose record may have changed (touched -> taken). */
  #dirty = new Set<string>()
  /** Peers that have a record in the datastore, as far as we know. */
  readonly #written = new Set<string>()
  /** The one that was good longest ago first. */
  readonly #good = new Map<string, Good>()

  /** The anchors as they were when something was taken last. */
  #anchors: ReadonlySet<string> = new Set()

  constructor(shelf: Shelf, maxGood: number, ports: PeerBookPorts) {
    this.#shelf = shelf
    this.#maxGood = maxGood
    this.#ports = ports
  }

  get hasChanges(): boolean {
    return this.#dirty.size > 0
  }

  /** Peers whose record waits to be written. */
  get waiting(): number {
    return this.#dirty.size
  }

  /** The datastore has a record of the peer; one that means nothing any more is removed. */
  found(peer: string, record: PeerRecord | undefined): void {
    this.#written.add(peer)
    if (record === undefined) this.#dirty.add(peer)
    const { goodAt, addresses = [] } = record ?? {}
    if (goodAt !== undefined) this.#enter(peer, { goodAt, addresses })
  }

  /** Something about the peer has changed. Of most peers there is nothing to remember. */
  touched(peer: string): void {
    const isNoted = this.#written.has(peer) || this.#recordOf(peer) !== undefined
    if (isNoted) this.#dirty.add(peer)
  }

  /** The peer was found to be good. */
  good(peer: string, goodAt: number): void {
    this.#enter(peer, { goodAt, addresses: this.#good.get(peer)?.addresses ?? [] })
    this.#dirty.add(peer)
  }

  /** The peer is tracked no more: nothing is written of it unless something was before, or it was good. */
  forgotten(peer: string): void {
    if (this.#written.has(peer) || this.#good.has(peer)) this.#dirty.add(peer)
    else this.#dirty.delete(peer)
  }

  /** Takes what has changed, as it is at this moment. */
  take(): PeerChange[] {
    const anchors = new Set(this.#ports.anchors())
    for (const peer of [...anchors, ...this.#anchors]) {
      if (anchors.has(peer) !== this.#anchors.has(peer)) this.#dirty.add(peer)
    }
    this.#anchors = anchors
    const dirty = this.#dirty
    this.#dirty = new Set()
    return [...dirty].map((peer) => [peer, this.#recordOf(peer)])
  }

  /** What was taken could not be written. */
  giveBack(changes: readonly PeerChange[]): void {
    for (const [peer, record] of changes) {
      // a peer that was forgotten meanwhile, and was never written, is of no interest any more
      const isKnown = this.#written.has(peer) || this.#recordOf(peer) !== undefined
      if (record !== undefined ? isKnown : this.#written.has(peer)) this.#dirty.add(peer)
    }
  }

  /** What was taken is written. */
  written(changes: readonly PeerChange[]): void {
    for (const [peer, record] of changes) {
      if (record === undefined) this.#written.delete(peer)
      else this.#written.add(peer)
    }
  }

  /** The batch for what was taken, with the addresses of now. */
  async batch(changes: readonly PeerChange[], signal: AbortSignal): Promise<Change[]> {
    const known = changes.filter(
      ([peer, record]) => record !== undefined || this.#written.has(peer)
    )
    return Promise.all(
      known.map(async ([peer, record]) => {
        const bytes = record && encodePeer(await this.#withAddresses(peer, record, signal))
        return [this.#shelf, peer, bytes] as const
      })
    )
  }

  #recordOf(peer: string): PeerRecord | undefined {
    const record = this.#ports.recordOf(peer)
    const good = this.#good.get(peer)
    if (good === undefined) return record
    const isAnchor = this.#anchors.has(peer)
    return { at: good.goodAt, ...record, ...good, ...(isAnchor && { isAnchor }) }
  }

  /** Where a peer is that is worth finding again; where it was, if it cannot be told now. */
  async #withAddresses(peer: string, record: PeerRecord, signal: AbortSignal): Promise<PeerRecord> {
    const { goodAt, isStatic, isAnchor } = record
    if (goodAt === undefined && isStatic !== true && isAnchor !== true) return record
    const asked = unlessAborted(signal, this.#ports.addressesOf(peer))
    const addresses = await asked.catch(() => [])
    if (addresses.length === 0) return record
    const good = this.#good.get(peer)
    if (good !== undefined) this.#good.set(peer, { ...good, addresses })
    return { ...record, addresses }
  }

  #enter(peer: string, good: Good): void {
    this.#good.delete(peer)
    this.#good.set(peer, good)
    if (this.#good.size <= this.#maxGood) return
    const [oldest] = this.#good.keys()
    if (oldest === undefined) return
    this.#good.delete(oldest)
    if (this.#written.has(oldest)) this.#dirty.add(oldest)
  }
}
