import { transition } from 'xstate'
import { getStateNodes } from 'xstate/graph'
import type {
  AnyMachineSnapshot,
  AnyStateMachine,
  AnyStateNode,
  AnyTransitionDefinition,
  EventObject
} from 'xstate'

/**
 * Every state a chart can reach and every edge between them, by trying every event in every state.
 */

/** One event in one state, and what came of it. */
export interface Edge<S, E> {
  readonly from: S
  readonly event: E
  readonly to: S
  /** The effects that were named, in their order. */
  readonly effects: readonly string[]
  /** The transitions of the chart that were taken; none if the event was ignored. */
  readonly taken: readonly AnyTransitionDefinition[]
}

export interface Walk<S, E> {
  readonly states: readonly S[]
  readonly edges: readonly Edge<S, E>[]
}

/**
 * Walks a chart in breadth from the given states. Two snapshots with the same `keyOf` are one
 * state, of which the first that is found stands for all: the key must hold whatever a guard looks
 * at.
 */
export function walk<S extends AnyMachineSnapshot, E extends EventObject>(
  machine: AnyStateMachine,
  starts: readonly S[],
  eventsFor: (snapshot: S) => readonly E[],
  keyOf: (snapshot: S) => string
): Walk<S, E> {
  const states = new Map<string, S>(starts.map((snapshot) => [keyOf(snapshot), snapshot]))
  const edges: Edge<S, E>[] = []
  // a Map is iterated in the order of insertion, what is added meanwhile included
  for (const from of states.values()) {
    // a chart that is done still answers, but nobody would ask it
    if (from.status !== 'active') continue
    for (const event of eventsFor(from)) {
      const taken = machine.getTransitionData(from, event)
      const [next, actions] = transition(machine, from, event)
      const to = next as S
      edges.push({ from, event, to, effects: actions.map(({ type }) => type), taken })
      const key = keyOf(to)
      if (!states.has(key)) states.set(key, to)
    }
  }
  return { states: [...states.values()], edges }
}

/** Every node of a chart, the root included. */
export function nodesOf(machine: AnyStateMachine): AnyStateNode[] {
  return [machine.root, ...getStateNodes(machine)]
}

/** Every transition the chart defines, each branch of a guarded one by itself. */
export function definitionsOf(machine: AnyStateMachine): AnyTransitionDefinition[] {
  return nodesOf(machine).flatMap((node) => [...node.transitions.values()].flat())
}

/** A transition in words: where it starts, on what, under which condition, where it leads. */
export function nameOf({ source, eventType, guard, target }: AnyTransitionDefinition): string {
  const condition = typeof guard === 'string' ? ` [${guard}]` : ''
  return `${source.id} on ${eventType}${condition} -> ${target?.[0]?.id ?? 'stays'}`
}
