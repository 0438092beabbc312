/**
 * The chart of the peer as a graph: what can be reached, and whether the walk has seen all of it. A
 * branch that the table rules out, another table rules in.
 */
import { getNextTransitions } from 'xstate'
import { expect, test } from 'vitest'
import { peerMachine } from '../../machines/index.ts'
import { leafOf, leavesOf } from '../../src/testing/model/chart-edges.ts'
import { walkBoth } from './peer-walk.ts'
import { definitionsOf, nameOf } from './walk.ts'

const { states, edges } = walkBoth()
// by name: the two charts have each their own
const taken = new Set(edges.flatMap((edge) => edge.taken.map(nameOf)))

test('every state is reached', () => {
  const reached = new Set(states.map(leafOf))
  const leaves = leavesOf(peerMachine)
  console.log(
    `peer: ${reached.size} of ${leaves.length} leaves, ${states.length} states, ${edges.length} edges`
  )
  expect([...reached].toSorted()).toEqual(leaves.toSorted())
})

test('every transition is taken, each branch of a guarded one by itself', () => {
  const all = definitionsOf(peerMachine)
  const names = new Set(all.map(nameOf))
  expect(names.size).toBe(all.length)
  const missed = all.filter((definition) => !taken.has(nameOf(definition)))
  console.log(`peer: ${all.length - missed.length} of ${all.length} transitions taken`)
  expect(missed.map(nameOf)).toEqual([])
  expect(taken.size).toBe(all.length)
})

/** A guard that never says no is no guard. */
test('every guarded transition is also not taken, for the sake of its guard alone', () => {
  const guarded = definitionsOf(peerMachine).filter(({ guard }) => guard !== undefined)
  const refused = new Set<string>()
  for (const { from, event, taken: chosen } of edges) {
    const branches = getNextTransitions(from).filter(({ eventType }) => eventType === event.type)
    const at = branches.findIndex((branch) => chosen.includes(branch))
    for (const branch of at === -1 ? branches : branches.slice(0, at)) refused.add(nameOf(branch))
  }
  const never = guarded.filter((definition) => !refused.has(nameOf(definition)))
  console.log(`peer: ${guarded.length - never.length} of ${guarded.length} guards seen both ways`)
  expect(never.map(nameOf)).toEqual([])
})
