import type { Patience } from './patience.ts'
import type { Role } from '../../index.ts'
import type { PeerId, Stream } from '@libp2p/interface'

/** What is read of the bytes that have come so far, and where the next reading begins. */
export interface Taken<T> {
  readonly value: T
  readonly end: number
}

/**
 * One end of a stream in the hands of a script: it writes bytes as they are, and reads them piece by piece.
 */
export class Line {
  readonly stream: Stream
  readonly role: Role
  /** The other side. */
  readonly peerId: PeerId
  readonly #patience: Patience
  #bytes = new Uint8Array(0)
  #isOver = false

  constructor(stream: Stream, role: Role, peerId: PeerId, patience: Patience) {
    this.stream = stream
    this.role = role
    this.peerId = peerId
    this.#patience = patience
    stream.addEventListener('message', ({ data }) => {
      this.#bytes = new Uint8Array([...this.#bytes, ...data.subarray()])
    })
    const end = (): void => {
      this.#isOver = true
    }
    stream.addEventListener('close', end)
    stream.addEventListener('remoteCloseWrite', end)
    // it may have come to an end before anybody listened
    if (stream.status !== 'open' || stream.remoteWriteStatus === 'closed') end()
  }

  /** Everything that has come and was not taken yet. */
  get untaken(): Uint8Array {
    return this.#bytes
  }

  /** Has the other side hung up, or closed its end? */
  get isOver(): boolean {
    return this.#isOver
  }

  /** Sends bytes as they are. False if the other side has hung up. */
  write(...pieces: Uint8Array[]): boolean {
    try {
      this.stream.send(joined(...pieces))
      return true
    } catch {
      return false
    }
  }

  /** The next thing that can be read; undefined if the other side has hung up before it was whole. */
  async take<T>(read: (bytes: Uint8Array) => Taken<T> | undefined): Promise<T | undefined> {
    let taken = read(this.#bytes)
    await this.#patience.until(() => {
      taken ??= read(this.#bytes)
      return taken !== undefined || this.#isOver
    }, 'an answer')
    if (taken === undefined) return undefined
    this.#bytes = this.#bytes.slice(taken.end)
    return taken.value
  }

  /** Waits until the other side has hung up. */
  async ended(): Promise<void> {
    await this.#patience.until(() => this.#isOver, 'the end of the stream')
  }

  /** Closes our end in good order. */
  async close(): Promise<void> {
    await this.stream.close().catch(() => {})
  }

  reset(): void {
    this.stream.abort(new Error('reset by the script'))
  }
}

/** One after the other. */
export function joined(...pieces: Uint8Array[]): Uint8Array {
  const bytes = new Uint8Array(pieces.reduce((sum, { byteLength }) => sum + byteLength, 0))
  let offset = 0
  for (const piece of pieces) {
    bytes.set(piece, offset)
    offset += piece.byteLength
  }
  return bytes
}

/** Is the one a piece of the other? */
export function contains(bytes: Uint8Array, piece: Uint8Array): boolean {
  return bytes.some((_, at) => piece.every((byte, i) => bytes[at + i] === byte))
}
