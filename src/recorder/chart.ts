import { peerMachine } from '../../machines/index.ts'
import type { PeerContext } from '../../machines/index.ts'

/** Every leaf of the peer's chart, with its tags. */
const LEAVES = new Map(
  leavesBelow(peerMachine.root).map((node) => [node.path.join('.'), new Set(tagsOf(node))])
)

type Node = typeof peerMachine.root

function leavesBelow(node: Node): Node[] {
  const inner = Object.values(node.states) as Node[]
  return inner.length === 0 ? [node] : inner.flatMap(leavesBelow)
}

function tagsOf(node: Node): string[] {
  return node.parent === undefined ? node.tags : [...tagsOf(node.parent as Node), ...node.tags]
}

/** Is there such a state? */
export const isPath = (path: string): boolean => LEAVES.has(path)

/** The slot that a peer holds in a state: the number of its session; undefined if it holds none. */
export const slotOf = (path: string, { session }: PeerContext): number | undefined =>
  LEAVES.get(path)?.has('slot') === true ? session : undefined

/** The state's value in the chart, such as `{ connected: 'queued' }`. */
export function valueOf(path: string): string | Record<string, string> {
  const [word = path, detail] = path.split('.')
  return detail === undefined ? word : { [word]: detail }
}
