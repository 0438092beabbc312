/**
 * The laws of the house, checked on every state of a peer that can be reached and on every edge.
 *
 * Mutations of the chart that turn this file red, each tried by hand:
 * - `releaseSlot` or `untag` missing on one edge, or named twice: "slot law"
 * - `authorized` without its exit, `openGate` on entering `responding`: "gate law"
 * - a deadline that is not armed or not cleared, no `abandonHandshake` at a crossing: "settle law"
 * - `isCurrent` always true: "an answer of another session"
 * - `clearRefusal` or `beginSession` that clears nothing: "memory"
 */
import { expect, test } from 'vitest'
import { PEER_EFFECTS, peerMachine } from '../../machines/index.ts'
import { EMPTY, ledgerOf, settle } from './ledger.ts'
import { leafOf } from '../../src/testing/model/chart-edges.ts'
import { CASES, NOW, take } from '../../src/testing/model/peer-cases.ts'
import { walkBoth } from './peer-walk.ts'
import { nodesOf } from './walk.ts'
import type { PeerSnapshot, Step } from '../../src/testing/model/peer-cases.ts'
import type { PeerEdge } from './peer-walk.ts'
import type { PeerEvent } from '../../machines/index.ts'

const { states, edges } = walkBoth()
const nodes = nodesOf(peerMachine)
const alive = states.filter(({ status }) => status === 'active')

const isIgnored = ({ from, to, effects }: PeerEdge): boolean => from === to && effects.length === 0
const count = (effects: readonly string[], effect: string): number =>
  effects.filter((each) => each === effect).length

const describeEdge = ({ from, event, to, effects }: PeerEdge): string =>
  `${leafOf(from)} on ${JSON.stringify(event)} -> ${leafOf(to)}: ${effects.join(' ')}`

/** The edges that break a law, in words, each kind once. */
function breaches(law: (edge: PeerEdge) => boolean): string[] {
  return [...new Set(edges.filter((edge) => !law(edge)).map(describeEdge))].slice(0, 5)
}

const inWords = (snapshots: readonly PeerSnapshot[]): string[] =>
  snapshots.slice(0, 5).map((snapshot) => `${leafOf(snapshot)} ${JSON.stringify(snapshot.context)}`)

test('every state has a description', () => {
  const silent = nodes.filter(({ description }) => (description ?? '') === '')
  expect(silent.map(({ id }) => id)).toEqual([])
})

test('the words of a peer are the six, and one for the end', () => {
  expect(Object.keys(peerMachine.root.states)).toEqual([
    'discovered',
    'dialing',
    'connected',
    'handshaking',
    'authorized',
    'rejected',
    'forgotten'
  ])
})

test('the chart is lean: no invoke, no delay, no step without an event', () => {
  for (const { id, invoke, after, always } of nodes) {
    expect([invoke.length, after.length, always?.length ?? 0], id).toEqual([0, 0, 0])
  }
})

test('every effect is declared, and every declared effect is named somewhere', () => {
  const named = new Set(edges.flatMap(({ effects }) => effects))
  expect([...named].toSorted()).toEqual([...PEER_EFFECTS].toSorted())
})

test('slot law: an edge that leaves the slot releases it and untags, once each; no other does', () => {
  expect(
    breaches(({ from, to, effects }) => {
      const times = from.hasTag('slot') && !to.hasTag('slot') ? 1 : 0
      return count(effects, 'releaseSlot') === times && count(effects, 'untag') === times
    })
  ).toEqual([])
})

test('slot law: only a grant leads to a slot, and the session is the one that was granted', () => {
  expect(
    breaches(({ from, event, to }) => {
      if (from.hasTag('slot')) return to.context.session === from.context.session
      if (!to.hasTag('slot')) return to.context.session === from.context.session
      return event.type === 'slot.granted' && to.context.session === event.session
    })
  ).toEqual([])
})

test('slot law: dialing, handshaking and authorized hold one; of the rest only a promotion does', () => {
  for (const snapshot of states) {
    const leaf = leafOf(snapshot)
    const holds = /^dialing|^handshaking|^authorized|^connected\.promoting/.test(leaf)
    expect(snapshot.hasTag('slot'), leaf).toBe(holds)
  }
})

test('gate law: only edges into authorized open the gate, every edge out of it closes it first', () => {
  expect(
    breaches(({ from, to, effects }) => {
      const [was, is] = [from, to].map((each) => leafOf(each) === 'authorized')
      if (count(effects, 'openGate') !== (is === true && was !== true ? 1 : 0)) return false
      if (was === true && is !== true && effects[0] !== 'closeGate') return false
      return count(effects, 'closeGate') === (was === true && is !== true ? 1 : 0)
    })
  ).toEqual([])
})

test('agreement law: only the acceptance of the current session authorizes', () => {
  expect(
    breaches(({ from, event, to }) => {
      if (leafOf(to) !== 'authorized' || leafOf(from) === 'authorized') return true
      return event.type === 'handshake.accepted' && event.session === from.context.session
    })
  ).toEqual([])
})

