/**
 * Edge tours of the peer's chart with two real nodes over TCP: one with the whole service, and one in the
 * hands of the test. The world around produces each outcome; the chart is watched from outside.
 */
import { describe, expect, test } from 'vitest'
import { peerMachine } from '../../machines/index.ts'
import { Coverage } from '../../src/testing/model/coverage.ts'
import { HAPPENINGS } from './happenings.ts'
import { walkTour } from './walk-tour.ts'
import { worldTours } from './world-model.ts'

const coverage = new Coverage(peerMachine)
const covered = new Set<string>()

describe.each([true, false])('our stream wins: %s', (weWin) => {
  const tours = worldTours(HAPPENINGS, { weWin, covered })
  for (const { covers } of tours.flat()) for (const edge of covers) covered.add(edge)

  test.each(tours.map((tour, index) => [index, tour] as const))('tour %i', (_index, tour) =>
    walkTour(tour, coverage, { weWin })
  )
})

test('whatever can be produced was', () => {
  console.log(`with two nodes: ${coverage.summary}`)
  expect([...covered].filter((edge) => !coverage.has(edge))).toEqual([])
})
