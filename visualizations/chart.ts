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
  /** The effects of entering it, by name. */
  readonly entry: readonly string[]
  /** The effects of leaving it, by name. */
  readonly exit: readonly string[]
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
  /** The guard's name, wherever the other branches of the event lead; undefined if it has none. */
  readonly condition: string | undefined
  /** What is done on the way, by name. */
  readonly effects: readonly string[]
}

/** What tells one arrow from another, but for its guard: `<from> <event> <to>`. */
export function keyOf({ from, event, to }: Pick<ChartArrow, 'from' | 'event' | 'to'>): string {
  return `${from} ${event} ${to}`
}

/** The top-level state that a state is, or is in. */
export function topOf(path: string): string {
  return path.split('.', 1)[0] ?? path
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
    isFinal: node.type === 'final',
    entry: node.entry.map(nameOf),
    exit: node.exit.map(nameOf)
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
    return branches.flatMap(({ target, eventType, guard, actions }, at) =>
      (target ?? []).map((to) => ({
        from: pathOf(node),
        to: pathOf(to),
        event: eventType === '' ? 'always' : eventType,
        guard: isDecided && guard !== undefined ? nameOf(guard) : undefined,
        isOtherwise: isDecided && guard === undefined && at > 0,
        condition: guard === undefined ? undefined : nameOf(guard),
        effects: actions.map(nameOf)
      }))
    )
  })
}

/** The name of a guard or an action: the charts have nothing but names in them. */
function nameOf(named: unknown): string {
  if (typeof named === 'string') return named
  const { type } = named as { type?: unknown }
  if (typeof type === 'string') return type
  throw new TypeError('Expected a guard or an action with a name, got one without')
}
