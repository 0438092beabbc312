import type { AnyStateMachine, AnyStateNode } from 'xstate'

/** One state of a chart, with what the machine says of it. */
export interface ChartState {
  /** Its path below the machine, such as `connected.queued`. */
  readonly path: string
  /** The last word of the path. */
  readonly key: string
  /** The path of the state around it; undefined for a top-level state. */
  readonly parent: string | undefined
  readonly description: string
  /** Its own and those of the states around it. */
  readonly tags: readonly string[]
  /** The deadline that is armed while a peer is in the state, its own or that of the state around it. */
  readonly deadline: string | undefined
  /** The path of the state it begins in; undefined if it has no states inside. */
  readonly initial: string | undefined
  readonly isFinal: boolean
}

/** One arrow of a chart: a transition that leads to another state. */
export interface ChartArrow {
  readonly from: string
  readonly to: string
  readonly event: string
  /** The guard's name; undefined if it has none, or if no other branch of the event leads elsewhere. */
  readonly guard: string | undefined
  /** True if it is the last of several branches: what happens when no guard before it holds. */
  readonly isOtherwise: boolean
}

/** A machine as plain data, in the order in which it is written. */
export interface Chart {
  readonly initial: string
  readonly states: readonly ChartState[]
  readonly arrows: readonly ChartArrow[]
}

/**
 * Reads a chart from a machine's tree of state nodes. Not from its config, where targets are unresolved, nor
 * from its definition, which leaves eventless transitions out.
 */
export function chartOf(machine: AnyStateMachine): Chart {
  const root = machine.root
  const nodes = descendants(root)
  return {
    initial: pathOf(root.initial.target[0] ?? root),
    states: nodes.map(stateOf),
    arrows: nodes.flatMap(arrowsOf)
  }
}

function descendants(node: AnyStateNode): AnyStateNode[] {
  return Object.values(node.states).flatMap((child) => [child, ...descendants(child)])
}

function pathOf(node: AnyStateNode): string {
  return node.path.join('.')
}

function stateOf(node: AnyStateNode): ChartState {
  const isCompound = Object.keys(node.states).length > 0
  return {
    path: pathOf(node),
    key: node.key,
    parent: node.path.length > 1 ? node.path.slice(0, -1).join('.') : undefined,
    description: node.description ?? '',
    tags: tagsOf(node),
    deadline: deadlineOf(node),
    initial: isCompound ? pathOf(node.initial.target[0] ?? node) : undefined,
    isFinal: node.type === 'final'
  }
}

function tagsOf(node: AnyStateNode | undefined): string[] {
  return node === undefined ? [] : [...tagsOf(node.parent), ...node.tags]
}

function deadlineOf(node: AnyStateNode | undefined): string | undefined {
  if (node === undefined) return undefined
  const { deadline } = (node.meta ?? {}) as { deadline?: string }
  return deadline ?? deadlineOf(node.parent)
}

function arrowsOf(node: AnyStateNode): ChartArrow[] {
  const byEvent = [...node.transitions.values(), node.always ?? []]
  return byEvent.flatMap((branches) => {
    const targets = branches.map(({ target }) => target?.map(pathOf).join() ?? '')
    const isDecided = new Set(targets).size > 1
    return branches.flatMap(({ target, eventType, guard }, at) =>
      (target ?? []).map((to) => ({
        from: pathOf(node),
        to: pathOf(to),
        event: eventType === '' ? 'always' : eventType,
        guard: isDecided ? nameOf(guard) : undefined,
        isOtherwise: isDecided && guard === undefined && at > 0
      }))
    )
  })
}

function nameOf(guard: unknown): string | undefined {
  if (typeof guard === 'string') return guard
  return (guard as { type?: string } | undefined)?.type
}