test('settle law: what stands outside (slot, gate, dial, handshake, tag, deadline) fits the state', () => {
  const [start] = states
  expect(start && ledgerOf(start)).toEqual(EMPTY)
  const wrong = edges.filter((edge) => {
    if (isIgnored(edge)) return false
    const { ledger, misplaced } = settle(ledgerOf(edge.from), edge.event, edge.effects)
    return misplaced.length > 0 || JSON.stringify(ledger) !== JSON.stringify(ledgerOf(edge.to))
  })
  expect([...new Set(wrong.map(describeEdge))].slice(0, 5)).toEqual([])
})

test('settle law: a state that waits says for which deadline, and no other state does', () => {
  for (const snapshot of states) {
    const { deadline } = ledgerOf(snapshot)
    expect(deadline !== undefined, leafOf(snapshot)).toBe(snapshot.hasTag('waiting'))
  }
})

/**
 * States a peer may rest in: nothing is promised to anybody, or the other side would have to act.
 */
const RESTING = [
  'discovered.idle',
  'discovered.queued',
  'connected.unpromoted',
  'connected.queued',
  'authorized'
]

const DEADLINES: Readonly<Record<string, Step | undefined>> = {
  dial: CASES['dial.expired']['current'],
  handshake: CASES['handshake.expired']['current'],
  coolDown: CASES['coolDown.over']['current']
}

test('settle law: the deadline of a state leads out of it; only resting states have none', () => {
  const stuck = alive.filter((snapshot) => {
    const step = DEADLINES[ledgerOf(snapshot).deadline ?? '']
    const leaf = leafOf(snapshot)
    return step === undefined ? !RESTING.includes(leaf) : leafOf(take(snapshot, step).next) === leaf
  })
  expect(inWords(stuck)).toEqual([])
})

test('settle law: by deadlines alone every peer comes to rest without a slot', () => {
  for (const snapshot of alive.filter((each) => leafOf(each) !== 'authorized')) {
    let at = snapshot
    for (let steps = 0; at.hasTag('waiting'); steps++) {
      expect(steps, leafOf(snapshot)).toBeLessThan(3)
      const step = DEADLINES[ledgerOf(at).deadline ?? '']
      if (step !== undefined) at = take(at, step).next
    }
    expect(at.hasTag('slot'), leafOf(snapshot)).toBe(false)
  }
})

const ANSWERS: readonly PeerEvent['type'][] = [
  'dial.succeeded',
  'dial.failed',
  'dial.expired',
  'handshake.opened',
  'handshake.offered',
  'handshake.yielded',
  'handshake.accepted',
  'handshake.refused',
  'handshake.expired'
]

test('an answer of another session changes nothing in any state', () => {
  for (const snapshot of alive) {
    for (const step of ANSWERS.flatMap((type) => Object.values(CASES[type]))) {
      for (const session of [-1, 0, 1, 2, 99].map((offset) => snapshot.context.session + offset)) {
        const event = { ...step(snapshot.context), session }
        if (session === snapshot.context.session) continue
        const { next, effects } = take(snapshot, () => event)
        expect(next, `${leafOf(snapshot)} on ${event.type}`).toBe(snapshot)
        // a stream offered to an authorized peer is no answer, and must not be left hanging
        const isOffer = leafOf(snapshot) === 'authorized' && event.type === 'handshake.offered'
        expect(effects).toEqual(isOffer ? ['declineHandshake'] : [])
      }
    }
  }
})

test('a peer that is not authorized cannot say goodbye, nor refuse an update', () => {
  expect(
    breaches((edge) => {
      const isEnd = edge.event.type === 'goodbye.received' || edge.event.type === 'update.refused'
      return !isEnd || leafOf(edge.from) === 'authorized' || isIgnored(edge)
    })
  ).toEqual([])
})

test('one word of a remote never enters its peer in the ban table', () => {
  expect(
    breaches(({ event, effects }) => {
      return !effects.includes('ban') || ('by' in event && event.by === 'local')
    })
  ).toEqual([])
})

test('memory: a "no" is noted with its side and its end for as long as it has effect, no longer', () => {
  const wrong = alive.filter((snapshot) => {
    const { reason, by, until } = snapshot.context
    return ledgerOf(snapshot).deadline === 'coolDown'
      ? reason === undefined || by === undefined || until < NOW
      : reason !== undefined || by !== undefined || until !== 0
  })
  expect(inWords(wrong)).toEqual([])
})

test('memory: who waits for a slot is wanted, who rests is not; no wish is below the lasting one', () => {
  const rank = { discovered: 1, requested: 2, static: 3 }
  const isWrong = (snapshot: PeerSnapshot): boolean => {
    const { priority, lasting } = snapshot.context
    if (lasting !== undefined && (priority === undefined || rank[priority] < rank[lasting]))
      return true
    if (snapshot.hasTag('queued')) return priority === undefined
    return /idle|unpromoted/.test(leafOf(snapshot)) && priority !== undefined
  }
  expect(inWords(states.filter(isWrong))).toEqual([])
})

const isPlain = (value: unknown): boolean =>
  ['string', 'boolean', 'undefined'].includes(typeof value) || Number.isFinite(value)

test('plain data: contexts and events are strings, numbers and booleans, nothing else', () => {
  for (const { context } of states) expect(Object.values(context).every(isPlain)).toBe(true)
  for (const { event } of edges) expect(Object.values(event).every(isPlain)).toBe(true)
})
