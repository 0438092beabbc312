import { readFileSync } from 'node:fs'
import { Session } from 'node:inspector'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import type { Profiler } from 'node:inspector'

const ROOT = join(import.meta.dirname, '../..')

/**
 * Which blocks of some files have run, as V8 counts them. Asking takes about half a millisecond, so one asks
 * after a batch of inputs.
 */
export class Coverage {
  readonly #session = new Session()
  readonly #files: ReadonlyMap<string, string>
  readonly #seen = new Set<string>()

  /** @param files - from the root of the project */
  constructor(files: readonly string[]) {
    this.#files = new Map(files.map((file) => [pathToFileURL(join(ROOT, file)).href, file]))
    this.#session.connect()
    this.#session.post('Profiler.enable')
    this.#session.post('Profiler.startPreciseCoverage', { callCount: true, detailed: true })
  }

  /** Blocks, and ways through functions, that were ever seen. */
  get size(): number {
    return this.#seen.size
  }

  /** Asks what has run since it was asked last: that of it which was never seen before. */
  news(): string[] {
    const blocks = this.#ask().flatMap(({ url, functions }) =>
      this.#files.has(url)
        ? functions.flatMap(({ ranges }) => ranges.map((range) => ({ url, ...range })))
        : []
    )
    // that a block was passed by is a way through its function, too
    return blocks
      .map(
        ({ url, startOffset, endOffset, count }) =>
          `${url} ${startOffset} ${endOffset} ${count > 0}`
      )
      .filter((block) => !this.#seen.has(block))
  }

  see(blocks: readonly string[]): void {
    for (const block of blocks) this.#seen.add(block)
  }

  /** Sees what has run since it was asked last. True if something of it was new. */
  take(): boolean {
    const news = this.news()
    this.see(news)
    return news.length > 0
  }

  /** Forgets what was seen. */
  clear(): void {
    this.take()
    this.#seen.clear()
  }

  /** Of what has run since it was asked last: the share of the lines of each file's functions. */
  lines(): LineCoverage[] {
    return this.#ask().flatMap((script) => {
      const file = this.#files.get(script.url)
      // what is generated is not read by people
      return file?.endsWith('.ts') === true ? [linesOf(file, script.functions)] : []
    })
  }

  stop(): void {
    this.#session.post('Profiler.stopPreciseCoverage')
    this.#session.disconnect()
  }

  #ask(): Profiler.ScriptCoverage[] {
    let scripts: Profiler.ScriptCoverage[] = []
    // answered before it returns
    this.#session.post('Profiler.takePreciseCoverage', (error, { result }) => {
      if (error !== null) throw error
      scripts = result
    })
    return scripts
  }
}

/** How much of a file's functions has run. */
export interface LineCoverage {
  readonly file: string
  readonly run: number
  readonly all: number
  /** Numbers of the other lines. */
  readonly missed: readonly number[]
}

/**
 * Counts the lines of functions that were entered, and of functions inside them. One that was not, and that
 * is in none, V8 does not report: it is not for this target to reach.
 */
function linesOf(file: string, functions: readonly Profiler.FunctionCoverage[]): LineCoverage {
  const text = readFileSync(join(ROOT, file), 'utf8')
  const counts = new Map<number, boolean>()
  for (const range of functions.flatMap(({ ranges }) => ranges)) {
    for (const line of linesBetween(text, range.startOffset, range.endOffset)) {
      counts.set(line, range.count > 0)
    }
  }
  const missed = [...counts].filter(([, hasRun]) => !hasRun).map(([line]) => line)
  return {
    file,
    all: counts.size,
    run: counts.size - missed.length,
    missed: missed.toSorted((a, b) => a - b)
  }
}

/** Numbers of the lines whose code is wholly within the offsets. */
function linesBetween(text: string, start: number, end: number): number[] {
  const lines: number[] = []
  let number = 1
  let from = 0
  for (const line of text.split('\n')) {
    const indent = line.length - line.trimStart().length
    const isCode = line.trim() !== '' && !/^[}\]);,]*$/.test(line.trim())
    if (isCode && from + indent >= start && from + line.trimEnd().length <= end) lines.push(number)
    number++
    from += line.length + 1
  }
  return lines
}
