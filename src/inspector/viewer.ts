import { COMMENT_INTERVAL, SLICE, STALL } from './limits.ts'
import { COMMENT, linesEvent } from './server-sent.ts'
import type { Clock } from '../clock.ts'
import type { ServerResponse } from 'node:http'

/** A node's beginning: taken when it was asked for, written as the viewer takes it. */
export interface Beginning {
  readonly node: number
  readonly lines: Iterator<string>
  /** Is told the bytes of each slice. */
  readonly onSlice: (bytes: number) => void
  /** Is told what reading it threw: there it ends. */
  readonly onFault: (error: unknown) => void
}

/**
 * One stream of events, to somebody of whom nothing is expected: what waits for a viewer waits here, in
 * order, and goes on when the socket has room. Nobody ever awaits a viewer of live nodes.
 */
export class Viewer {
  readonly #response: ServerResponse
  readonly #clock: Clock
  readonly #queue: (Buffer | Beginning)[] = []
  #waiting = 0
  /** Bytes that were given to the socket, and how many of them it had passed on at the last look. */
  #given = 0
  #taken = 0
  #takenAt: number
  #saidAt: number

  constructor(response: ServerResponse, clock: Clock) {
    this.#response = response
    this.#clock = clock
    this.#takenAt = clock.now()
    this.#saidAt = clock.now()
  }

  /** Bytes that wait on our side, without what beginnings have not written yet. */
  get waiting(): number {
    return this.#waiting
  }

  /** Does nothing wait on our side? */
  get isIdle(): boolean {
    return this.#queue.length === 0
  }

  get isGone(): boolean {
    return this.#response.destroyed || this.#response.writableEnded
  }

  /** Sends it after all that waits. */
  send(event: Buffer): void {
    this.#queue.push(event)
    this.#waiting += event.length
  }

  /** Sends the lines after all that waits, a slice at a time. */
  begin(beginning: Beginning): void {
    this.#queue.push(beginning)
  }

  /**
   * Gives the socket what it has room for: at most one slice of a beginning. Drops a viewer that has taken
   * nothing for ten seconds.
   */
  pump(): void {
    if (this.isGone) return
    const now = this.#clock.now()
    let hasSlice = false
    while (this.#response.writableLength < SLICE) {
      const [head] = this.#queue
      if (head === undefined) break
      if (Buffer.isBuffer(head)) {
        this.#queue.shift()
        this.#waiting -= head.length
        this.#write(head, now)
        continue
      }
      if (hasSlice) break
      hasSlice = true
      this.#writeSlice(head, now)
    }
    if (now - this.#saidAt >= COMMENT_INTERVAL) this.#write(COMMENT, now)
    this.#look(now)
  }

  /**
   * Resolves when the socket has taken what it was given, or the viewer is gone. For who may wait, after a
   * `pump()` that has left something: then there is something in the socket to be taken.
   */
  async room(): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>()
    this.#response.once('drain', resolve).once('close', resolve)
    await promise
    this.#response.off('drain', resolve).off('close', resolve)
  }

  /** Says what waits, as far as it is there, and that nothing follows. */
  end(): void {
    for (const piece of this.#queue) if (Buffer.isBuffer(piece)) this.#response.write(piece)
    this.#queue.length = 0
    this.#response.end()
  }

  /** Ends it at once. */
  drop(): void {
    this.#queue.length = 0
    this.#waiting = 0
    this.#response.destroy()
  }

  #writeSlice(beginning: Beginning, now: number): void {
    const slice: string[] = []
    try {
      const isDone = readSlice(beginning.lines, slice)
      if (isDone) this.#queue.shift()
    } catch (error) {
      this.#queue.shift()
      beginning.onFault(error)
    }
    if (slice.length === 0) return
    const event = linesEvent(beginning.node, slice)
    beginning.onSlice(event.length)
    this.#write(event, now)
  }

  #write(event: Buffer, now: number): void {
    this.#given += event.length
    this.#saidAt = now
    this.#response.write(event)
  }

  #look(now: number): void {
    const { writableLength } = this.#response
    const taken = this.#given - writableLength
    if (writableLength === 0 || taken > this.#taken) {
      this.#taken = taken
      this.#takenAt = now
    } else if (now - this.#takenAt >= STALL) {
      this.drop()
    }
  }
}

/** Is there no more? What there was until then is in `slice`. */
function readSlice(lines: Iterator<string>, slice: string[]): boolean {
  for (let length = 0; length < SLICE;) {
    const next = lines.next()
    if (next.done === true) return true
    slice.push(next.value)
    length += next.value.length
  }
  return false
}
