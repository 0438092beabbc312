import { LIFTED_FOR, REMOVED_AFTER } from './constants.ts'
import { BANS } from './keys.ts'
import { encodeBan } from './record.ts'
import type { BanRecord } from './record.ts'
import type { Change, Reading } from './shelves.ts'
import type { PeerId } from '@libp2p/interface'

/**
 * Tables full of changes at which those are swept out that hold no more. Two tables' worth still hold at most,
 * one of bans and one of lifted ones, and as many changes pay for the next sweep.
 */
const SWEPT_AT = 4

/** The one ban table, as its memory sees it. */
export interface BanBookPorts {
  /** What this node holds of the peer: a ban in force, the end of one, or nothing. */
  banOf(peer: string): BanRecord | undefined
  /** Takes over what another node, or this one in an earlier run, has said of the peer. */
  restoreBan(peer: PeerId, record: BanRecord): void
}

/** What has been said of a peer since the last batch. */
export type BanChange = readonly [peer: string, record: BanRecord]

/**
 * Which bans are to be written, and what follows from those that others have written. All nodes with one
 * datastore write the same keys; the record that was said last wins, on every node alike.
 */
export class BanBook {
  readonly #limit: number
  readonly #ports: BanBookPorts
  /** What is to be written (changed -> taken). */
  #dirty = new Map<string, BanRecord>()
  /** What we have written ourselves and nobody has replaced (written -> replaced | over). */
  readonly #own = new Map<string, BanRecord>()
  #isRestoring = false

  constructor(limit: number, ports: BanBookPorts) {
    this.#limit = limit
    this.#ports = ports
  }

  get hasChanges(): boolean {
    return this.#dirty.size > 0
  }

  /** The ban table has changed: a ban, the end of one, or one that made room. */
  changed(peer: string): void {
    if (this.#isRestoring) return
    const record = this.#ports.banOf(peer)
    // a ban that made room: what is written of it is removed with the next batch
    if (record === undefined) return void this.#dirty.delete(peer)
    this.#dirty.set(peer, record)
    if (this.#dirty.size > SWEPT_AT * this.#limit) this.#sweep()
  }

  /** Takes what has changed, as it is at this moment. */
  take(): BanChange[] {
    this.#sweep()
    const dirty = this.#dirty
    this.#dirty = new Map()
    return [...dirty]
  }

  /** What was taken could not be written; what was said since then stands. */
  giveBack(changes: readonly BanChange[]): void {
    for (const [peer, record] of changes) {
      const isHeld = this.#ports.banOf(peer) !== undefined
      if (isHeld && !this.#dirty.has(peer)) this.#dirty.set(peer, record)
    }
  }

  written(changes: readonly BanChange[]): void {
    for (const [peer, record] of changes) this.#own.set(peer, record)
  }

  /** The batch for what was taken. `stored` tells what the datastore has now: what is later there stays. */
  async batch(
    changes: readonly BanChange[],
    stored: (peer: string) => Promise<BanRecord | undefined>
  ): Promise<Change[]> {
    const held = (peer: string): boolean => this.#ports.banOf(peer) !== undefined
    // a ban is removed when it is over; that one was lifted stays written for a while
    const over = [...this.#own].filter(([peer]) => !held(peer))
    const ended = over.filter(([, { until }]) => until !== 'lifted')
    for (const [peer] of over) this.#own.delete(peer)
    const batch = await Promise.all([
      ...changes.map(async ([peer, record]) => {
        const other = await stored(peer)
        const isNews = other === undefined || isLater(record, other)
        return isNews ? ([BANS, peer, encodeBan(record)] as const) : undefined
      }),
      ...ended.map(async ([peer, { at }]) => {
        const isOurs = (await stored(peer))?.at === at
        return isOurs ? ([BANS, peer, undefined] as const) : undefined
      })
    ])
    return batch.filter((change) => change !== undefined)
  }

  /**
   * Compares what the datastore has with what this node holds: what is later there is taken over, what is
   * later here is written again, what is over is removed. Returns the peers whose records are removed.
   */
  compare({ records, isWhole }: Reading<BanRecord>, now: number): string[] {
    const removed: string[] = []
    const seen = new Set<string>()
    let restored = 0
    // more than the table holds would push one another out at every look: the longest bans come first
    for (const [peerId, record] of records.toSorted(([, a], [, b]) => endOf(b) - endOf(a))) {
      const peer = peerId.toString()
      seen.add(peer)
      const held = this.#ports.banOf(peer)
      if (held === undefined && isRemoved(record, now)) removed.push(peer)
      else if (held !== undefined && isLater(held, record)) this.#dirty.set(peer, held)
      else if (++restored <= this.#limit && (held === undefined || isLater(record, held)))
        this.#restore(peerId, record)
    }
    if (isWhole) this.#writeAgain(seen)
    return removed
  }

  /** Our own bans that the datastore has lost are written again. */
  #writeAgain(seen: ReadonlySet<string>): void {
    for (const peer of this.#own.keys()) {
      const held = seen.has(peer) ? undefined : this.#ports.banOf(peer)
      if (held !== undefined) this.#dirty.set(peer, held)
    }
  }

  #restore(peerId: PeerId, record: BanRecord): void {
    this.#own.delete(peerId.toString())
    this.#isRestoring = true
    try {
      this.#ports.restoreBan(peerId, record)
    } finally {
      this.#isRestoring = false
    }
  }

  /** Bans that made room before they could be written are not written. */
  #sweep(): void {
    for (const peer of this.#dirty.keys()) {
      if (this.#ports.banOf(peer) === undefined) this.#dirty.delete(peer)
    }
  }
}

/** Was it said later? Of two that were said at once a ban counts, so that all nodes agree. */
function isLater(record: BanRecord, other: BanRecord): boolean {
  if (record.at !== other.at) return record.at > other.at
  return record.until !== 'lifted' && other.until === 'lifted'
}

/** For sorting: what lasts for ever is as long as a number can say. */
const endOf = ({ until }: BanRecord): number =>
  until === 'lifted' ? 0 : Math.min(until, Number.MAX_SAFE_INTEGER)

/** Is it so long over that nobody needs to know any more? */
function isRemoved({ at, until }: BanRecord, now: number): boolean {
  return until === 'lifted' ? at + LIFTED_FOR < now : until + REMOVED_AFTER < now
}
