import { headlineOf } from '../printable.ts'
import { MOST_PENDING, STATUS_INTERVAL } from './limits.ts'
import { eventOf, linesEvent } from './server-sent.ts'
import { Seat } from './seat.ts'
import type { Inspectable } from '../inspectable.ts'
import type { Entry } from '../recorder/entry.ts'
import type { TokenBucket } from '../../machines/token-bucket.ts'
import type { News } from './seat.ts'
import type { Viewer } from './viewer.ts'

/**
 * A node that is looked at. It is followed while somebody looks, and costs nothing otherwise: what happens is
 * kept until the next beat, written once, and handed to everybody.
 */
export class LiveNode {
  readonly #node: number
  readonly #shown: Inspectable
  readonly #seats = new Set<Seat>()
  #pending: Entry[] = []
  /** Entries that came after `#pending` was full. */
  #dropped = 0
  #unfollow: (() => void) | undefined
  /** Has the node stopped, and do viewers know? */
  #isStopped = false
  #hasEnded = false
  #statusAt = -Infinity
  #status = ''

  constructor(node: number, shown: Inspectable) {
    this.#node = node
    this.#shown = shown
  }

  /** Somebody looks from now on. The returned function ends it. */
  seat(viewer: Viewer, budget: TokenBucket, now: number): () => void {
    // what is pending is in the beginning already
    this.#publish(now)
    const seat = new Seat({
      viewer,
      node: this.#node,
      budget,
      begin: (past) => this.#shown.begin({ past })[Symbol.iterator](),
      onFault: (error) => this.#fail(error)
    })
    this.#seats.add(seat)
    this.#contained(() => {
      this.#unfollow ??= this.#shown.follow((entry) => this.#keep(entry))
      seat.begin(now, true)
      viewer.send(linesEvent(this.#node, [this.#shown.status()]))
      if (this.#hasEnded) viewer.send(eventOf('ended', { node: this.#node }))
    })
    return () => this.#leave(seat)
  }

  /** Tells everybody what has happened. */
  beat(now: number): void {
    this.#publish(now)
    if (this.#unfollow === undefined) return
    this.#contained(() => {
      for (const seat of this.#seats) {
        if (!seat.catchUp(now)) continue
        seat.viewer.send(linesEvent(this.#node, [this.#shown.status()]))
      }
      if (now - this.#statusAt >= STATUS_INTERVAL) this.#tellStatus(now)
    })
  }

  #keep(entry: Entry): void {
    if (entry.type === 'mode') this.#isStopped = entry.to === 'stopped'
    if (this.#pending.length < MOST_PENDING) this.#pending.push(entry)
    else this.#dropped++
  }

  #publish(now: number): void {
    if (this.#pending.length === 0) return
    const entries = this.#pending
    const dropped = this.#dropped
    this.#pending = []
    this.#dropped = 0
    this.#contained(() => {
      const hasStarted = this.#hasEnded && !this.#isStopped
      if (hasStarted) {
        for (const seat of this.#seats) seat.begin(now, false)
      } else {
        const news = this.#newsOf(entries, dropped)
        for (const seat of this.#seats) seat.tell(news, now)
      }
      if (this.#isStopped && !this.#hasEnded) {
        this.#tellStatus(now)
        this.#tellAll(eventOf('ended', { node: this.#node }))
      }
      this.#hasEnded = this.#isStopped
    })
  }

  #newsOf(entries: readonly Entry[], dropped: number): News {
    const decisions = entries.length + dropped
    const isHeard = [...this.#seats].some((seat) => !seat.isBehind)
    if (dropped > 0 || !isHeard) return { decisions, event: undefined }
    const lines = entries.map((entry) => this.#shown.lineOf(entry))
    return { decisions, event: linesEvent(this.#node, lines) }
  }

  #tellStatus(now: number): void {
    this.#statusAt = now
    const line = this.#shown.status()
    // the time at its head is another one every time
    const status = line.slice(line.indexOf('"mode"'))
    if (status === this.#status) return
    this.#status = status
    this.#tellAll(linesEvent(this.#node, [line]))
  }

  #tellAll(event: Buffer): void {
    for (const { viewer } of this.#seats) viewer.send(event)
  }

  #leave(seat: Seat): void {
    this.#seats.delete(seat)
    if (this.#seats.size === 0) this.#rest()
  }

  /** Nobody looks any more, or nothing can be seen. */
  #rest(): void {
    this.#pending = []
    this.#dropped = 0
    this.#isStopped = false
    this.#hasEnded = false
    const unfollow = this.#unfollow
    this.#unfollow = undefined
    if (unfollow !== undefined) this.#contained(unfollow)
  }

  /** The node, or the application's own redaction, fails to be shown: viewers are told, and nothing else suffers. */
  #fail(error: unknown): void {
    const message = `This node cannot be shown: ${headlineOf(error)}`
    this.#tellAll(eventOf('problem', { node: this.#node, message }))
    this.#seats.clear()
    this.#rest()
  }

  #contained(act: () => void): void {
    try {
      act()
    } catch (error) {
      this.#fail(error)
    }
  }
}
