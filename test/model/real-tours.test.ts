/**
 * Edge tours of the peer's chart with two real nodes over TCP: one with the whole service, and one in the
 * hands of the test. The world around produces each outcome; the chart is watched from outside.
 */
import { describe, expect, test } from 'vitest'
import { peerMachine } from '../../machines/index.ts'
import { Coverage } from '../../src/testing/model/coverage.ts'
import { SETTINGS } from './settings.ts'
import { walkTour } from './walk-tour.ts'
import { worldTours } from './world-model.ts'

const coverage = new Coverage(peerMachine)
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

test('whatever can be produced was', () => {
  console.log(`with two nodes: ${coverage.summary}`)
  expect([...covered].filter((edge) => !coverage.has(edge))).toEqual([])
})
