import type { ClientHttp2Stream } from 'node:http2'

type Result = IteratorResult<Uint8Array, undefined>

/**
 * Gives a response an iterator that reads it to its end.
 *
 * Node's own, from 24.20 and 26.3 on, reports a premature close when the whole response is buffered before it is
 * read (nodejs/node issue 65677). Over a libp2p stream that is the rule: all frames of one message
 * of the muxer are handed over in one turn, and up to half of all unary calls fail.
 */
export function readToEnd(response: ClientHttp2Stream): ClientHttp2Stream {
  const reader = new ResponseReader(response)
  Object.defineProperty(response, Symbol.asyncIterator, { value: () => reader, configurable: true })
  return response
}

/**
 * Reads by `read()` and the `readable` event, so that the stream's buffer and the window bound what is stored.
 * Hears the end and the error from the moment of the request: one that comes before the first read is not
 * missed. One `next()` at a time, as connect's protocols ask it.
 */
class ResponseReader implements AsyncIterableIterator<Uint8Array> {
  readonly #response: ClientHttp2Stream
  #isReading = false
  #isClosed = false
  #error: Error | undefined
  // the `next()` that waits for something to happen
  #waiting: (() => void) | undefined

  constructor(response: ClientHttp2Stream) {
    this.#response = response
    response.on('error', (err: Error) => {
      this.#error = err
      this.#wake()
    })
    response.on('end', this.#wake)
    response.on('close', () => {
      this.#isClosed = true
      this.#wake()
    })
  }

  [Symbol.asyncIterator](): this {
    return this
  }

  async next(): Promise<Result> {
    // not before: a stream that somebody listens to is held back until it is read
    if (!this.#isReading) this.#response.on('readable', this.#wake)
    this.#isReading = true
    for (;;) {
      const chunk = this.#response.read() as Uint8Array | null
      if (chunk !== null) return { done: false, value: chunk }
      if (this.#error !== undefined) throw this.#error
      if (this.#response.readableEnded) return { done: true, value: undefined }
      if (this.#isClosed) throw prematureClose()
      await new Promise<void>((resolve) => {
        this.#waiting = resolve
      })
    }
  }

  async return(): Promise<Result> {
    this.#response.destroy()
    return { done: true, value: undefined }
  }

  readonly #wake = (): void => {
    this.#waiting?.()
    this.#waiting = undefined
  }
}

/** Node's words for it, and its code. */
function prematureClose(): Error {
  return Object.assign(new Error('Premature close'), { code: 'ERR_STREAM_PREMATURE_CLOSE' })
}
