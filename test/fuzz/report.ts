import type { FuzzReport } from './fuzz.ts'

/** Inputs after which the slope of the heap says something: V8 itself grows as it warms up. */
const TELLING = 20_000

/**
 * Bytes of heap that an input may seem to leave behind. The smallest object has 12 and its place in an array
 * 4; what V8 notes of code that is counted is below.
 */
const SLOPE = 12

/** What is wrong with a run; nothing if it found nothing. */
export function verdictOf({ target, inputs, slope, finding }: FuzzReport): string[] {
  if (finding !== undefined) return [`${target}: ${finding.kind}, ${finding.message}`]
  if (inputs < TELLING || slope <= SLOPE) return []
  return [`${target}: growth, ${slope.toFixed(1)} bytes an input`]
}

/** A run in some lines. */
export function describeReport(report: FuzzReport): string {
  const { target, inputs, took, corpus, seen, slowest, slope, lines, finding } = report
  const all = lines.reduce((sum, file) => sum + file.all, 0)
  const run = lines.reduce((sum, file) => sum + file.run, 0)
  const rate = Math.round((inputs / Math.max(took, 1)) * 1_000)
  const head =
    `${target}: ${inputs} inputs, ${rate} a second, corpus of ${corpus.length}, ${seen} blocks and ways, ` +
    `${run} of ${all} lines, slowest ${slowest.toFixed(1)} ms, ${slope.toFixed(1)} bytes an input`
  const missed = lines
    .filter((file) => file.missed.length > 0)
    .map(({ file, missed: numbers }) => `  not run: ${file}:${numbers.join()}`)
  const found =
    finding === undefined
      ? []
      : [`  ${finding.kind}: ${Buffer.from(finding.input).toString('hex')}`, finding.message]
  return [head, ...missed, ...found].join('\n')
}
