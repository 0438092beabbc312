/** Edge tours of the scheduler's chart through what runs it, against the table written by hand. */
import { initialTransition } from 'xstate'
import { describe, expect, test } from 'vitest'
import { schedulerMachine } from '../../machines/index.ts'
import { PROBE_INTERVAL } from '../../src/scheduler/constants.ts'
import { ModeOfDialing } from '../../src/scheduler/mode-of-dialing.ts'
import { edgesOf } from '../../src/testing/model/chart-edges.ts'
import { Coverage } from '../../src/testing/model/coverage.ts'
import { edgeTours } from '../../src/testing/model/edge-tours.ts'
import { ManualClock } from '../../src/testing/manual-clock.ts'
import { SCHEDULER_TABLE } from '../machines/scheduler.table.ts'
import type { SchedulerEvent, SchedulerMode } from '../../machines/index.ts'

const MODES = Object.keys(SCHEDULER_TABLE) as SchedulerMode[]
const EVENTS = Object.keys(SCHEDULER_TABLE.stopped) as SchedulerEvent['type'][]
const coverage = new Coverage(schedulerMachine)

const tours = edgeTours(schedulerMachine, {
  start: initialTransition(schedulerMachine)[0],
  events: () =>
    Object.fromEntries(EVENTS.map((type) => [type, { type }])) as Record<string, SchedulerEvent>
})

/** A scheduler's mode with its clock; what it does is written down in the words of the table. */
class Desk {
  readonly clock = new ManualClock()
  /** How often the scheduler was woken. */
  woken = 0
  readonly mode = new ModeOfDialing(this.clock, () => void this.woken++)

  happen(type: SchedulerEvent['type']): void {
    if (type === 'probe.due' && this.mode.value === 'offline') this.clock.advance(PROBE_INTERVAL)
    else this.mode.send({ type })
  }
}

/** The modes that the table leads to, on this event. */
const modeAfter = (from: SchedulerMode, type: SchedulerEvent['type']): string => {
  const [to = ''] = SCHEDULER_TABLE[from][type].split(':')
  return to === 'ignored' || to === 'stays' ? from : to
}

describe('every edge', () => {
  test.each(tours.map((tour, index) => [index, tour] as const))('tour %i', (_index, tour) => {
    const desk = new Desk()
    coverage.sawState(desk.mode.value)
    for (const { event, edge } of tour) {
      const [from, woken] = [desk.mode.value, desk.woken]
      const outcome = SCHEDULER_TABLE[from][event.type]
      desk.happen(event.type)
      const said = `${event.type} in ${from}`
      expect(desk.mode.value, said).toBe(modeAfter(from, event.type))
      // whoever probes is woken for it, too
      expect(desk.woken > woken, said).toBe(/wake|: probe/.test(outcome))
      expect(desk.clock.pending, said).toBe(desk.mode.value === 'offline' ? 1 : 0)
      expect(desk.mode.isProbing, said).toBe(outcome.includes(' probe '))
      coverage.sawState(desk.mode.value)
      coverage.sawEdge(edge)
    }
  })
})

describe.each(MODES)('of no use in %s', (mode) => {
  const useless = EVENTS.filter((type) => SCHEDULER_TABLE[mode][type] === 'ignored')
  const tour = tours.find((steps) => steps.some(({ to }) => to.value === mode)) ?? []
  const way = tour.slice(0, 1 + tour.findIndex(({ to }) => to.value === mode))

  test.each(useless)('%s', (type) => {
    const desk = new Desk()
    for (const { event } of way) desk.happen(event.type)
    expect(desk.mode.value).toBe(mode)
    const { woken } = desk
    desk.mode.send({ type })
    expect(desk.mode.value).toBe(mode)
    expect(desk.woken).toBe(woken)
  })
})

test('what the chart defines stands in the table, and what stands there the chart defines', () => {
  for (const mode of MODES) {
    for (const type of EVENTS) {
      const defined = edgesOf(schedulerMachine).find((edge) =>
        edge.startsWith(`${mode} on ${type} `)
      )
      const [, to = 'ignored'] = defined?.split(' -> ') ?? []
      expect(to, `${type} in ${mode}`).toBe(SCHEDULER_TABLE[mode][type].split(':')[0])
    }
  }
})

test('every mode was visited, every edge was taken, and nothing else', () => {
  console.log(`through the scheduler's mode: ${coverage.summary}`)
  expect(coverage.missing).toEqual([])
  expect(coverage.unforeseen).toEqual([])
})
