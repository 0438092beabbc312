import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Mutant } from './mutate.ts'

/**
 * Mutants that may live, each with the reason why no test can notice or none should. They are known by the
 * text of their line: a line that moves keeps its entry, and one that changes has to be judged anew.
 */
export interface Survivor {
  readonly file: string
  /** The line on which the mutant begins, without its indentation. */
  readonly line: string
  readonly mutator: string
  /** What is changed of the line, and of those below it, and into what. */
  readonly was: string
  readonly becomes: string
  readonly why: string
}

const root = join(import.meta.dirname, '..', '..')

export const SURVIVORS = JSON.parse(
  readFileSync(join(import.meta.dirname, 'survivors.json'), 'utf8')
) as readonly Survivor[]

const isOf = (mutant: Mutant, survivor: Survivor): boolean =>
  survivor.file === mutant.file &&
  survivor.mutator === mutant.mutator &&
  survivor.was === mutant.was &&
  survivor.becomes === mutant.becomes &&
  survivor.line === lineOf(mutant)

/** The entry for a mutant, if it has one. */
export const entryOf = (mutant: Mutant): Survivor | undefined =>
  SURVIVORS.find((survivor) => isOf(mutant, survivor))

/** Entries for mutants of these that a test kills by now. */
export const killedAfterAll = (mutants: readonly Mutant[]): Survivor[] =>
  SURVIVORS.filter((survivor) => {
    const meant = mutants.filter((mutant) => isOf(mutant, survivor))
    return meant.length > 0 && meant.every(({ outcome }) => outcome === 'killed')
  })

/** The entry that a mutant without one would need. */
export const draftOf = (mutant: Mutant): Survivor => ({
  file: mutant.file,
  line: lineOf(mutant),
  mutator: mutant.mutator,
  was: mutant.was,
  becomes: mutant.becomes,
  why: ''
})

/** The lines of a production file without their indentation. */
export const linesOf = (file: string): string[] =>
  readFileSync(join(root, file), 'utf8')
    .split('\n')
    .map((line) => line.trim())

const lineOf = ({ file, line }: Mutant): string => linesOf(file)[line - 1] ?? ''
