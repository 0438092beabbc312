import { BanBook } from './ban-book.ts'
import { LOAD_TIMEOUT, MAX_GOOD, STOP_TIMEOUT, WRITE_TIMEOUT } from './constants.ts'
import { inTime, unlessAborted } from './in-time.ts'
import { BANS, shelfOf } from './keys.ts'
import { PeerBook } from './peer-book.ts'
import { freshOf, readBan, readPeer } from './record.ts'
import { Shelves } from './shelves.ts'
import { Trouble } from './trouble.ts'
import { WriteBehind } from './write-behind.ts'
import type { BanBookPorts, BanChange } from './ban-book.ts'
import type { Shelf } from './keys.ts'
import type { PeerBookPorts, PeerChange } from './peer-book.ts'
import type { BanRecord, PeerRecord } from './record.ts'
import type { Change, Reading } from './shelves.ts'
import type { Cancel, Clock } from '../clock.ts'
import type { MemoryOptions } from '../options/memory-options.ts'
import type { Logger, PeerId } from '@libp2p/interface'
import type { Datastore } from 'interface-datastore'

export interface MemoryInit {
  readonly self: PeerId
  readonly datastore: Datastore
  readonly clock: Clock
  readonly memory: MemoryOptions
  readonly maxTracked: number
  readonly maxBans: number
  readonly log: Logger
}

/** The rest of the house, as its memory sees it. */
export interface MemoryPorts extends BanBookPorts, PeerBookPorts {}

/** What a node still knows of its peers after it was restarted; the one that was good last comes last. */
export type Recollection = readonly (readonly [peer: PeerId, record: PeerRecord])[]

/** What is written in one batch. */
interface Taken {
  readonly bans: readonly BanChange[]
  readonly peers: readonly PeerChange[]
  readonly removals: readonly Change[]
}

/**
 * What survives a restart, through libp2p's datastore alone. Written behind everybody's back, in one batch
 * at a time; read once at the start, the shared bans again and again. A datastore that fails in any way
 * costs the memory and nothing else.
 */
export class Memory {
  readonly #init: MemoryInit
  readonly #shelf: Shelf
  readonly #shelves: Shelves
  readonly #peers: PeerBook
  readonly #bans: BanBook
  readonly #writing: WriteBehind
  readonly #reading: Trouble
  readonly #saving: Trouble
  /** Bans that are over, and whose records are to be removed. */
  #removals: Change[] = []
  /** The deadline of the next look at the shared bans (start -> stop). */
  #look: Cancel | undefined
  #isOpen = false
  #writtenAt: number | undefined

