import { getStateNodes } from 'xstate/graph'
import type {
  AnyMachineSnapshot,
  AnyStateMachine,
  AnyStateNode,
  AnyTransitionDefinition,
  EventObject
} from 'xstate'

/** The leaves of a chart and its edges, as its definition has them: what a walk must have seen. */

/** The leaf that a snapshot is in, as a path without the name of the machine. */
export function leafOf({ value }: Pick<AnyMachineSnapshot, 'value'>): string {
  const path: string[] = []
  let at: unknown = value
  while (typeof at === 'object' && at !== null) {
    const [[key, inner] = ['', '']] = Object.entries(at)
    path.push(key)
    at = inner
  }
  return [...path, String(at)].join('.')
}

/** Every leaf of a chart, as a path without the name of the machine. */
export function leavesOf(machine: AnyStateMachine): string[] {
  return leafNodesOf(machine).map(nameOf)
}

/**
 * Every edge that a chart defines: each leaf, with each branch of each transition that is heard there, its
 * own and those of the states around it that no branch before shuts out.
 */
export function edgesOf(machine: AnyStateMachine): string[] {
  return leafNodesOf(machine).flatMap((leaf) => {
    const events = new Set(around(leaf).flatMap(({ transitions }) => [...transitions.keys()]))
    return [...events].flatMap((event) =>
      branchesOf(leaf, event).map((branch) => edgeName(nameOf(leaf), branch))
    )
  })
}

/**
 * The edge that an event takes, by its name; undefined if the event is ignored.
 *
 * @param snapshot - The snapshot before the event
 */
export function edgeTaken(
  machine: AnyStateMachine,
  snapshot: AnyMachineSnapshot,
  event: EventObject
): string | undefined {
  const [taken] = machine.getTransitionData(snapshot, event)
  return taken === undefined ? undefined : edgeName(leafOf(snapshot), taken)
}

/**
 * An edge in words: the leaf, the event, the guard of the branch, and where it leads: to a leaf, or it
 * `stays`, or the event is expressly `ignored` there, though not in the states around.
 */
function edgeName(leaf: string, branch: AnyTransitionDefinition): string {
  const { eventType, guard, target, actions } = branch
  const condition = typeof guard === 'string' ? ` [${guard}]` : ''
  const [to] = target ?? []
  const stays = actions.length > 0 ? 'stays' : 'ignored'
  return `${leaf} on ${eventType}${condition} -> ${to === undefined ? stays : nameOf(to)}`
}

/** The branches that may be taken in a leaf: whatever comes after one without a guard never is. */
function branchesOf(leaf: AnyStateNode, event: string): AnyTransitionDefinition[] {
  const branches: AnyTransitionDefinition[] = []
  for (const node of around(leaf)) {
    for (const branch of node.transitions.get(event) ?? []) {
      branches.push(branch)
      if (branch.guard === undefined) return branches
    }
  }
  return branches
}

/** A node and those around it, itself first. */
function around(node: AnyStateNode): AnyStateNode[] {
  return node.parent === undefined ? [node] : [node, ...around(node.parent)]
}

function leafNodesOf(machine: AnyStateMachine): AnyStateNode[] {
  return getStateNodes(machine).filter(({ type }) => type === 'atomic' || type === 'final')
}

const nameOf = ({ path }: AnyStateNode): string => path.join('.')
