import { transition } from 'xstate'
import { edgeTaken } from './chart-edges.ts'
import { toursOver } from './tours.ts'
import type { AnyMachineSnapshot, AnyStateMachine, EventFromLogic, SnapshotFrom } from 'xstate'
import type { Move } from './tours.ts'

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
  /** Where every tour begins. */
  readonly start: SnapshotFrom<M>
  /**
   * What may happen in a state, by the names of its forms: an event for each way that a guard can tell
   * apart, made for the very state.
   */
  readonly events: (snapshot: SnapshotFrom<M>) => Readonly<Record<string, EventFromLogic<M>>>
  /**
   * What tells two states apart. It must hold whatever a guard looks at, and must not grow for ever.
   * Default: the state's value
   */
  readonly keyOf?: (snapshot: SnapshotFrom<M>) => string
  /** Steps after which a tour is not made longer. Default: 25 */
  readonly length?: number
}

const LENGTH = 25

/** A move with the event that it is made by. */
interface EventMove<M extends AnyStateMachine> extends Move<SnapshotFrom<M>> {
  readonly event: EventFromLogic<M>
  readonly covers: readonly [edge: string]
}

/**
 * Tours that together take every edge of a chart that can be reached with these events: from wherever a
 * tour is, it goes on to the nearest edge that none has taken. Events that change nothing are no edges,
 * and a chart that is done is left alone.
 *
 * @throws Error if `keyOf` holds two states for one in which the same event has different ends
 */
export function edgeTours<M extends AnyStateMachine>(
  machine: M,
  { start, events, keyOf = valueOf, length = LENGTH }: EdgeToursInit<M>
): Tour<M>[] {
  const tours = toursOver<SnapshotFrom<M>, EventMove<M>>({
    start,
    keyOf,
    length,
    *movesFrom(from) {
      // a chart that is done still answers, but nobody would ask it
      if ((from as AnyMachineSnapshot).status !== 'active') return
      for (const [name, event] of Object.entries(events(from))) {
        const edge = edgeTaken(machine, from, event)
        if (edge === undefined) continue
        const to = transition(machine, from, event)[0] as SnapshotFrom<M>
        yield { name, event, to, covers: [edge] }
      }
    }
  })
  return tours.map((tour) =>
    tour.map(({ name, event, from, to, covers: [edge] }) => ({ form: name, event, from, to, edge }))
  )
}

const valueOf = ({ value }: { readonly value: unknown }): string => JSON.stringify(value)
