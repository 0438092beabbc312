import { printable } from '../../../src/printable.ts'
import { DIAL_CLASSES, SLOT_KINDS } from '../../../machines/index.ts'
import type { NodeNow, PeerNow, Status } from '../model/scene.ts'

/** A slot that is held. */
export interface HeldSlot {
  readonly key: string
  readonly peer: string
  /** Of the chart: `dialing`, `connected`, `handshaking` or `authorized`. */
  readonly state: string
  readonly path: string
  readonly kind: string
  /** Epoch milliseconds. */
  readonly since: number
}

/** A peer that waits for a slot. */
interface Waiting {
  readonly key: string
  readonly peer: string
  readonly class: string
  /** The word for why it is not dialed now; undefined if it would be, or if nobody said. */
  readonly why: string | undefined
}

/** Slots and queue of a node at one moment. */
export interface SlotTable {
  readonly node: NodeNow
  readonly held: readonly HeldSlot[]
  /** Undefined if the node did not tell: recordings do not. */
  readonly maxPeers: number | undefined
  /** Slots at most, by kind, as far as a kind has a limit of its own. */
  readonly limits: ReadonlyMap<string, number>
  /** Waiting peers by class, the most wanted class first. */
  readonly queued: readonly (readonly [name: string, count: number])[]
  /** The first of the queue. */
  readonly next: readonly Waiting[]
  /** Did the node itself say who is next, and why not now? */
  readonly isTold: boolean
}

/** Peers of the queue that are shown. */
const NEXT = 20

/** @param peers - Those of all nodes */
export function tableOf(node: NodeNow, peers: readonly PeerNow[]): SlotTable {
  const { status, index } = node
  const own = peers.filter((peer) => peer.node === index)
  const kinds = new Map(status?.slots.map(({ session, kind }) => [session, kind]))
  const held = own
    .flatMap((peer) => heldBy(peer, kinds))
    .toSorted((a, b) => rank(a.kind) - rank(b.kind) || a.since - b.since)
  const queue = own.filter(({ path }) => path.endsWith('.queued'))
  const counts = new Map<string, number>()
  for (const { priority = 'discovered' } of queue) {
    counts.set(priority, (counts.get(priority) ?? 0) + 1)
  }
  return {
    node,
    held,
    maxPeers: status?.maxPeers,
    limits: limitsOf(status),
    queued: DIAL_CLASSES.map((name) => [name, counts.get(name) ?? 0] as const).filter(
      ([name, count]) => count > 0 || name !== 'trusted'
    ),
    next: status === undefined ? nextOf(queue) : toldOf(status, index),
    isTold: status !== undefined
  }
}

/** Whose slot it is says the node; a recording does not, and there what the peer was wanted for says nearly the same. */
function heldBy(peer: PeerNow, kinds: ReadonlyMap<number, string>): HeldSlot[] {
  const { key, path, state, heldSince, session, direction, priority } = peer
  if (heldSince === undefined) return []
  const kind =
    kinds.get(session) ?? (direction === 'inbound' ? 'inbound' : (priority ?? 'discovered'))
  return [{ key, peer: peer.peer, path, state, kind, since: heldSince }]
}

function rank(kind: string): number {
  const at = SLOT_KINDS.findIndex((each) => each === kind)
  return at < 0 ? SLOT_KINDS.length : at
}

function limitsOf(status: Status | undefined): ReadonlyMap<string, number> {
  const limits = status?.limits['slots']
  if (typeof limits !== 'object' || limits === null) return new Map()
  return new Map(
    Object.entries(limits).flatMap(([kind, limit]) =>
      typeof limit === 'number' ? [[kind, limit] as const] : []
    )
  )
}

function toldOf({ next }: Status, index: number): Waiting[] {
  return next.map(({ peer, class: name, why }) => ({
    key: `${index}/${peer}`,
    peer: printable(peer),
    class: name,
    why
  }))
}

function nextOf(queue: readonly PeerNow[]): Waiting[] {
  return queue
    .toSorted((a, b) => classRank(a) - classRank(b) || a.since - b.since)
    .slice(0, NEXT)
    .map(({ key, peer, priority = 'discovered' }) => ({
      key,
      peer,
      class: priority,
      why: undefined
    }))
}

function classRank({ priority = 'discovered' }: PeerNow): number {
  return DIAL_CLASSES.findIndex((each) => each === priority)
}
