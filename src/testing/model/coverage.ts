import { edgesOf, leavesOf } from './chart-edges.ts'
import type { AnyStateMachine } from 'xstate'

/** Which states and edges of a chart a test has seen, and which it has not. */
export class Coverage {
  readonly #chart: string
  readonly #states: readonly string[]
  readonly #edges: readonly string[]
  readonly #seenStates = new Map<string, number>()
  readonly #seenEdges = new Map<string, number>()

  /** @param ruledOut - Edges that are defined and never taken; the test has to say why */
  constructor(machine: AnyStateMachine, ruledOut: readonly string[] = []) {
    const all = edgesOf(machine)
    const unknown = ruledOut.filter((edge) => !all.includes(edge))
    if (unknown.length > 0) throw new Error(`The chart has no edge ${unknown.join(', nor ')}`)
    this.#chart = machine.id
    this.#states = leavesOf(machine)
    this.#edges = all.filter((edge) => !ruledOut.includes(edge))
  }

  /** The test has been in this leaf. */
  sawState(leaf: string): void {
    this.#seenStates.set(leaf, (this.#seenStates.get(leaf) ?? 0) + 1)
  }

  /** The test has taken this edge. */
  sawEdge(edge: string): void {
    this.#seenEdges.set(edge, (this.#seenEdges.get(edge) ?? 0) + 1)
  }

  /** Leaves and edges that no test has seen, by their names. */
  get missing(): string[] {
    return [
      ...this.#states.filter((leaf) => !this.#seenStates.has(leaf)),
      ...this.#edges.filter((edge) => !this.#seenEdges.has(edge))
    ]
  }

  /** Edges that were taken although they are ruled out, or are none of the chart. */
  get unforeseen(): string[] {
    return [...this.#seenEdges.keys()].filter((edge) => !this.#edges.includes(edge))
  }

  /** Has a test taken this edge? */
  has(edge: string): boolean {
    return this.#seenEdges.has(edge)
  }

  /** One line, such as `peer: states 16/16, edges 198/198`. */
  get summary(): string {
    const states = this.#states.filter((leaf) => this.#seenStates.has(leaf))
    const edges = this.#edges.filter((edge) => this.#seenEdges.has(edge))
    const counts = `states ${states.length}/${this.#states.length}, edges ${edges.length}/${this.#edges.length}`
    return `${this.#chart}: ${counts}`
  }

  /** For each leaf: how often it was seen, and how many of the edges that begin there. */
  rows(): { state: string; visits: number; edges: number; of: number }[] {
    return this.#states.map((state) => {
      const own = this.#edges.filter((edge) => edge.startsWith(`${state} on `))
      const edges = own.filter((edge) => this.#seenEdges.has(edge)).length
      return { state, visits: this.#seenStates.get(state) ?? 0, edges, of: own.length }
    })
  }
}
