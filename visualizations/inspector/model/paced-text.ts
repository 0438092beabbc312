/** What a browser's `File` is, as far as it is read here. */
export interface TextFile {
  readonly name: string
  readonly size: number
  stream(): ReadableStream<Uint8Array<ArrayBuffer>>
}

export interface Pace {
  /** Milliseconds. */
  now(): number
  /** Resolves when the page has had its turn. */
  rest(): Promise<void>
}

/** Milliseconds of work after which the page gets its turn: half of a frame. */
const STINT = 8

/** Characters that are handed on at once: so few that they are worked through in a stint. */
const PIECE = 8_192

/**
 * The text of a file in small pieces, between which the page gets its turn, so that it moves whatever the
 * file is.
 *
 * @param onRead - Is told of the bytes that were read
 */
export async function* pacedText(
  file: TextFile,
  pace: Pace,
  signal: AbortSignal,
  onRead: (bytes: number) => void
): AsyncGenerator<string> {
  const decoder = new TextDecoder()
  const reader = file.stream().getReader()
  let begun = pace.now()
  let read = 0
  try {
    for (;;) {
      const { done, value } = await reader.read()
      const text = done ? decoder.decode() : decoder.decode(value, { stream: true })
      for (let at = 0; at < text.length; at += PIECE) {
        yield text.slice(at, at + PIECE)
        if (pace.now() - begun >= STINT) {
          await pace.rest()
          begun = pace.now()
        }
        if (signal.aborted) return
      }
      if (done) return
      read += value.length
      onRead(read)
    }
  } finally {
    await reader.cancel()
  }
}
