import { createReadStream } from 'node:fs'
import { replayRecording } from '../inspector/replay.ts'
import { nameOf, printable } from '../printable.ts'
import type { RecordingProblem } from '../inspector/recorded-file.ts'

/** What a replay of a recording has come to. */
export interface Verdict {
  /** In a sentence. */
  readonly words: string
  /** Absent if the same states came out. */
  readonly problem?: RecordingProblem
}

/**
 * Runs the recording in the file through the charts again.
 *
 * @throws what reading the file throws
 */
export async function verdictOf(path: string): Promise<Verdict> {
  try {
    const { decisions, divergence, isTorn } = await replayRecording(
      createReadStream(path, { encoding: 'utf8' })
    )
    if (divergence !== undefined) {
      const { line, what, recorded, replayed } = divergence
      const [was, is] = [recorded, replayed].map((value) => value ?? 'nothing')
      const words = `Expected "${what}" to be ${is}, as the charts have it, got ${was}`
      return problemOf(line, words, false)
    }
    const count = decisions.toLocaleString('en')
    const torn = isTorn ? '; the last line breaks off and was left out' : ''
    return { words: `${count} decisions replay to the same states${torn}` }
  } catch (error) {
    if (nameOf(error) !== 'RecordingError') throw error
    const { line, message } = error as Error & { line: number }
    return problemOf(line, message.replace(/^In line \d+: /, ''), true)
  }
}

/** What is quoted is somebody else's, and must not rewrite the terminal. */
function problemOf(line: number, text: string, isEnd: boolean): Verdict {
  const message = printable(text, 1_000)
  return {
    words: `In line ${line.toLocaleString('en')}: ${message}`,
    problem: { line, message, isEnd }
  }
}
