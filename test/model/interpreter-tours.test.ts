/**
 * Edge tours of the peer's chart through the room that runs it: every edge, by the event that takes it, and
 * every event that is of no use in a state. What must come of it is what the table says that was written
 * by hand; the chart and the table are compared both ways.
 *
 * Mutations that turn this file red, each tried by hand: a transition removed, one added, one retargeted, a
 * session's guard dropped, an effect dropped, the crossing rule's branches swapped; ignored events not
 * counted, slots that nobody took not given back.
 */
import { describe, expect, test } from 'vitest'
import { PEER_EVENTS, peerMachine } from '../../machines/index.ts'
import { edgesOf, leafOf, leavesOf } from '../../src/testing/model/chart-edges.ts'
import { Coverage } from '../../src/testing/model/coverage.ts'
import { CASES } from '../../src/testing/model/peer-cases.ts'
import { SITUATIONS } from '../machines/peer-situations.ts'
import { PEER_TABLE } from '../machines/peer.table.ts'
import { decide } from '../machines/table-format.ts'
import { outcomesOf } from './in-table.ts'
import { overridden, RULED_OUT, toursOf } from './peer-forms.ts'
import { PeersRoom } from './peers-room.ts'
import type { PeerMachine } from './peer-forms.ts'

const coverage = new Coverage(peerMachine, Object.keys(RULED_OUT))
let forbidden = 0

/** What happened, in the words of the table. */
function outcomeOf(from: string, to: string, effects: readonly string[]): string {
  return [from === to ? 'stays' : to, effects.join(' ')].filter((part) => part !== '').join(': ')
}

describe.each<[string, PeerMachine, boolean]>([
  ['the chart', peerMachine, true],
  ['the chart with other dispositions', overridden, false]
])('%s', (_name, machine, isOfTheTable) => {
  const tours = toursOf(machine)

  test.each(tours.map((tour, index) => [index, tour] as const))('tour %i', (_index, tour) => {
    const room = new PeersRoom(machine)
    coverage.sawState(room.peer.path)
    for (const { form, event, from, to, edge } of tour) {
      const said = `${form} in ${leafOf(from)}`
      const isIgnored = edge.endsWith(' -> ignored')
      const ignored = room.ignored(event.type) + (isIgnored ? 1 : 0)
      room.happen(event, to.hasTag('linked'))
      expect(room.peer.path, said).toBe(leafOf(to))
      expect(room.ignored(event.type), said).toBe(ignored)
      expect(room.peer.context, said).toEqual({ ...to.context, peer: room.peer.key })
      expect(room.peer.holdsSlot, said).toBe(to.hasTag('slot'))
      const effects = room.takeEffects()
      const outcome = isIgnored ? 'ignored' : outcomeOf(leafOf(from), leafOf(to), effects)
      // another table of dispositions closes and bans elsewhere; where it leads is the same
      const outcomes = isOfTheTable ? outcomesOf(leafOf(from), event.type) : [outcome]
      expect(outcomes, said).toContain(outcome)
      coverage.sawState(leafOf(to))
      coverage.sawEdge(edge)
    }
    expect(room.faults).toEqual([])
    expect(room.untaken).toEqual([])
  })
})

describe.each(Object.entries(SITUATIONS))('of no use in %s', (leaf, situations) => {
  test.each(PEER_EVENTS)('%s', (type) => {
    for (const [situation, steps] of Object.entries(situations)) {
      for (const [form, step] of Object.entries(CASES[type])) {
        if (decide(PEER_TABLE[leaf]?.[type], situation, form)?.outcome !== 'ignored') continue
        const room = new PeersRoom(peerMachine)
        room.live(steps)
        room.takeEffects()
        const { context, path } = room.peer
        const ignored = room.ignored(type)
        const event = step(context)
        room.send(event)
        const said = `${situation}, ${form}`
        expect(room.peer.path, said).toBe(path)
        expect(room.peer.context, said).toBe(context)
        expect(room.takeEffects(), said).toEqual([])
        expect(room.ignored(type), said).toBe(ignored + 1)
        // a slot that is not taken goes back to whoever gave it
        expect(room.untaken, said).toEqual(event.type === 'slot.granted' ? [event.session] : [])
        forbidden++
      }
    }
  })
})

test('the chart and the table know the same states', () => {
  expect(Object.keys(PEER_TABLE).toSorted()).toEqual(leavesOf(peerMachine).toSorted())
})

test('what the chart defines stands in the table, and what stands there the chart defines', () => {
  const defined = edgesOf(peerMachine).filter((edge) => RULED_OUT[edge] === undefined)
  for (const leaf of leavesOf(peerMachine)) {
    for (const type of PEER_EVENTS) {
      const inTable = outcomesOf(leaf, type).map((outcome) => outcome.split(':')[0])
      const inChart = defined
        .filter((edge) => edge.startsWith(`${leaf} on ${type} `))
        .map((edge) => edge.split(' -> ')[1])
      // to be ignored needs no edge
      const [said, done] = [inTable, inChart].map(
        (places) => new Set(places.filter((to) => to !== 'ignored'))
      )
      expect(done, `${type} in ${leaf}`).toEqual(said)
    }
  }
})

test('every state was visited, every edge was taken, and nothing else', () => {
  console.log(`through the interpreter: ${coverage.summary}; ${forbidden} events of no use counted`)
  expect(coverage.missing).toEqual([])
  expect(coverage.unforeseen).toEqual([])
})
