import { BUDGET, MOST_WAITING } from './limits.ts'
import { eventOf } from './server-sent.ts'
import type { TokenBucket } from '../../machines/token-bucket.ts'
import type { Viewer } from './viewer.ts'

/** What happened at a node between two looks. */
export interface News {
  readonly decisions: number
  /** As an event of the stream; undefined if too much happened for anybody to be told. */
  readonly event: Buffer | undefined
}

interface SeatInit {
  readonly viewer: Viewer
  readonly node: number
  /** What the viewer may be sent, of all nodes together. */
  readonly budget: TokenBucket
  /** The node's beginning, as of now. */
  readonly begin: (past: boolean) => Iterator<string>
  /** The beginning could not be read. */
  readonly onFault: (error: unknown) => void
}

/**
 * What one viewer has been told of one node. Whoever cannot be told everything is told nothing of it until
 * there is room again, and then how much was left out, and how all is by now.
 */
export class Seat {
  readonly #init: SeatInit
  /** Decisions that were left out since the viewer fell behind; undefined if it has not. */
  #left: number | undefined = undefined
  /** When the next beginning may follow, by what the last one weighed. */
  #nextAt = -Infinity

  constructor(init: SeatInit) {
    this.#init = init
  }

  get viewer(): Viewer {
    return this.#init.viewer
  }

  get isBehind(): boolean {
    return this.#left !== undefined
  }

  /** Tells all of the node: what it remembers, if it may, or how it is now. */
  begin(now: number, past: boolean): void {
    const { viewer, node, begin, onFault } = this.#init
    this.#left = undefined
    this.#nextAt = now
    viewer.begin({
      node,
      lines: begin(past),
      onSlice: (bytes) => (this.#nextAt += (bytes * 1_000) / BUDGET.perSecond),
      onFault
    })
  }

  /** Tells what happened, or counts it. */
  tell({ event, decisions }: News, now: number): void {
    if (this.#left !== undefined) {
      this.#left += decisions
    } else if (event !== undefined && this.#hasRoom(event.length, now)) {
      this.#init.viewer.send(event)
    } else {
      this.#left = decisions
    }
  }

  /** Begins anew if something was left out and there is room by now. True if it does. */
  catchUp(now: number): boolean {
    const { viewer, node, budget } = this.#init
    if (this.#left === undefined || now < this.#nextAt) return false
    if (!viewer.isIdle || !budget.isFull(now)) return false
    viewer.send(eventOf('behind', { node, decisions: this.#left }))
    this.begin(now, false)
    return true
  }

  #hasRoom(bytes: number, now: number): boolean {
    const { viewer, budget } = this.#init
    return viewer.waiting + bytes <= MOST_WAITING && budget.take(now, bytes)
  }
}
