import { readLine } from '../../../src/inspector/read-recording.ts'
import { replayRecording } from '../../../src/inspector/replay.ts'
import { textLines } from '../../../src/inspector/text-lines.ts'
import { printable } from '../../../src/printable.ts'
import { pacedText } from './paced-text.ts'
import { Tape } from './tape.ts'
import { verdictOf } from './verdict.ts'
import type { FileFeed } from './feed.ts'
import type { Pace, TextFile } from './paced-text.ts'
import type { Told } from './told.ts'

/** Lines that are told at once. */
const BATCH = 64

/**
 * A recording from disk: read, shown as far as it can be, and replayed. Of a file that somebody else has made nothing
 * is believed, and reading it never keeps the page from moving.
 */
export class RecordingFile {
  readonly tape = new Tape()
  readonly #file: TextFile
  readonly #pace: Pace
  readonly #onChange: () => void
  readonly #reading = new AbortController()
  #feed: FileFeed
  /** Lines that were told to the tape. */
  #told = 0

  /** @param onChange - The feed or the tape has changed */
  constructor(file: TextFile, pace: Pace, onChange: () => void) {
    this.#file = file
    this.#pace = pace
    this.#onChange = onChange
    const name = printable(file.name)
    this.#feed = { state: 'file', name, progress: 0, isReading: true, steps: 0, isTorn: false }
  }

  get feed(): FileFeed {
    return this.#feed
  }

  /** Reads it: once to show it, and once more through the machines. Never rejects. */
  async read(): Promise<void> {
    try {
      await this.#show()
      if (!this.#reading.signal.aborted) await this.#replay()
    } catch (error) {
      this.#change({ problem: printable((error as Error).message) })
    }
    this.#change({ isReading: false })
  }

  /** Reads no further. What was read stays. */
  cancel(): void {
    this.#reading.abort()
  }

  async #show(): Promise<void> {
    const fresh: Told[] = []
    let [number, bytes] = [0, 0]
    // the bytes of a line are known when it is read, and those of its piece only are too many
    const text = this.#text((read) => (bytes = read))
    for await (const { text: line, isWhole } of textLines(text)) {
      number++
      try {
        fresh.push(this.#toldBy(line, number))
      } catch (error) {
        if (!isWhole) {
          this.#change({ isTorn: true })
          break
        }
        this.#tell(fresh, bytes)
        throw inLine(number, error)
      }
      if (fresh.length < BATCH) continue
      this.#tell(fresh, bytes)
    }
    if (number === 0) throw new Error('Expected a recording, got nothing')
    this.#tell(fresh, bytes)
    this.tape.settle(0)
    if (this.tape.isLive) this.tape.standBeforeStop()
  }

  #toldBy(text: string, number: number): Told {
    const line = readLine(text)
    if (number > 1) {
      if (line.type === 'recording') throw new Error('Expected one beginning, got another one')
      return line
    }
    if (line.type !== 'recording') {
      throw new Error(`Expected the head of a recording, got a line of ${line.type}`)
    }
    this.tape.meet([{ name: this.#feed.name, peer: printable(line.node) }])
    return line
  }

  #tell(fresh: Told[], bytes: number): void {
    const lines = fresh.splice(0)
    try {
      if (lines.length > 0) this.tape.tell(0, this.#counted(lines))
    } catch (error) {
      throw inLine(this.#told, error)
    }
    this.#change({ steps: this.tape.end, progress: this.#shareOf(bytes) / 2 })
  }

  *#counted(lines: readonly Told[]): Generator<Told> {
    for (const line of lines) {
      this.#told++
      yield line
    }
  }

  async #replay(): Promise<void> {
    const text = this.#text((bytes) => this.#change({ progress: (1 + this.#shareOf(bytes)) / 2 }))
    const replay = await replayRecording(text)
    // what was cut off by the reader itself is no recording's fault
    if (this.#reading.signal.aborted) return
    this.#change({ verdict: verdictOf(replay), progress: 1 })
  }

  #shareOf(bytes: number): number {
    return Math.min(1, bytes / Math.max(1, this.#file.size))
  }

  #text(onRead: (bytes: number) => void): AsyncGenerator<string> {
    return pacedText(this.#file, this.#pace, this.#reading.signal, onRead)
  }

  #change(change: Partial<FileFeed>): void {
    this.#feed = { ...this.#feed, ...change }
    this.#onChange()
  }
}

const inLine = (line: number, cause: unknown): Error =>
  new Error(`In line ${line}: ${(cause as Error).message}`, { cause })
