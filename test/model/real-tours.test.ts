/**
 * Edge tours of the peer's chart with two real nodes over TCP: one with the whole service, and one in the
 * hands of the test. The world around produces each outcome; the chart is watched from outside.
 */
import { describe, expect, test } from 'vitest'
import { edgesOf, leavesOf } from '../../src/testing/model/chart-edges.ts'
import { Coverage } from '../../src/testing/model/coverage.ts'
import { peerMachine } from '../../machines/index.ts'
import { standsInTable } from './in-table.ts'
import { NOT_PRODUCED } from './not-produced.ts'
import { RULED_OUT } from './peer-forms.ts'
import { SETTINGS } from './settings.ts'
import { walkTour } from './walk-tour.ts'
import { worldTours } from '../../src/testing/model/world-model.ts'

const coverage = new Coverage(peerMachine, Object.keys(RULED_OUT))
const covered = new Set<string>()

describe.each(
  SETTINGS.map(([setting, happenings]) => [setting.name, setting, happenings] as const)
)('%s', (_name, setting, happenings) => {
  const tours = worldTours(happenings, setting, covered)
  for (const { covers } of tours.flat()) for (const edge of covers) covered.add(edge)

  test.each(tours.map((tour, index) => [index, tour] as const))('tour %i', (_index, tour) =>
    walkTour(tour, coverage, setting)
  )
})

test('every edge stands in the table that was written by hand', () => {
  expect([...covered].filter((edge) => !standsInTable(edge))).toEqual([])
})

test('every state was visited and every edge taken, but those that no network brings about', () => {
  const unseen = Object.keys(NOT_PRODUCED)
  console.log(
    `with two nodes: ${coverage.summary};`,
    `${unseen.length} edges and one state only through the interpreter:`,
    `states ${leavesOf(peerMachine).length}, edges ${edgesOf(peerMachine).length - 1} in all`
  )
  // nobody is told of a peer that is forgotten
  expect(coverage.missing.toSorted()).toEqual([...unseen, 'forgotten'].toSorted())
})
