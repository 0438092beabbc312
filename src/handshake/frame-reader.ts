import { FrameParser } from './frame-parser.ts'
import type { MessageStream, Stream, StreamMessageEvent } from '@libp2p/interface'

/** A stream, or a connection before its muxer, which may not say what each of its ends does. */
export type LineStream = MessageStream & Partial<Pick<Stream, 'writeStatus' | 'remoteWriteStatus'>>

/**
 * How the peer's side of a stream ended: `eof`, closed between two frames; `truncated`, closed within
 * one; `reset`, aborted by either side or gone with its connection.
 */
export type FrameEnd = 'eof' | 'truncated' | 'reset'

/** Who hears of what a reader reads. None of them may throw. */
export interface FrameHandlers {
  /** One frame's body, in an array of its own. Called within the stream's `message` event. */
  onFrame(body: Uint8Array): void

  /** The peer broke the framing. The last thing a reader says. */
  onViolation(detail: string): void

  /** The peer's side ended, after every frame that came before. The last thing a reader says. */
  onEnd(end: FrameEnd): void
}

/**
 * Reads the frames of one stream, from whatever has already arrived when it is started. It never
 * buffers more than one frame; after a violation, an end or `stop()` it has left the stream, so that
 * further input costs nothing here.
 */
export class FrameReader {
  readonly #stream: LineStream
  readonly #handlers: FrameHandlers
  readonly #parser = new FrameParser()
  #reading = false // start -> violation | end | stop
  #finished = false // the peer closed its writing end
  #gone = false // the stream closed or was reset
  // Data in the order of its arrival, the first being read: a handler that sends over a transport
  // without delay may be answered before it returns.
  #unread: Array<StreamMessageEvent['data']> = []
  #consumed = 0

  constructor(stream: LineStream, handlers: FrameHandlers) {
    this.#stream = stream
    this.#handlers = handlers
  }

  /** Begins to read. Nothing is reported within the call. */
  start(): void {
    const stream = this.#stream
    this.#reading = true
    stream.addEventListener('message', this.#onMessage)
    stream.addEventListener('remoteCloseWrite', this.#onRemoteCloseWrite)
    stream.addEventListener('close', this.#onClose)
    // What happened before has no event any more. A stream that is closed without our having closed
    // our end went down with its connection, whatever its status says of the remote's end.
    if (stream.status !== 'open') this.#onClose()
    else if (stream.remoteWriteStatus === 'closed') this.#onRemoteCloseWrite()
  }

  /** The peer has said its last word: any further byte is a violation. */
  seal(): void {
    this.#parser.seal()
  }

  /** Leaves the stream. No handler is called any more. Safe to call twice, and within a handler. */
  stop(): void {
    this.#reading = false
    this.#stream.removeEventListener('message', this.#onMessage)
    this.#stream.removeEventListener('remoteCloseWrite', this.#onRemoteCloseWrite)
    this.#stream.removeEventListener('close', this.#onClose)
  }

  /**
   * Leaves the stream as if the frame that is being handled, and what came after it, had not been read
   * yet: whoever reads next begins with it. Only within `onFrame`.
   */
  putBack(body: Uint8Array): void {
    this.handOn()
    const header = new Uint8Array([body.byteLength >> 8, body.byteLength & 0xff])
    this.#stream.unshift(body)
    this.#stream.unshift(header)
  }

  /** Leaves the stream as if what came after the last frame had not been read yet. */
  handOn(): void {
    this.stop()
    const [current, ...later] = this.#unread
    for (const data of later.toReversed()) this.#stream.unshift(data)
    if (current !== undefined) this.#stream.unshift(current.subarray(this.#consumed))
  }

  readonly #onMessage = (event: StreamMessageEvent): void => {
    this.#unread.push(event.data)
    if (this.#unread.length > 1) return
    for (let data = this.#unread[0]; data !== undefined; data = this.#unread[0]) {
      this.#consumed = 0
      for (const chunk of data instanceof Uint8Array ? [data] : data) {
        if (!this.#reading) break
        this.#read(chunk)
      }
      this.#unread.shift()
    }
    this.#endSoon()
  }

  #read(chunk: Uint8Array): void {
    let offset = 0
    while (this.#reading && offset < chunk.byteLength) {
      const step = this.#parser.take(chunk, offset)
      this.#consumed += step.offset - offset
      offset = step.offset
      if (step.kind === 'frame') {
        this.#handlers.onFrame(step.body)
      } else if (step.kind === 'violation') {
        this.stop()
        this.#handlers.onViolation(step.detail)
      }
    }
  }

  readonly #onRemoteCloseWrite = (): void => {
    this.#finished = true
    this.#endSoon()
  }

  readonly #onClose = (): void => {
    this.#gone = true
    this.#endSoon()
  }

  // An end is announced before data that is still buffered, and yamux announces it before the data of
  // the very frame that carries it: so it is believed a microtask later, when nothing is left to read.
  #endSoon(): void {
    if (!this.#finished && !this.#gone) return
    queueMicrotask(() => {
      if (!this.#reading || this.#stream.readBufferLength > 0) return
      this.stop()
      if (!this.#finished) this.#handlers.onEnd('reset')
      else this.#handlers.onEnd(this.#parser.midFrame ? 'truncated' : 'eof')
    })
  }
}
