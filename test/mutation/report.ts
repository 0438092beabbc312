import { isNoticed, scoreOf } from './mutate.ts'
import { draftOf, entryOf, killedAfterAll } from './survivors.ts'
import type { Group } from './groups.ts'
import type { Mutant } from './mutate.ts'

/** Prints what became of the mutants of a group, those that live without a reason one by one. */
export function report({ name, atLeast }: Group, mutants: readonly Mutant[]): void {
  const living = mutants.filter((mutant) => !isNoticed(mutant))
  const unexplained = living.filter((mutant) => entryOf(mutant) === undefined)
  for (const mutant of unexplained) {
    console.log(`${mutant.file}:${mutant.line} ${mutant.outcome}`)
    console.log(`  ${JSON.stringify(draftOf(mutant))}`)
  }
  for (const { file, line, mutator } of killedAfterAll(mutants)) {
    console.log(`${file}: killed by now, to be taken off the list: ${mutator} in ${line}`)
  }
  console.log(
    `${name}: ${scoreOf(mutants).toFixed(1)} % of ${mutants.length} mutants noticed ` +
      `(at least ${atLeast} %), ${living.length - unexplained.length} live for a reason, ` +
      `${unexplained.length} for none`
  )
}

/** Is the score of a whole group high enough, and is no reason out of date? */
export const isGoodGroup = ({ atLeast }: Group, mutants: readonly Mutant[]): boolean =>
  scoreOf(mutants) >= atLeast && killedAfterAll(mutants).length === 0

/** The score, in percent, that any few lines of code that has not changed have to reach. */
const FLOOR = 60

/**
 * Is the score of a few mutants high enough? Those that live for a reason say nothing of the tests, and one
 * that lives without is forgiven: among a few it would be the whole difference. What has changed has to be
 * as good as its group; of the rest a few lines may hold, by chance, most survivors of the group.
 */
export function isGoodSample(
  { atLeast }: Group,
  mutants: readonly Mutant[],
  hasChanged: boolean
): boolean {
  const judged = mutants.filter((mutant) => isNoticed(mutant) || entryOf(mutant) === undefined)
  const unexplained = judged.filter((mutant) => !isNoticed(mutant)).length
  return unexplained <= 1 || scoreOf(judged) >= (hasChanged ? atLeast : FLOOR)
}
