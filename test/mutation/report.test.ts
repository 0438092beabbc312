import { expect, test } from 'vitest'
import { GROUPS } from './groups.ts'
import { scoreOf, withoutLiving } from './mutate.ts'
import { isGoodGroup, isGoodSample } from './report.ts'
import { linesOf, SURVIVORS } from './survivors.ts'
import type { Group } from './groups.ts'
import type { Mutant } from './mutate.ts'

const group = GROUPS[0] as Group

const mutants = (outcome: Mutant['outcome'], count: number): Mutant[] =>
  Array.from({ length: count }, (_, line) => ({
    file: 'machines/slots.ts',
    line: line + 1,
    mutator: 'none that there is',
    was: '',
    becomes: '',
    outcome
  }))

/** As Stryker would report the mutant of an entry. */
function explained(outcome: Mutant['outcome']): Mutant[] {
  const [first] = SURVIVORS.filter(({ file }) => file === 'machines/slots.ts')
  if (first === undefined) throw new Error('Expected an entry for machines/slots.ts')
  const { file, mutator, was, becomes } = first
  const line = linesOf(file).indexOf(first.line) + 1
  return [{ file, line, mutator, was, becomes, outcome }]
}

/** As much as counts of a report of Stryker's. */
const reportOf = (...statuses: string[]) => ({
  tests: 1,
  files: { 'a.ts': { source: 'a', mutants: statuses.map((status) => ({ status })) } }
})

test('the score is the share of what was noticed, by a failure or by a test that never ends', () => {
  expect(scoreOf([...mutants('killed', 2), ...mutants('timeout', 1)])).toBe(100)
  expect(scoreOf([...mutants('killed', 1), ...mutants('survived', 1)])).toBe(50)
  expect(scoreOf([...mutants('killed', 1), ...mutants('unreached', 3)])).toBe(25)
  expect(scoreOf([])).toBe(100)
})

test('of a report only what was killed is taken over, and everything beside the mutants', () => {
  const statuses = ['Killed', 'Survived', 'Timeout', 'NoCoverage', 'Killed', 'Ignored']
  expect(JSON.parse(withoutLiving(JSON.stringify(reportOf(...statuses))))).toEqual(
    reportOf('Killed', 'Killed')
  )
})

test('a group is as good as its score, explained or not, if no entry is out of date', () => {
  expect(isGoodGroup(group, [...mutants('killed', 90), ...mutants('survived', 10)])).toBe(true)
  expect(isGoodGroup(group, [...mutants('killed', 89), ...mutants('survived', 11)])).toBe(false)
  expect(isGoodGroup(group, explained('killed'))).toBe(false)
  expect(isGoodGroup(group, explained('timeout'))).toBe(true)
})

test('of a sample those that live for a reason are set aside, and one is forgiven', () => {
  expect(isGoodSample(group, explained('survived'), true)).toBe(true)
  expect(isGoodSample(group, mutants('survived', 1), true)).toBe(true)
  expect(isGoodSample(group, mutants('survived', 2), true)).toBe(false)
  const half = [...mutants('killed', 7), ...mutants('survived', 3)]
  expect([isGoodSample(group, half, true), isGoodSample(group, half, false)]).toEqual([false, true])
  expect(isGoodSample(group, mutants('unreached', 2), false)).toBe(false)
})
