import { slotOf } from '../../../src/recorder/chart.ts'
import { printable } from '../../../src/printable.ts'
import type { Connection, PeerNow, Source } from './scene.ts'
import type { RecordedConnection } from '../../../src/recorder/entry.ts'
import type { ConnectionLine, MoveLine, PeerLine } from './told.ts'

/** Where a peer belongs: to which node, by which name, and how the node's times become those of the page. */
export interface Place {
  readonly node: number
  /** Milliseconds since the epoch at the node's moment 0. */
  readonly origin: number
}

/** Tells a peer of one node from all others. */
export const keyOf = (node: number, peer: string): string => `${node}/${peer}`

/** The name by which the node knows the peer of a key. */
export const nameIn = (key: string): string => key.slice(key.indexOf('/') + 1)

type Facts = Omit<PeerNow, 'state' | 'source'>

/** A peer of which nothing was told yet. */
export function newPeer({ node }: Place, peer: string, at: number): PeerNow {
  return withSource({
    key: keyOf(node, peer),
    node,
    peer: printable(peer),
    path: 'discovered.idle',
    since: at,
    session: 0,
    failures: 0,
    connections: []
  })
}

/** A peer as it is at a beginning. */
export function begunPeer(place: Place, line: PeerLine): PeerNow {
  const { peer, path, context, since } = line
  const { session, failures, priority, lasting, direction, reason, by, detail } = context
  const isHeld = slotOf(path, context) !== undefined
  return withSource({
    key: keyOf(place.node, peer),
    node: place.node,
    peer: printable(peer),
    path,
    since: momentOf(place.origin + since),
    heldSince: isHeld ? momentOf(place.origin + (line.held ?? since)) : undefined,
    session,
    direction: isHeld ? direction : undefined,
    priority,
    lasting,
    reason,
    by,
    detail: detail === undefined ? undefined : printable(detail),
    until: timeOf(place, context.until),
    failures,
    authorizedAt: timeOf(place, context.authorizedAt),
    connections: line.connections
      .slice(-MOST_CONNECTIONS)
      .map((each) => connectionOf(each, momentOf(place.origin + since)))
  })
}

/** The peer after a decision about it. */
export function movedPeer(was: PeerNow, line: MoveLine, place: Place, at: number): PeerNow {
  const { change, to, slot, event } = line
  const text = (name: string, before: string | undefined): string | undefined => {
    const value = change[name]
    return value === undefined ? before : typeof value === 'string' ? printable(value) : undefined
  }
  const time = (name: string, before: number | undefined): number | undefined =>
    change[name] === undefined ? before : timeOf(place, numberOf(change[name]))
  const session = numberOf(change['session'], was.session)
  const isKept = was.heldSince !== undefined && was.session === session
  const direction = 'direction' in event ? event.direction : was.direction
  return withSource({
    key: was.key,
    node: was.node,
    peer: was.peer,
    path: to,
    since: to === was.path ? was.since : at,
    heldSince: slot === undefined ? undefined : isKept ? was.heldSince : at,
    session,
    direction: slot === undefined ? undefined : direction,
    priority: text('priority', was.priority),
    lasting: text('lasting', was.lasting),
    reason: text('reason', was.reason),
    by: text('by', was.by),
    detail: text('detail', was.detail),
    until: time('until', was.until),
    failures: numberOf(change['failures'], was.failures),
    authorizedAt: time('authorizedAt', was.authorizedAt),
    connections: was.connections
  })
}

/** The peer after one of its connections was opened or closed. */
export function connectedPeer(was: PeerNow, line: ConnectionLine, at: number): PeerNow {
  const kept = line.what === 'closed' ? MOST_CONNECTIONS : MOST_CONNECTIONS - 1
  const others = was.connections.filter(({ id }) => id !== line.id).slice(-kept)
  const connections = line.what === 'closed' ? others : [...others, connectionOf(line, at)]
  return withSource({ ...was, connections })
}

/** Connections of one peer that are kept, the newest: a peer has a few, and who made a file may have given it a million. */
const MOST_CONNECTIONS = 64

function connectionOf(told: RecordedConnection, openedAt: number): Connection {
  const { id, opener, limited, address } = told
  return {
    id: printable(id),
    opener,
    isLimited: limited,
    address: address === undefined ? undefined : printable(address),
    openedAt
  }
}

/** The last moment that there is in JavaScript. */
const LATEST = 8.64e15

/** A time as the page shows it: one that there is, whatever a file says. */
export const momentOf = (time: number): number => Math.min(LATEST, Math.max(0, time || 0))

/** A node's time as the page's; undefined for 0, which is how charts say that there is none. */
const timeOf = ({ origin }: Place, time: number): number | undefined =>
  time === 0 ? undefined : time === Infinity ? time : momentOf(origin + time)

function numberOf(value: unknown, otherwise = 0): number {
  if (value === 'Infinity') return Infinity
  return typeof value === 'number' ? value : otherwise
}

const withSource = (facts: Facts): PeerNow => ({
  ...facts,
  state: facts.path.split('.', 1)[0] ?? facts.path,
  source: sourceOf(facts)
})

function sourceOf({ priority, lasting, direction, connections }: Facts): Source {
  if (priority === 'static' || lasting === 'static') return 'static'
  if (direction === 'inbound') return 'inbound'
  if (direction === 'outbound' || priority !== undefined) return 'queue'
  if (connections.some(({ opener }) => opener === 'foreign')) return 'foreign'
  if (connections.some(({ opener }) => opener === 'own')) return 'queue'
  return connections.length > 0 ? 'inbound' : 'none'
}
