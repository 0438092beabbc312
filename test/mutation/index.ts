import { GROUPS } from './groups.ts'
import { mutate } from './mutate.ts'
import { isGoodGroup, report } from './report.ts'

/**
 * `npm run mutate` changes the production code in some thousand small ways and runs the tests against each;
 * `npm run mutate -- slots gate` does so for the groups that are named. Prints the changes that no test
 * noticed and the score; fails if a group's score is too low. With `--incremental`, what the last run found
 * out is taken over where neither the code nor its test has changed.
 */
async function main(args: readonly string[]): Promise<boolean> {
  const names = args.filter((arg) => !arg.startsWith('--'))
  const unknown = names.filter((name) => GROUPS.every((group) => group.name !== name))
  if (unknown.length > 0) {
    const known = GROUPS.map(({ name }) => name).join(', ')
    throw new Error(`Expected ${known}, got ${unknown.join(', ')}`)
  }
  let isGood = true
  for (const group of GROUPS.filter(({ name }) => names.length === 0 || names.includes(name))) {
    const began = performance.now()
    const mutants = await mutate(group, { incremental: args.includes('--incremental') })
    report(group, mutants)
    if (!isGoodGroup(group, mutants)) isGood = false
    console.log(`${Math.round((performance.now() - began) / 1_000)} s\n`)
  }
  return isGood
}

process.exitCode = (await main(process.argv.slice(2))) ? 0 : 1
