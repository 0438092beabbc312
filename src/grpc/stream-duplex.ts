import { Duplex } from 'node:stream'
import { Uint8ArrayList } from 'uint8arraylist'
import { lost, StreamLostError } from './stream-lost-error.ts'
import type { Cancel, Clock } from '../clock.ts'
import type { Stream } from '@libp2p/interface'

/** Milliseconds for which a side that has ended waits for the other one's end. */
const LINGER_TIMEOUT = 10_000

/**
 * Milliseconds for which a write waits for room. HTTP/2 reads at all times, whatever its calls do: a peer that
 * takes nothing for a minute does not speak it any more.
 */
const STALL_TIMEOUT = 60_000

/** Streams in these states carry nothing any more. */
const OVER: readonly Stream['status'][] = ['closed', 'reset', 'aborted']

type Callback = (err?: Error | null) => void

export interface StreamDuplexInit {
  /**
   * A stream, or how to get one. It is called once, at once; nobody else may read or write the stream.
   * The signal fires if the duplex is destroyed first.
   */
  stream: Stream | ((signal: AbortSignal) => Promise<Stream>)

  /** Bytes that may be read ahead while the reader rests; more than the remote may send unasked. */
  maxReadBufferLength: number

  /**
   * True if the remote must not end before we do: its end is a loss then. The end of a server that has not
   * answered says nothing to a call; a loss does.
   */
  outlives?: boolean | undefined

  clock: Clock
}

/**
 * A libp2p stream as the Duplex that HTTP/2 runs on.
 *
 * - Reading: what the reader does not take pauses the stream, and the muxer's window holds the remote. The
 *   listener is there from the first moment, because a stream without one is not paused: it fills up.
 * - Writing: a write is done when the stream takes more. It waits for the `drain` event, not for
 *   `onDrain()`, whose promise stays resolved after the first time; and a minute at most.
 * - Ending: each way for itself. Who has ended waits ten seconds for the other's end, then resets.
 * - Failing: every other end, of either side, destroys it with `StreamLostError`; destroying it resets the
 *   stream, or gives up opening it.
 */
export class StreamDuplex extends Duplex {
  /** Resolves when it is closed, and everybody has heard of it. */
  readonly ended = new Promise<void>((resolve) => this.once('close', () => resolve()))

  readonly #init: StreamDuplexInit
  readonly #opening = new AbortController()
  #stream: Stream | undefined
  // what Node said to the last push: it will ask for more, and until then wants none
  #isFull = false
  #isResuming = false
  // the write that waits for room in the stream; whoever takes it out calls it
  #blocked: Callback | undefined
  #blockedSince = 0
  // born with a write that waits, dies when it fires and none does, or with the duplex
  #cancelStall: Cancel | undefined
  // born with our end, dies with the duplex
  #cancelLinger: Cancel | undefined
  // the remote has ended too early, and there are bytes of it left to read
  #loss: StreamLostError | undefined

  constructor(init: StreamDuplexInit) {
    super({ allowHalfOpen: true, emitClose: true })
    this.#init = init
    // at once, not when Node gets to it: until then the stream would fill up, or end, unheard
    if (typeof init.stream !== 'function') this.#attach(init.stream)
  }

  override _construct(callback: Callback): void {
    const { stream } = this.#init
    if (typeof stream === 'function') void this.#open(stream, callback)
    else callback()
  }

  override destroy(error?: Error): this {
    this.#opening.abort(error)
    return super.destroy(error)
  }

