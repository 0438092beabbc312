import { MAX_LOOKED_AT, MAX_UNANSWERED } from './constants.ts'
import { unlessAborted } from './in-time.ts'
import { keyOf, peerOf, PROBE } from './keys.ts'
import type { Shelf } from './keys.ts'
import type { RecordFault } from './record.ts'
import type { PeerId } from '@libp2p/interface'
import type { Datastore, Pair } from 'interface-datastore'

/** Why something under our prefix was skipped. */
type SkipReason = RecordFault | 'bad-key'

/** What one shelf held. */
export interface Reading<T> {
  readonly records: readonly (readonly [peer: PeerId, record: T])[]
  /** What was skipped, by kind. */
  readonly skipped: ReadonlyMap<SkipReason, number>
  /** False if there was, or may have been, more. */
  readonly isWhole: boolean
  /** What ended the reading early, if something did. */
  readonly fault: unknown
}

/** One change of one batch: bytes to write, or nothing to remove the key. */
export type Change = readonly [shelf: Shelf, peer: string, bytes: Uint8Array | undefined]

/**
 * The datastore, with a deadline on everything and no belief in anything: it may throw, hang, ignore its
 * signal, or answer with garbage that never ends.
 */
export class Shelves {
  readonly #datastore: Datastore
  /** Operations that were given up (aborted -> settled, or the datastore answers others again). */
  readonly #unanswered = new Set<object>()

  constructor(datastore: Datastore) {
    this.#datastore = datastore
  }

  /** Reads at most `limit` records of a shelf, as many as come before the signal. Never rejects. */
  async read<T extends object>(
    shelf: Shelf,
    readRecord: (bytes: unknown) => T | RecordFault,
    limit: number,
    signal: AbortSignal
  ): Promise<Reading<T>> {
    const records: [PeerId, T][] = []
    const skipped = new Map<SkipReason, number>()
    const most = Math.min(limit, MAX_LOOKED_AT)
    let looked = 0
    const take = (pair: unknown): void => {
      const { key, value } = asPair(pair)
      const peer = peerOf(shelf, key)
      if (peer === undefined) return
      const record = peer === null ? 'bad-key' : readRecord(value)
      if (peer !== null && typeof record === 'object') records.push([peer, record])
      else if (typeof record === 'string') skipped.set(record, (skipped.get(record) ?? 0) + 1)
    }
    let fault: unknown
    try {
      await this.#ask(signal, async () => {
        // one more than is wanted, to see whether that was all
        const query = { prefix: shelf.prefix, limit: most + 1 }
        for await (const pair of this.#datastore.query(query, { signal })) {
          if (signal.aborted || ++looked > most) return
          take(pair)
        }
      })
    } catch (error) {
      fault = error
    }
    return { records: [...records], skipped, isWhole: fault === undefined && looked <= most, fault }
  }

  /**
   * One record; undefined if there is none that can be read.
   *
   * @throws what the datastore throws, or the signal's reason
   */
  async get<T extends object>(
    shelf: Shelf,
    peer: string,
    readRecord: (bytes: unknown) => T | RecordFault,
    signal: AbortSignal
  ): Promise<T | undefined> {
    const bytes = await this.#ask(signal, async () => {
      try {
        return await this.#datastore.get(keyOf(shelf, peer), { signal })
      } catch (error) {
        if (isNotFound(error)) return undefined
        throw error
      }
    })
    const record = readRecord(bytes)
    return typeof record === 'string' ? undefined : record
  }

  /**
   * Writes all changes in one batch.
   *
   * @throws what the datastore throws, or the signal's reason
   */
  async write(changes: readonly Change[], signal: AbortSignal): Promise<void> {
    if (changes.length === 0) return
    await this.#ask(signal, async () => {
      const batch = this.#datastore.batch()
      for (const [shelf, peer, bytes] of changes) {
        if (bytes === undefined) batch.delete(keyOf(shelf, peer))
        else batch.put(keyOf(shelf, peer), bytes)
      }
      await batch.commit({ signal })
    })
  }

  /** Runs one operation until the signal. One that is given up is remembered until it ends after all. */
  async #ask<T>(signal: AbortSignal, work: () => Promise<T>): Promise<T> {
    if (this.#unanswered.size >= MAX_UNANSWERED) await this.#probe(signal)
    signal.throwIfAborted()
    const operation = work()
    const state = { isAnswered: false }
    const answered = (): void => {
      state.isAnswered = true
      this.#unanswered.delete(operation)
    }
    operation.then(answered, answered)
    try {
      return await unlessAborted(signal, operation)
    } finally {
      if (!state.isAnswered) this.#unanswered.add(operation)
    }
  }

  /** A question that holds on to nothing: is anybody there again? */
  async #probe(signal: AbortSignal): Promise<void> {
    await unlessAborted(
      signal,
      started(() => this.#datastore.has(PROBE, { signal }))
    )
    this.#unanswered.clear()
  }
}

/** A call that throws is a promise that rejects. */
const started = async <T>(work: () => T | Promise<T>): Promise<T> => work()

/** By name, or by the code that datastores of older versions use. */
function isNotFound(error: unknown): boolean {
  const { name, code } = Object(error) as { name?: unknown; code?: unknown }
  return name === 'NotFoundError' || code === 'ERR_NOT_FOUND'
}

function asPair(pair: unknown): { key?: unknown; value?: unknown } {
  return typeof pair === 'object' && pair !== null ? (pair as Pair) : {}
}
