import { ranSince } from './running-time.ts'
import { HEADER_PROTOCOL, MAX_PEERS, NEGOTIATION, QUIET } from './settings.ts'
import type { Member, Role } from './network.ts'
import type { Breach, Kind, Witness } from './witness.ts'
import type { Stream } from '@libp2p/interface'

/** One node as it was found. Everybody else appears by name. */
export interface Finding {
  readonly name: string
  readonly role: Role
  /** Peers the node holds to be authorized. */
  readonly authorized: readonly string[]
  /** The other ends of its open connections, one entry each, as libp2p lists them. */
  readonly connections: readonly { readonly to: string; readonly direction: string }[]
  /** Whoever has an open stream of the application or of gossip with it, as libp2p lists them, held ones left out. */
  readonly gatedStreams: readonly string[]
  /** Whoever is a peer or a subscriber in the eyes of its gossipsub. */
  readonly gossipPeers: readonly string[]
  readonly mostAuthorized: number
  readonly delivered: Readonly<Record<Kind, number>>
  readonly trespassed: Readonly<Record<Kind, number>>
  readonly refused: number
  /** What its witness saw on the way. */
  readonly breaches: readonly Breach[]
}

/** The network at a quiet moment, recounted from outside: plain data that the laws are judged by. */
export interface World {
  readonly maxPeers: number
  /** False if the network had to be recounted before it came to rest. */
  readonly isSettled: boolean
  readonly findings: readonly Finding[]
  /** Promises that a caller was handed and that did not settle, by what was asked. */
  readonly pending: readonly string[]
  /** Nodes that still had connections after they had stopped. */
  readonly notClosed: readonly string[]
  /** Errors nobody caught. */
  readonly crashes: readonly string[]
}

const GATED = [HEADER_PROTOCOL, '/meshsub/', '/floodsub/']

// a younger one may still be on its way to the gate
function isGated({ protocol, status, timeline }: Stream): boolean {
  const isOld = ranSince(timeline.open) > NEGOTIATION
  return status === 'open' && isOld && GATED.some((gated) => protocol.startsWith(gated))
}

// paused by the gate until the verdict on its peer: it is there, and nobody can read it
function isHeld({ direction, readStatus }: Stream): boolean {
  return direction === 'inbound' && readStatus === 'paused'
}

/** Writes down what libp2p, gossipsub and the witnesses see right now. */
export function recount(
  members: ReadonlyMap<string, Member>,
  witnesses: ReadonlyMap<Member, Witness>
): Finding[] {
  const nameOf = (peer: { toString(): string }): string =>
    members.get(peer.toString())?.name ?? peer.toString()
  return [...witnesses].map(([{ name, role, node, peers }, witness]) => {
    const { pubsub } = node.services
    const open = node.getConnections().filter(({ status }) => status === 'open')
    const heard = pubsub.getTopics().flatMap((topic) => pubsub.getSubscribers(topic))
    return {
      name,
      role,
      authorized: (peers?.getPeers({ state: 'authorized' }) ?? []).map(({ peerId }) =>
        nameOf(peerId)
      ),
      connections: open.map(({ remotePeer, direction }) => ({ to: nameOf(remotePeer), direction })),
      gatedStreams: open
        .filter(({ streams }) => streams.some((stream) => isGated(stream) && !isHeld(stream)))
        .map(({ remotePeer }) => nameOf(remotePeer)),
      gossipPeers: [...new Set([...pubsub.getPeers(), ...heard].map(nameOf))],
      mostAuthorized: witness.mostAuthorized,
      delivered: { ...witness.delivered },
      trespassed: { ...witness.trespassed },
      refused: witness.refused,
      breaches: witness.breaches
    }
  })
}

/** True if every honest node has a peer and somebody has all its slots taken: what the demo waits for. */
export function isGrown(witnesses: ReadonlyMap<Member, Witness>): boolean {
  const honest = [...witnesses.values()].filter(({ member }) => member.role === 'honest')
  return (
    honest.every(({ authorized }) => authorized.size > 0) &&
    honest.some(({ authorized }) => authorized.size === MAX_PEERS)
  )
}

/**
 * True if the network is at rest: no two nodes of ours are shaking hands, and nobody's authorization changed for
 * `QUIET` milliseconds. The silent node keeps being tried by whoever has a slot to spare; that is not unrest.
 */
export function isAtRest(
  members: ReadonlyMap<string, Member>,
  witnesses: ReadonlyMap<Member, Witness>
): boolean {
  return [...witnesses.values()].every(
    ({ member, changed }) => performance.now() - changed > QUIET && !isShakingHands(member, members)
  )
}

function isShakingHands({ peers }: Member, members: ReadonlyMap<string, Member>): boolean {
  const views = peers?.getPeers() ?? []
  return views.some(
    ({ peerId, state }) =>
      (state === 'dialing' || state === 'handshaking') &&
      members.get(peerId.toString())?.peers !== undefined
  )
}