  override _read(): void {
    const stream = this.#stream
    if (this.#loss !== undefined) this.destroy(this.#loss)
    else if (stream?.readStatus === 'paused') this.#resume(stream)
  }

  override _write(chunk: Uint8Array, _encoding: BufferEncoding, callback: Callback): void {
    this.#send(chunk, callback)
  }

  // all that has come together goes in one message: one frame of the muxer, and few of the encryption
  override _writev(chunks: { chunk: Uint8Array }[], callback: Callback): void {
    this.#send(new Uint8ArrayList(...chunks.map(({ chunk }) => chunk)), callback)
  }

  override _final(callback: Callback): void {
    const { clock } = this.#init
    this.#cancelLinger = clock.after(LINGER_TIMEOUT, () => {
      this.destroy(new StreamLostError('The peer did not end the stream'))
    })
    void this.#end(callback)
  }

  override _destroy(error: Error | null, callback: Callback): void {
    this.#cancelLinger?.()
    this.#cancelStall?.()
    this.#detach(error ?? new StreamLostError('The stream was given up'))
    callback(error)
  }

  async #open(open: (signal: AbortSignal) => Promise<Stream>, callback: Callback): Promise<void> {
    try {
      const stream = await open(this.#opening.signal)
      if (this.destroyed) stream.abort(new StreamLostError('Nobody waits for the stream any more'))
      else this.#attach(stream)
      callback()
    } catch (err) {
      callback(err as Error)
    }
  }

  async #end(callback: Callback): Promise<void> {
    try {
      await this.#stream?.close()
      callback()
    } catch (err) {
      callback(lost(err))
    }
  }

  #attach(stream: Stream): void {
    this.#stream = stream
    stream.maxReadBufferLength = Math.max(
      stream.maxReadBufferLength,
      this.#init.maxReadBufferLength
    )
    stream.addEventListener('message', this.#onMessage)
    stream.addEventListener('drain', this.#onDrain)
    stream.addEventListener('end', this.#onEnd)
    stream.addEventListener('close', this.#onClose)
    // a stream can be over when it is handed out; it will not say so again
    if (OVER.includes(stream.status)) this.#fail(lost())
    else if (stream.readableEnded) this.#onEnd()
  }

  #detach(reason: Error): void {
    const stream = this.#stream
    if (stream === undefined) return
    stream.removeEventListener('message', this.#onMessage)
    stream.removeEventListener('drain', this.#onDrain)
    stream.removeEventListener('end', this.#onEnd)
    stream.removeEventListener('close', this.#onClose)
    this.#unblock(reason)
    if (!OVER.includes(stream.status)) stream.abort(reason)
  }

  #send(data: Uint8Array | Uint8ArrayList, callback: Callback): void {
    try {
      // there is a stream: Node does not write before it is constructed
      if (this.#stream?.send(data) === false) this.#block(callback)
      else callback()
    } catch (err) {
      callback(lost(err))
    }
  }

  #block(callback: Callback): void {
    const { clock } = this.#init
    this.#blocked = callback
    this.#blockedSince = clock.now()
    // one deadline for many writes: it looks how long the last has been waiting when it fires
    if (this.#cancelStall === undefined) this.#watchStall(STALL_TIMEOUT)
  }

  #watchStall(delay: number): void {
    const { clock } = this.#init
    this.#cancelStall = clock.after(delay, () => {
      this.#cancelStall = undefined
      if (this.#blocked === undefined) return
      const left = this.#blockedSince + STALL_TIMEOUT - clock.now()
      if (left > 0) this.#watchStall(left)
      else this.#fail(new StreamLostError('The peer takes nothing'))
    })
  }

  #unblock(err?: Error): void {
    const callback = this.#blocked
    this.#blocked = undefined
    callback?.(err)
  }

  #fail(err: StreamLostError): void {
    this.#unblock(err)
    this.destroy(err)
  }

  /**
   * Resuming hands over what the stream holds, and only then tells the muxer. A pause in between is undone by that:
   * the stream would say that it is paused, and the window would go on opening.
   */
  #resume(stream: Stream): void {
    this.#isFull = false
    this.#isResuming = true
    try {
      stream.resume()
    } catch (err) {
      // it writes, which on a connection that is just breaking may fail
      this.#fail(lost(err))
    }
    this.#isResuming = false
    this.#pauseIfFull()
  }

  #pauseIfFull(): void {
    if (this.#isFull && this.#stream?.readStatus === 'readable') this.#stream.pause()
  }

  readonly #onMessage = ({ data }: { data: Uint8Array | Uint8ArrayList }): void => {
    for (const chunk of data instanceof Uint8Array ? [data] : data) this.#isFull = !this.push(chunk)
    if (!this.#isResuming) this.#pauseIfFull()
  }

  readonly #onDrain = (): void => {
    // the stream sends what it holds in a microtask of its own, which is before this one; only when all of
    // it is gone is there room. A window that opens by single bytes does not make us store more
    queueMicrotask(() => {
      if (this.#stream?.writableNeedsDrain === false) this.#unblock()
    })
  }

  readonly #onEnd = (): void => {
    if (this.#init.outlives !== true || this.writableEnded) {
      this.push(null)
      return
    }
    this.#loss = lost()
    if (this.readableLength === 0) this.destroy(this.#loss)
  }

  readonly #onClose = ({ error }: { error?: Error }): void => {
    // both have ended, and what is left can still be read
    if (error === undefined && this.writableEnded && this.#blocked === undefined) return
    this.#fail(lost(error))
  }
}
