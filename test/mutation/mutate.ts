import { existsSync, globSync, readFileSync, writeFileSync } from 'node:fs'
import { join, relative } from 'node:path'
import { Stryker } from '@stryker-mutator/core'
import type { Group } from './groups.ts'

type Result = Awaited<ReturnType<Stryker['runMutationTest']>>[number]

const root = join(import.meta.dirname, '..', '..')

/** A change to the production code that somebody ought to notice. */
export interface Mutant {
  readonly file: string
  readonly line: number
  readonly mutator: string
  /** What stands there, on one line. */
  readonly was: string
  /** What stands there instead, on one line. */
  readonly becomes: string
  readonly outcome: Outcome
}

/** Of `killed` a test failed, of `timeout` one took far too long, and at `unreached` none came by. */
type Outcome = 'killed' | 'timeout' | 'survived' | 'unreached'

export interface MutateInit {
  /** Files, globs and `file:from-to`, lines, in the place of the group's. */
  readonly files?: readonly string[]
  /** Take over what the last run found out about mutants that were killed by tests that have not changed. */
  readonly incremental?: boolean
}

/** Runs the tests of the group against every mutant of its files. */
export async function mutate(group: Group, init: MutateInit = {}): Promise<Mutant[]> {
  // read by test/mutation/vitest.config.ts, in the processes that Stryker starts
  process.env['MUTATION_TESTS'] = JSON.stringify(testFiles(group))
  // a mutant's worker lives for a fifth of a second: half of that it would compile the same modules again
  process.env['NODE_COMPILE_CACHE'] ??= join(root, 'node_modules', '.cache', 'mutation')
  const incrementalFile = join(root, `reports/mutation/${group.name}.json`)
  if (init.incremental === true && existsSync(incrementalFile)) {
    writeFileSync(incrementalFile, withoutLiving(readFileSync(incrementalFile, 'utf8')))
  }
  const stryker = new Stryker({
    mutate: [...(init.files ?? group.files)],
    incremental: init.incremental ?? false,
    incrementalFile
  })
  const results = await stryker.runMutationTest()
  return results.flatMap(mutantOf)
}

/**
 * A report without the mutants that were not killed: they are tried anew. Of one in a constant Stryker does
 * not know which tests reach it, and would not hear of a new one; and a timeout may be that of a busy machine.
 */
export function withoutLiving(report: string): string {
  const { files, ...rest } = JSON.parse(report) as Report
  const kept = Object.entries(files).map(([name, file]) => [
    name,
    { ...file, mutants: file.mutants.filter(({ status }) => status === 'Killed') }
  ])
  return JSON.stringify({ ...rest, files: Object.fromEntries(kept) })
}

/** As much of a report of Stryker's as is looked at here. */
interface Report {
  readonly files: Readonly<
    Record<string, { readonly mutants: readonly { readonly status: string }[] }>
  >
}

/** In the order in which the group names them. */
const testFiles = ({ tests }: Group): string[] => [
  ...new Set(tests.flatMap((pattern) => globSync(pattern, { cwd: root }).toSorted()))
]

/** What Stryker was told to leave out, and what is no program at all, has no outcome and is not counted. */
const OUTCOMES: Readonly<Record<string, Outcome>> = {
  Killed: 'killed',
  Timeout: 'timeout',
  Survived: 'survived',
  NoCoverage: 'unreached'
}

function mutantOf({ fileName, location, mutatorName, replacement, status }: Result): Mutant[] {
  const outcome = OUTCOMES[status]
  if (outcome === undefined) return []
  const file = relative(root, fileName)
  const { line } = location.start
  const [was, becomes] = [oneLine(textAt(fileName, location)), oneLine(replacement)]
  return [{ file, line, mutator: mutatorName, was, becomes, outcome }]
}

/** Lines and columns are counted from 1, and the end is the first that is not in it. */
function textAt(file: string, { start, end }: Result['location']): string {
  const lines = readFileSync(file, 'utf8')
    .split('\n')
    .slice(start.line - 1, end.line)
  const last = lines.pop() ?? ''
  const text = [...lines, last.slice(0, end.column - 1)].join('\n')
  return text.slice(start.column - 1)
}

const oneLine = (text: string): string => text.replaceAll(/\s+/g, ' ')

/** Did a test notice? */
export const isNoticed = ({ outcome }: Mutant): boolean =>
  outcome === 'killed' || outcome === 'timeout'

/** Percent of the mutants that were killed. */
export function scoreOf(mutants: readonly Mutant[]): number {
  return mutants.length === 0 ? 100 : (100 * mutants.filter(isNoticed).length) / mutants.length
}
