import { createReadStream } from 'node:fs'
import { basename } from 'node:path'
import { printable } from '../printable.ts'
import { SLICE } from './limits.ts'
import { hand } from './hand.ts'
import { readLine } from './read-recording.ts'
import { eventOf, linesEvent } from './server-sent.ts'
import { textLines } from './text-lines.ts'
import { VERSION } from './version.ts'
import type { Exhibit } from './exhibit.ts'
import type { RecordedLine } from './read-recording.ts'
import type { TextLine } from './text-lines.ts'
import type { Viewer } from './viewer.ts'

/** What is wrong with a recording, and in which line. */
export interface RecordingProblem {
  readonly line: number
  readonly message: string
  /** Is nothing shown from this line on, because it is not what it should be? */
  readonly isEnd: boolean
}

/** A recording in a file, read anew for every viewer, no faster than it takes it. */
export class RecordedFile implements Exhibit {
  readonly #path: string
  readonly #found: RecordingProblem | undefined

  /** @param found - What a replay has found, to be told after the lines */
  constructor(path: string, found: RecordingProblem | undefined) {
    this.#path = path
    this.#found = found
  }

  has(node: number): boolean {
    return node === 0
  }

  show(viewer: Viewer): () => void {
    const left = new AbortController()
    void this.#tell(viewer, left.signal)
    return () => left.abort()
  }

  explain(): undefined {
    return undefined
  }

  beat(): void {}

  close(): void {}

  async #tell(viewer: Viewer, signal: AbortSignal): Promise<void> {
    const problems = this.#found === undefined ? [] : [this.#found]
    const end = this.#found?.isEnd === true ? this.#found.line : Infinity
    try {
      const stream = createReadStream(this.#path, { encoding: 'utf8', signal })
      const met = await tellLines(viewer, textLines(stream), basename(this.#path), end)
      if (met !== undefined) problems.push(met)
    } catch (error) {
      const message = `The file cannot be read any more: ${(error as Error).message}`
      problems.push({ line: 0, message, isEnd: true })
    }
    for (const { line, message } of problems) {
      await hand(viewer, eventOf('problem', { node: 0, line, message }))
    }
    await hand(viewer, eventOf('ended', { node: 0 }))
  }
}

/** Tells the lines before `end`, as far as they are what they should be. The problem is where they are not. */
async function tellLines(
  viewer: Viewer,
  lines: AsyncIterable<TextLine>,
  name: string,
  end: number
): Promise<RecordingProblem | undefined> {
  let problem: RecordingProblem | undefined
  let number = 0
  let slice: string[] = []
  let length = 0
  for await (const line of lines) {
    number++
    const read = readOrWords(line)
    if (number === 1) await hand(viewer, nodesEvent(name, read))
    if (number >= end) break
    if (typeof read === 'string') {
      problem = { line: number, message: read, isEnd: true }
      break
    }
    // between two words of JSON it means nothing, on the stream it would end a line
    slice.push(`${line.text.replaceAll('\r', ' ')}\n`)
    length += line.text.length
    if (length < SLICE) continue
    await hand(viewer, linesEvent(0, slice))
    slice = []
    length = 0
  }
  if (number === 0) await hand(viewer, nodesEvent(name, ''))
  if (slice.length > 0) await hand(viewer, linesEvent(0, slice))
  return problem
}

/** What is written on the line, or in words why that cannot be said. */
function readOrWords({ text, isWhole }: TextLine): RecordedLine | string {
  try {
    return readLine(text)
  } catch (error) {
    return isWhole ? printable((error as Error).message, 1_000) : BREAKS_OFF
  }
}

const BREAKS_OFF =
  'The last line breaks off, as when the process that wrote it was killed: it was left out'

function nodesEvent(name: string, line: RecordedLine | string): Buffer {
  const peer = typeof line === 'object' && line.type === 'recording' ? line.node : ''
  const nodes = [{ name: printable(name, 80), peer }]
  return eventOf('nodes', { version: VERSION, isRecording: true, nodes })
}
