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
    let found = this.#found
    try {
      const stream = createReadStream(this.#path, { encoding: 'utf8', signal })
      const met = await tellLines(viewer, textLines(stream), basename(this.#path))
      found = met ?? found
    } catch (error) {
      found = { line: 0, message: `The file cannot be read any more: ${(error as Error).message}` }
    }
    if (found !== undefined) await hand(viewer, eventOf('problem', { node: 0, ...found }))
    await hand(viewer, eventOf('ended', { node: 0 }))
  }
}

/** Tells line after line, as far as they are what they should be. The problem is where they are not. */
async function tellLines(
  viewer: Viewer,
  lines: AsyncIterable<TextLine>,
  name: string
): Promise<RecordingProblem | undefined> {
  let number = 0
  let slice: string[] = []
  let length = 0
  let problem: RecordingProblem | undefined
  for await (const { text, isWhole } of lines) {
    number++
    try {
      const line = readLine(text)
      if (number === 1) await hand(viewer, nodesEvent(name, line))
    } catch (error) {
      if (number === 1) await hand(viewer, nodesEvent(name))
      problem = {
        line: number,
        message: isWhole ? printable((error as Error).message, 1_000) : BREAKS_OFF
      }
      break
    }
    // between two words of JSON it means nothing, on the stream it would end a line
    slice.push(`${text.replaceAll('\r', ' ')}\n`)
    length += text.length
    if (length < SLICE) continue
    await hand(viewer, linesEvent(0, slice))
    slice = []
    length = 0
  }
  if (slice.length > 0) await hand(viewer, linesEvent(0, slice))
  return number === 0 ? { line: 1, message: 'Expected a recording, got nothing' } : problem
}

const BREAKS_OFF =
  'The last line breaks off, as when the process that wrote it was killed: it was left out'

function nodesEvent(name: string, line?: RecordedLine): Buffer {
  const peer = line?.type === 'recording' ? line.node : ''
  const nodes = [{ name: printable(name, 80), peer }]
  return eventOf('nodes', { version: VERSION, isRecording: true, nodes })
}
