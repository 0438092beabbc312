import { transition } from 'xstate'
import { getAdjacencyMap } from 'xstate/graph'
import { edgeTaken } from './chart-edges.ts'
import type {
  AnyMachineSnapshot,
  AnyStateMachine,
  EventFromLogic,
  EventObject,
  SnapshotFrom
} from 'xstate'
import type { AdjacencyMap } from 'xstate/graph'

/** One event of a tour, in the state that the steps before have led to. */
export interface TourStep<M extends AnyStateMachine> {
  /** The name of the event's form, such as `peer.wanted: urgently`. */
  readonly form: string
  readonly event: EventFromLogic<M>
  readonly from: SnapshotFrom<M>
  readonly to: SnapshotFrom<M>
  /** The chart's edge that is taken, by its name. */
  readonly edge: string
}

/** A walk through a chart from its beginning. */
export type Tour<M extends AnyStateMachine> = readonly TourStep<M>[]

export interface EdgeToursInit<M extends AnyStateMachine> {
  /**
   * What may happen in a state, by the names of its forms: an event for each way that a guard can tell
   * apart, made for the very state.
   */
  events(snapshot: SnapshotFrom<M>): Readonly<Record<string, EventFromLogic<M>>>
  /**
   * What tells two states apart. It must hold whatever a guard looks at, and must not grow for ever.
   * Default: the state's value
   */
  readonly keyOf?: (snapshot: SnapshotFrom<M>) => string
  /** Where every tour begins. */
  readonly start: SnapshotFrom<M>
  /** Steps after which a tour ends, if it covers nothing new by going on to the next edge. Default: 25 */
  readonly length?: number
}

interface Neighbour {
  readonly form: string
  readonly to: string
  readonly edge: string | undefined
}

/**
 * Tours that together take every edge of a chart that can be reached with these events: from wherever a
 * tour is, it goes on to the nearest edge that none has taken. Events that change nothing are no edges.
 *
 * @throws Error if `keyOf` holds two states for one in which the same event has different ends
 */
export function edgeTours<M extends AnyStateMachine>(
  machine: M,
  init: EdgeToursInit<M>
): Tour<M>[] {
  const { start, keyOf = valueOf, length = 25 } = init
  const graph = graphOf(machine, { ...init, keyOf })
  const missing = new Set(
    [...graph.values()].flatMap((neighbours) => neighbours.flatMap(({ edge }) => edge ?? []))
  )
  const tours: Tour<M>[] = []
  while (missing.size > 0) {
    const tour: TourStep<M>[] = []
    for (let at = start; ;) {
      const forms = wayToNext(graph, keyOf(at), missing)
      if (forms === undefined || (tour.length > 0 && tour.length + forms.length > length)) break
      for (const { form, to } of forms) {
        const event = init.events(at)[form]
        if (event === undefined) throw new Error(`${form} cannot happen in ${keyOf(at)}`)
        const edge = edgeTaken(machine, at, event) ?? 'ignored'
        const next = transition(machine, at, event)[0] as SnapshotFrom<M>
        if (keyOf(next) !== to) throw new Error(`${form} leads to ${keyOf(next)}, not to ${to}`)
        tour.push({ form, event, from: at, to: next, edge })
        missing.delete(edge)
        at = next
      }
    }
    if (tour.length === 0) throw new Error(`No way to ${[...missing].join(', ')}`)
    tours.push(tour)
  }
  return tours
}

/** What leads on, as the adjacency map has it. */
interface Onward {
  readonly event: EventObject
  readonly state: AnyMachineSnapshot
}

/** Every state that can be reached, with whatever leads on from it. A chart that is done is left alone. */
function graphOf<M extends AnyStateMachine>(
  machine: M,
  { events, keyOf, start }: Required<Pick<EdgeToursInit<M>, 'events' | 'keyOf' | 'start'>>
): Map<string, Neighbour[]> {
  const forms = new WeakMap<object, string>()
  const map: AdjacencyMap<AnyMachineSnapshot, EventObject> = getAdjacencyMap(
    machine as AnyStateMachine,
    {
      fromState: start as AnyMachineSnapshot,
      serializeState: (snapshot) => keyOf(snapshot as SnapshotFrom<M>),
      serializeEvent: (event) => forms.get(event) ?? '',
      stopWhen: ({ status }) => status !== 'active',
      events: (snapshot) =>
        Object.entries(events(snapshot as SnapshotFrom<M>)).map(([form, event]) => {
          const own = { ...event }
          forms.set(own, form)
          return own
        })
    }
  )
  const entries = Object.entries(map).map(([key, { state, transitions }]) => {
    const next = transitions as Record<string, Onward>
    const neighbours = Object.entries(next).map(([form, onward]) => ({
      form,
      to: keyOf(onward.state as SnapshotFrom<M>),
      edge: edgeTaken(machine, state, onward.event)
    }))
    return [key, neighbours] as const
  })
  return new Map(entries)
}

/** The shortest way from a state over an edge that is missing; undefined if there is none. */
function wayToNext(
  graph: ReadonlyMap<string, readonly Neighbour[]>,
  from: string,
  missing: ReadonlySet<string>
): Neighbour[] | undefined {
  const ways = new Map<string, Neighbour[]>([[from, []]])
  for (const [at, way] of ways) {
    for (const neighbour of graph.get(at) ?? []) {
      const { edge, to } = neighbour
      if (edge === undefined) continue
      if (missing.has(edge)) return [...way, neighbour]
      if (!ways.has(to)) ways.set(to, [...way, neighbour])
    }
  }
  return undefined
}

const valueOf = ({ value }: { readonly value: unknown }): string => JSON.stringify(value)
