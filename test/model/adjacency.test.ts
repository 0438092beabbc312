/** The tours find what xstate's own walk through a chart finds: two walks, one graph. */
import { getAdjacencyMap } from 'xstate/graph'
import { expect, test } from 'vitest'
import { peerMachine, schedulerMachine } from '../../machines/index.ts'
import { edgesOf, edgeTaken, leafOf, leavesOf } from '../../src/testing/model/chart-edges.ts'
import { newPeer } from '../../src/testing/model/peer-cases.ts'
import { formsFor, keyOf, toursOf } from './peer-forms.ts'
import type { PeerSnapshot } from '../../src/testing/model/peer-cases.ts'
import type { AnyStateMachine, EventObject } from 'xstate'

test("the peer's chart", () => {
  const map = getAdjacencyMap(peerMachine as AnyStateMachine, {
    fromState: newPeer(),
    serializeState: (snapshot) => keyOf(snapshot as PeerSnapshot),
    // a chart that is done still answers, but nobody would ask it
    stopWhen: ({ status }) => status !== 'active',
    events: ({ context }) => Object.values(formsFor(context as PeerSnapshot['context']))
  })
  const vertices = Object.values(map)
  const edges = vertices.flatMap(({ state, transitions }) =>
    Object.values(transitions as Record<string, { event: EventObject }>).flatMap(
      ({ event }) => edgeTaken(peerMachine, state, event) ?? []
    )
  )
  const toured = toursOf(peerMachine).flatMap((tour) => tour.map(({ edge }) => edge))
  expect(new Set(toured)).toEqual(new Set(edges))
  expect(new Set(vertices.map(({ state }) => leafOf(state)))).toEqual(
    new Set(leavesOf(peerMachine))
  )
})

test("the scheduler's chart", () => {
  const map = getAdjacencyMap(schedulerMachine as AnyStateMachine, {
    stopWhen: ({ status }) => status !== 'active'
  })
  const edges = Object.values(map).flatMap(({ state, transitions }) =>
    Object.values(transitions as Record<string, { event: EventObject }>).flatMap(
      ({ event }) => edgeTaken(schedulerMachine, state, event) ?? []
    )
  )
  expect(new Set(edges)).toEqual(new Set(edgesOf(schedulerMachine)))
})
