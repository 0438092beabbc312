/** Tours through a graph that is found on the way: whatever leads on from a state, and what it covers. */

/** A way out of a state. */
export interface Move<S> {
  readonly name: string
  readonly to: S
  /** What is covered by going there. */
  readonly covers: readonly string[]
}

/** A move as a tour makes it. */
export type Leg<S, M extends Move<S> = Move<S>> = M & { readonly from: S }

export interface ToursInit<S, M extends Move<S> = Move<S>> {
  /** Where every tour begins. */
  readonly start: S
  readonly movesFrom: (state: S) => Iterable<M>
  /** What tells two states apart; it must hold whatever decides where the moves lead. */
  readonly keyOf: (state: S) => string
  /** Steps after which a tour is not made longer. */
  readonly length: number
  /** What has been covered elsewhere. */
  readonly covered?: Iterable<string>
}

interface Onward {
  readonly name: string
  readonly to: string
  readonly covers: readonly string[]
}

/**
 * Tours that together cover whatever can be: from wherever a tour is, it goes on to the nearest move that
 * covers something new. In a state that is taken for another one nothing is hidden: a move that leads
 * elsewhere than from the one that was found first is an error.
 *
 * @throws Error if `keyOf` does not tell two states apart that it has to
 */
export function toursOver<S, M extends Move<S> = Move<S>>(init: ToursInit<S, M>): Leg<S, M>[][] {
  const { start, movesFrom, keyOf, length } = init
  const graph = graphOf(init)
  const missing = new Set(
    [...graph.values()].flatMap((moves) => moves.flatMap(({ covers }) => covers))
  )
  for (const each of init.covered ?? []) missing.delete(each)
  const tours: Leg<S, M>[][] = []
  while (missing.size > 0) {
    const tour: Leg<S, M>[] = []
    for (let at = start; ;) {
      const way = wayToNext(graph, keyOf(at), missing)
      if (way === undefined || (tour.length > 0 && tour.length + way.length > length)) break
      for (const { name, to } of way) {
        const move = moveFrom(at, name, movesFrom)
        if (move === undefined) throw new Error(`There is no ${name} in ${keyOf(at)}`)
        if (keyOf(move.to) !== to) {
          throw new Error(`${name} in ${keyOf(at)} leads to ${keyOf(move.to)}, not to ${to}`)
        }
        tour.push({ ...move, from: at })
        for (const each of move.covers) missing.delete(each)
        at = move.to
      }
    }
    tours.push(tour)
  }
  return tours
}

function moveFrom<S, M extends Move<S>>(
  state: S,
  name: string,
  movesFrom: ToursInit<S, M>['movesFrom']
): M | undefined {
  for (const move of movesFrom(state)) if (move.name === name) return move
  return undefined
}

/** Every state that can be reached, by its key, with what leads on from it. */
function graphOf<S>({ start, movesFrom, keyOf }: ToursInit<S>): Map<string, Onward[]> {
  const graph = new Map<string, Onward[]>()
  const found = new Map([[keyOf(start), start]])
  // a Map is iterated in the order of insertion, what is added meanwhile included
  for (const [key, state] of found) {
    const moves: Onward[] = []
    for (const { name, to, covers } of movesFrom(state)) {
      const next = keyOf(to)
      if (!found.has(next)) found.set(next, to)
      moves.push({ name, to: next, covers })
    }
    graph.set(key, moves)
  }
  return graph
}

/** The shortest way from a state over a move that covers something new; undefined if there is none. */
function wayToNext(
  graph: ReadonlyMap<string, readonly Onward[]>,
  from: string,
  missing: ReadonlySet<string>
): Onward[] | undefined {
  const ways = new Map<string, Onward[]>([[from, []]])
  for (const [at, way] of ways) {
    for (const move of graph.get(at) ?? []) {
      if (move.covers.some((each) => missing.has(each))) return [...way, move]
      if (!ways.has(move.to)) ways.set(move.to, [...way, move])
    }
  }
  return undefined
}
