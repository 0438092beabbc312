import { globSync } from 'node:fs'
import { join } from 'node:path'
import { GROUPS } from './groups.ts'
import { linesOf } from './survivors.ts'
import type { Range } from './changes.ts'
import type { Group } from './groups.ts'

const root = join(import.meta.dirname, '..', '..')

/** What a short run looks at. */
export interface Sample {
  readonly group: Group
  readonly ranges: readonly Range[]
}

/**
 * The changed lines that a short run can afford, all of one group: the groups take turns, commit by commit,
 * and so do the lines if they are too many. Undefined if none of them is in the scope.
 */
export function sampleOfChanges(changed: readonly Range[], turn: number): Sample | undefined {
  const samples = GROUPS.map((group) => {
    const files = globSync([...group.files], { cwd: root })
    return { group, ranges: changed.filter(({ file }) => files.includes(file)) }
  }).filter(({ ranges }) => ranges.length > 0)
  const chosen = samples[turn % samples.length]
  if (chosen === undefined) return undefined
  const { group, ranges } = chosen
  const first = turn % ranges.length
  const inTurn = [...ranges.slice(first), ...ranges.slice(0, first)]
  return { group, ranges: upTo(group.affordable, inTurn) }
}

/** Some lines of the whole scope, other ones for every commit. */
export function sampleOfAll(turn: number): Sample {
  const lines = GROUPS.flatMap((group) =>
    globSync([...group.files], { cwd: root })
      .toSorted()
      .flatMap((file) => codeLines(file).map((line) => ({ group, file, line })))
  )
  const start = lines[turn % lines.length]
  if (start === undefined) throw new Error('Expected code to mutate, got none')
  const { group, file, line } = start
  const all = lines.filter((each) => each.file === file && each.line >= line)
  const to = all[group.affordable - 1]?.line ?? all.at(-1)?.line ?? line
  return { group, ranges: [{ file, from: line, to }] }
}

/** The ranges up to this many lines together. */
function upTo(limit: number, ranges: readonly Range[]): Range[] {
  const chosen: Range[] = []
  let left = limit
  for (const { file, from, to } of ranges) {
    if (left <= 0) break
    const last = Math.min(to, from + left - 1)
    chosen.push({ file, from, to: last })
    left -= last - from + 1
  }
  return chosen
}

/** The numbers of the lines that may hold something to mutate: no comment, no import, no blank. */
const codeLines = (file: string): number[] =>
  linesOf(file).flatMap((text, at) =>
    text === '' || /^(?:\/[/*]|\*|import |export (?:type|interface) )/.test(text) ? [] : [at + 1]
  )
