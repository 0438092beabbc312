/**
 * The approach by hand fails where the table of the README says it does. `npm run hostile:table` plays every
 * row anew and writes the table's source.
 */
import { describe, expect, test } from 'vitest'
import { playScript } from '../../src/testing/hostile/script.ts'
import { HOSTILE_SCRIPTS } from '../../src/testing/hostile/scripts.ts'
import { hostileResults, hostileTable, rowsInWords } from '../../visualizations/hostile.ts'
import { run } from '../readme/page.ts'
import { BY_HAND } from './by-hand-subject.ts'

const results = await hostileResults()
const isRed = ({ byHand }: Pick<(typeof results)[number], 'byHand'>): boolean =>
  byHand.memory === 'red' && byHand.tcp === 'red'

const numbered = (table: string, count: number): string[] =>
  Array.from({ length: count }, (_, i) => `${table}${i + 1}`)

test('the results are those of the rows that there are', () => {
  const told = results.map(({ row, title, must, bound }) => ({ row, title, must, bound }))
  const rows = HOSTILE_SCRIPTS.map(({ row, title, must, bound }) => ({ row, title, must, bound }))
  expect(told).toEqual(rows)
})

test('there is a row for every one of the tables B, C and D', () => {
  const rows = [...numbered('B', 21), ...numbered('C', 12), ...numbered('D', 11)]
  expect(HOSTILE_SCRIPTS.map(({ row }) => row)).toEqual(rows)
})

test('the library holds everywhere, and by hand ten rows at least fail', () => {
  for (const { row, ours } of results) expect(ours, row).toEqual({ memory: 'green', tcp: 'green' })
  expect(results.filter(isRed).length).toBeGreaterThanOrEqual(10)
})

test('the table has a line for every row', async () => {
  const lines = (await hostileTable()).split('\n').slice(2)
  expect(lines.map((line) => line.split('|')[1]?.trim())).toEqual(results.map(({ row }) => row))
})

test('it is said in words what fails by hand, and of nothing else', () => {
  const failing = results.filter(({ byHand }) => byHand.memory !== byHand.tcp || isRed({ byHand }))
  expect(rowsInWords()).toEqual(failing.map(({ row }) => row))
})

test('the example says what is wrong with it', async () => {
  const printed = await run('examples/by-hand/index.ts')
  expect(printed).toBe('the application has got: a block of another chain\nand of peers it has 0\n')
})

describe('by hand', () => {
  const red = HOSTILE_SCRIPTS.filter(({ row }) =>
    results.some((one) => one.row === row && isRed(one))
  )
  test.concurrent.each(red.map((script) => [script.row, script] as const))(
    '%s fails in earnest',
    async (_, script) => {
      // most of them fail because something never comes
      const { kind } = await playScript(script, BY_HAND, { patience: 2_000 })
      expect(kind).toBe('red')
    }
  )
})