  constructor(init: MemoryInit, ports: MemoryPorts) {
    const { self, datastore, clock, memory, maxTracked, maxBans, log } = init
    this.#init = init
    this.#shelf = shelfOf(self)
    this.#shelves = new Shelves(datastore)
    this.#peers = new PeerBook(this.#shelf, Math.min(MAX_GOOD, maxTracked), ports)
    this.#bans = new BanBook(maxBans, ports)
    this.#reading = new Trouble(log, 'could not be read: what it remembers is missing here')
    this.#saving = new Trouble(log, 'could not be written: what is learned now may be forgotten')
    this.#writing = new WriteBehind({
      clock,
      flushInterval: memory.flushInterval,
      hasChanges: () =>
        this.#peers.hasChanges || this.#bans.hasChanges || this.#removals.length > 0,
      write: () => inTime(clock, WRITE_TIMEOUT, async (signal) => this.#write(this.#take(), signal))
    })
  }

  /**
   * Reads everything, takes over the bans and returns what is known of peers. Goes on with what was read in
   * three seconds, and says so. Never rejects.
   */
  async load(): Promise<Recollection> {
    const { maxTracked, maxBans, clock } = this.#init
    const [bans, peers] = await inTime(clock, LOAD_TIMEOUT, async (signal) =>
      Promise.all([
        this.#shelves.read(BANS, readBan, 2 * maxBans, signal),
        this.#shelves.read(this.#shelf, readPeer, maxTracked + MAX_GOOD, signal)
      ])
    )
    this.#report(bans, peers)
    this.#reading.ended(bans.fault ?? peers.fault)
    this.#isOpen = true
    this.#compare(bans)
    const known: [PeerId, PeerRecord][] = []
    for (const [peer, record] of peers.records.toSorted(byGoodness)) {
      const fresh = freshOf(record, clock.epoch())
      this.#peers.found(peer.toString(), fresh)
      if (fresh !== undefined) known.push([peer, fresh])
    }
    this.#writing.start()
    this.#lookLater()
    return known
  }

  /** Does the datastore fail, and when was a batch written last (epoch milliseconds)? */
  get status(): { readonly isFailing: boolean; readonly writtenAt?: number } {
    const isFailing = this.#reading.isFailing || this.#saving.isFailing
    return { isFailing, ...(this.#writtenAt !== undefined && { writtenAt: this.#writtenAt }) }
  }

  /** The peer's chart has moved. */
  touched(peer: string): void {
    if (!this.#isOpen) return
    this.#peers.touched(peer)
    this.#writing.changed()
  }

  /** The peer was found to be good just now. */
  good(peer: string): void {
    if (!this.#isOpen) return
    this.#peers.good(peer, Math.floor(this.#init.clock.epoch()))
    this.#writing.changed()
  }

  /** The peer is tracked no more. */
  forgotten(peer: string): void {
    if (!this.#isOpen) return
    this.#peers.forgotten(peer)
    this.#writing.changed()
  }

  /** The peer was banned, or its ban lifted, or over. */
  banned(peer: string): void {
    if (!this.#isOpen) return
    this.#bans.changed(peer)
    this.#writing.changed()
  }

  /**
   * Writes what has changed until this call, in a second at most; what changes from now on is not
   * remembered. Never rejects.
   */
  async stop(): Promise<void> {
    if (!this.#isOpen) return
    this.#isOpen = false
    this.#look?.()
    this.#look = undefined
    const last = this.#take()
    await inTime(this.#init.clock, STOP_TIMEOUT, async (signal) => {
      const idle = unlessAborted(signal, this.#writing.stop())
      await idle.catch((error: unknown) => this.#saving.ended(error))
      await this.#write(last, signal)
    })
  }

  #take(): Taken {
    const removals = this.#removals
    this.#removals = []
    return { bans: this.#bans.take(), peers: this.#peers.take(), removals }
  }

  /** Never rejects. */
  async #write({ bans, peers, removals }: Taken, signal: AbortSignal): Promise<boolean> {
    const stored = (peer: string): Promise<BanRecord | undefined> =>
      this.#shelves.get(BANS, peer, readBan, signal)
    try {
      const changes = await Promise.all([
        this.#bans.batch(bans, stored),
        this.#peers.batch(peers, signal)
      ])
      await this.#shelves.write([...removals, ...changes.flat()], signal)
    } catch (error) {
      this.#bans.giveBack(bans)
      this.#peers.giveBack(peers)
      this.#saving.ended(error)
      return false
    }
    this.#bans.written(bans)
    this.#peers.written(peers)
    this.#writtenAt = this.#init.clock.epoch()
    this.#saving.ended(undefined)
    return true
  }

  #lookLater(): void {
    const { clock, memory } = this.#init
    this.#look = clock.after(memory.refreshInterval, () => void this.#lookAtBans())
  }

  /** What have other nodes said? */
  async #lookAtBans(): Promise<void> {
    const { clock, maxBans } = this.#init
    const bans = await inTime(clock, WRITE_TIMEOUT, async (signal) =>
      this.#shelves.read(BANS, readBan, 2 * maxBans, signal)
    )
    if (!this.#isOpen) return
    if (this.#reading.ended(bans.fault)) this.#writing.hasHope()
    this.#compare(bans)
    this.#writing.changed()
    this.#lookLater()
  }

  #compare(bans: Reading<BanRecord>): void {
    const over = this.#bans.compare(bans, this.#init.clock.epoch())
    this.#removals = over.map((peer) => [BANS, peer, undefined])
  }

  /** One line for all that was skipped. */
  #report(...readings: readonly Reading<unknown>[]): void {
    const skipped = new Map<string, number>()
    for (const [kind, count] of readings.flatMap((reading) => [...reading.skipped])) {
      skipped.set(kind, (skipped.get(kind) ?? 0) + count)
    }
    const kinds = [...skipped].map(([kind, count]) => `${count} ${kind}`)
    if (kinds.length > 0)
      this.#init.log.error('records in the datastore skipped: %s', kinds.join(', '))
  }
}

/** The peer that was good last comes last, so that it is the last to be given up. */
const byGoodness = (
  [, { goodAt: a = 0 }]: readonly [PeerId, PeerRecord],
  [, { goodAt: b = 0 }]: readonly [PeerId, PeerRecord]
): number => a - b
