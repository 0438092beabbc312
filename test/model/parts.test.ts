/** Tours and coverage say what is wrong with what they are given, and what is missing. */
import { expect, it } from 'vitest'
import { schedulerMachine } from '../../machines/index.ts'
import { edgesOf } from '../../src/testing/model/chart-edges.ts'
import { Coverage } from '../../src/testing/model/coverage.ts'
import { toursOver } from '../../src/testing/model/tours.ts'

const [first = '', ...others] = edgesOf(schedulerMachine)

it('coverage counts what it has seen, state by state', () => {
  const coverage = new Coverage(schedulerMachine, others)
  expect(coverage.has(first)).toBe(false)
  expect(coverage.missing).toContain(first)
  coverage.sawState('stopped')
  coverage.sawState('stopped')
  coverage.sawEdge(first)
  coverage.sawEdge(others[0] ?? '')
  expect(coverage.has(first)).toBe(true)
  expect(coverage.missing).not.toContain(first)
  expect(coverage.unforeseen).toEqual([others[0]])
  expect(coverage.summary).toBe('scheduler: states 1/5, edges 1/1')
  expect(coverage.rows()[0]).toEqual({ state: 'stopped', visits: 2, edges: 1, of: 1 })
  expect(coverage.rows()[1]).toMatchObject({ visits: 0, edges: 0 })
})

it('coverage knows no edge that the chart has not', () => {
  expect(() => new Coverage(schedulerMachine, ['nowhere on nothing'])).toThrow(
    'The chart has no edge nowhere on nothing'
  )
})

interface Place {
  readonly name: string
  readonly moves: readonly (readonly [name: string, to: Place, ...covers: string[]])[]
}

const place = (name: string, ...moves: Place['moves']): Place => ({ name, moves })

/** Tours through places, in which those with the same name are taken for one. */
const toursFrom = (start: Place, length = 10): string[][] =>
  toursOver({
    start,
    length,
    keyOf: ({ name }) => name,
    movesFrom: ({ moves }) => moves.map(([name, to, ...covers]) => ({ name, to, covers }))
  }).map((tour) => tour.map(({ name }) => name))

it('a tour that has come to an end is followed by another one', () => {
  const [left, right] = [place('left'), place('right')]
  expect(toursFrom(place('start', ['l', left, 'l'], ['r', right, 'r']))).toEqual([['l'], ['r']])
})

it('places with the same name must be the same', () => {
  const [here, there] = [place('here'), place('there')]
  const around = (other: Place): Place =>
    place('start', ['x', place('B', ['z', here, 'z'])], ['y', other, 'y'])
  expect(() => toursFrom(around(place('B')))).toThrow('There is no z in B')
  expect(() => toursFrom(around(place('B', ['z', there])))).toThrow(
    'z in B leads to there, not to here'
  )
})
