/**
 * Every state of a peer and every event, against the table that was written by hand. The peer is
 * brought into each state by real events.
 *
 * Mutations of the chart that turn this file red, each tried by hand:
 * - `isCurrent` always true, or the session left out of any guard that compares it: every "stale"
 *   case
 * - the crossing guard removed or inverted, `yielding` without `handshake.offered`:
 *   "handshake.offered"
 * - `isBan` without the word `banned`: "peer.unbanned"; `keepsOut` for whoever said no:
 *   "connection.opened"
 * - `mayOverride` without `urgent`: "peer.wanted"; static peers spent, too: "coolDown.over"
 */
import { describe, expect, test } from 'vitest'
import { PEER_EVENTS } from '../../machines/index.ts'
import { leafOf } from '../../src/testing/model/chart-edges.ts'
import { CASES, live, take } from '../../src/testing/model/peer-cases.ts'
import { SITUATIONS } from './peer-situations.ts'
import { PEER_TABLE } from './peer.table.ts'
import { decide } from './table-format.ts'
import type { PeerSnapshot, Step } from '../../src/testing/model/peer-cases.ts'

/** Each life is lived once: a snapshot is a value, and some are of peers with a long past. */
const lives = new Map<readonly Step[], PeerSnapshot>()

function arrive(steps: readonly Step[]): PeerSnapshot {
  const lived = lives.get(steps) ?? live(...steps)
  lives.set(steps, lived)
  return lived
}

/** What happened, in the words of the table. */
function outcomeOf(before: PeerSnapshot, step: Step): string {
  const { next, effects } = take(before, step)
  if (next === before && effects.length === 0) return 'ignored'
  const [from, to] = [leafOf(before), leafOf(next)]
  return [from === to ? 'stays' : to, effects.join(' ')].filter((part) => part !== '').join(': ')
}

test('the table knows every state, and every situation is in the state it is said to be in', () => {
  expect(Object.keys(PEER_TABLE).toSorted()).toEqual(Object.keys(SITUATIONS).toSorted())
  for (const [leaf, situations] of Object.entries(SITUATIONS)) {
    for (const [name, steps] of Object.entries(situations)) {
      expect(leafOf(live(...steps)), name).toBe(leaf)
    }
  }
})

describe.each(Object.entries(SITUATIONS))('%s', (leaf, situations) => {
  test.each(PEER_EVENTS)('%s', (type) => {
    const cell = PEER_TABLE[leaf]?.[type]
    const unused = new Set(typeof cell === 'object' ? Object.keys(cell) : [''])
    const wanted: Record<string, string> = {}
    const found: Record<string, string> = {}

    for (const [situation, steps] of Object.entries(situations)) {
      for (const [form, step] of Object.entries(CASES[type])) {
        const decided = decide(cell, situation, form)
        const name = `${situation}, ${form}`
        wanted[name] = decided?.outcome ?? 'undecided'
        found[name] = outcomeOf(arrive(steps), step)
        if (decided !== undefined) unused.delete(decided.line)
      }
    }

    expect(found).toEqual(wanted)
    expect([...unused], 'lines that decide nothing').toEqual([])
  })
})

test('a cell without a line for a case does not decide it, nor does one with two equal lines', () => {
  expect(decide(undefined, 'lasting', 'urgently')).toBeUndefined()
  expect(decide({ requested: 'stays' }, 'lasting', 'urgently')).toBeUndefined()
  expect(decide({ lasting: 'stays', urgently: 'ignored' }, 'lasting', 'urgently')).toBeUndefined()
})
