/** The mode of the dial scheduler: every mode and every event, against a table written by hand. */
import { initialTransition, transition } from 'xstate'
import { describe, expect, test } from 'vitest'
import { SCHEDULER_EFFECTS, schedulerMachine } from '../../machines/index.ts'
import { SCHEDULER_TABLE } from './scheduler.table.ts'
import { leavesOf } from '../../src/testing/model/chart-edges.ts'
import { definitionsOf, nameOf, nodesOf, walk } from './walk.ts'
import type { SchedulerEvent, SchedulerMode } from '../../machines/index.ts'
import type { SnapshotFrom } from 'xstate'

const PATHS: Readonly<Record<SchedulerMode, readonly SchedulerEvent['type'][]>> = {
  stopped: [],
  filling: ['scheduler.start'],
  full: ['scheduler.start', 'slots.filled'],
  offline: ['scheduler.start', 'network.lost'],
  draining: ['scheduler.start', 'scheduler.drain']
}

const EVENTS = Object.keys(SCHEDULER_TABLE.stopped) as SchedulerEvent['type'][]

const fresh = (): SnapshotFrom<typeof schedulerMachine> => initialTransition(schedulerMachine)[0]

describe.each(Object.entries(PATHS))('%s', (mode, path) => {
  test.each(EVENTS)('%s', (type) => {
    const before = path.reduce(
      (at, each) => transition(schedulerMachine, at, { type: each })[0],
      fresh()
    )
    expect(before.value).toBe(mode)
    const [next, actions] = transition(schedulerMachine, before, { type })
    const effects = actions.map((action) => action.type).join(' ')
    const to = next.value === mode ? 'stays' : next.value
    const outcome = [to, effects].filter((each) => each !== '').join(': ')
    const found = next === before && effects === '' ? 'ignored' : outcome
    expect(found).toBe(SCHEDULER_TABLE[before.value][type])
  })
})

const { states, edges } = walk(
  schedulerMachine,
  [fresh()],
  () => EVENTS.map((type) => ({ type })),
  ({ value }) => value
)

test('every mode is reached and every transition taken', () => {
  const taken = new Set(edges.flatMap((edge) => edge.taken))
  const all = definitionsOf(schedulerMachine)
  console.log(
    `scheduler: ${states.length} of ${leavesOf(schedulerMachine).length} modes,`,
    `${taken.size} of ${all.length} transitions taken`
  )
  expect(states.map(({ value }) => value).toSorted()).toEqual(leavesOf(schedulerMachine).toSorted())
  expect(all.filter((definition) => !taken.has(definition)).map(nameOf)).toEqual([])
})

test('every mode has a description, every effect is named', () => {
  const silent = nodesOf(schedulerMachine).filter(({ description }) => (description ?? '') === '')
  expect(silent.map(({ id }) => id)).toEqual([])
  const named = new Set(edges.flatMap(({ effects }) => effects))
  expect([...named].toSorted()).toEqual([...SCHEDULER_EFFECTS].toSorted())
})

test('a probe is armed while offline, and at no other time', () => {
  for (const { from, to, effects } of edges) {
    let isArmed = from.hasTag('waiting')
    for (const effect of effects) {
      if (effect === 'armProbe') isArmed = true
      if (effect === 'clearProbe') isArmed = false
    }
    expect(isArmed).toBe(to.hasTag('waiting'))
    expect(to.hasTag('waiting')).toBe(to.value === 'offline')
  }
})

test('slots are granted by a node that runs and is not about to stop', () => {
  const granting = states.filter((state) => state.hasTag('granting')).map(({ value }) => value)
  expect(granting).toEqual(['filling', 'full', 'offline'])
})

test('from every mode the node can be stopped at once', () => {
  for (const state of states) {
    expect(transition(schedulerMachine, state, { type: 'scheduler.stop' })[0].value).toBe('stopped')
  }
})
