import { isHolding, recount } from '../../src/testing/simulation/recount.ts'
import { NAMES } from './counterpart.ts'
import type { Application } from './application.ts'
import type { Counterpart, Name } from './counterpart.ts'
import type { Reference } from './reference.ts'
import type { SimulatedNode } from '../../src/testing/simulation/simulated-node.ts'
import type { PeerLifecycle } from '../../src/index.ts'
import type { MultiaddrConnection, PeerId } from '@libp2p/interface'
import type { Multiaddr } from '@multiformats/multiaddr'

/** What the node of a scene has for itself; who is trusted is decided as it goes on. */
export const OPTIONS = {
  maxPeers: 3,
  // so few that most runs are recorded from a state of all peers on
  recorder: { lines: 60 },
  reservedSlots: 1,
  policies: { upgradeSlots: 1, evictInbound: true, feelerInterval: 600_000 },
  // the bans of other nodes: there are none
  memory: { refreshInterval: Infinity }
}

/** What the laws look at. */
export interface Situation {
  readonly node: SimulatedNode
  readonly twin: SimulatedNode
  readonly application: Application
  readonly reference: Reference
  readonly isRunning: boolean
  nameOf(peer: string): string
  peer(name: Name): Counterpart
  id(name: Name): PeerId
  at(name: Name): Multiaddr
}

/** How quiet it is: nothing is under way that needs no time, or nothing at all but what goes on for ever. */
export type Quiet = 'none' | 'calm' | 'settled'

/** The laws that do not hold now, as sentences. */
export function brokenLaws(scene: Situation, quiet: Quiet): string[] {
  const { node, application } = scene
  const broken = [
    ...node.trespasses.map((peer) => `${scene.nameOf(peer)} was served`),
    ...application.overlaps.map((call) => `two sessions of one peer: ${call}`),
    brokenSlots(node.peers, quiet !== 'none'),
    ...NAMES.flatMap((name) => brokenBan(scene, name)),
    ...scene.twin.trespasses.map((peer) => `the twin served ${scene.nameOf(peer)}`),
    ...(quiet === 'settled' ? NAMES.map((name) => brokenAgreement(scene, name)) : []),
    quiet === 'settled' ? brokenPair(scene) : undefined
  ]
  return broken.filter((law) => law !== undefined)
}

/** Slots = states, pool by pool. */
export function brokenSlots(peers: PeerLifecycle<string>, isCalm: boolean): string | undefined {
  try {
    recount(peers, isCalm, OPTIONS)
    return undefined
  } catch (error) {
    return (error as Error).message
  }
}

/** Whoever is banned is so at every door, and no honest peer else. */
function brokenBan(scene: Situation, name: Name): string[] {
  const { clock } = scene.node.network
  const id = scene.id(name)
  if (scene.reference.unsure.has(id.toString())) return []
  const isBanned = scene.reference.isBanned(id.toString(), clock.now())
  const { path, reason, by, retryAt = 0 } = scene.node.peers.explain(id)
  const isBannedHere = reason === 'banned' && by === 'local' && retryAt > clock.epoch()
  // whoever has broken the protocol is banned by the node itself
  const isInnocent = scene.peer(name).isHonest
  if (!isBanned)
    return isBannedHere && isInnocent
      ? [`${name} is banned by nobody: ${scene.node.peers.explain(id).text}`]
      : []
  if (!scene.isRunning) return []
  const { gater } = scene.node
  const from = { remoteAddr: scene.at(name) } as MultiaddrConnection
  const doors = {
    denyDialPeer: gater.denyDialPeer?.(id),
    denyDialMultiaddr: gater.denyDialMultiaddr?.(scene.at(name)),
    denyOutboundConnection: gater.denyOutboundConnection?.(id, from),
    denyInboundEncryptedConnection: gater.denyInboundEncryptedConnection?.(id, from),
    denyOutboundEncryptedConnection: gater.denyOutboundEncryptedConnection?.(id, from),
    denyInboundUpgradedConnection: gater.denyInboundUpgradedConnection?.(id, from),
    denyOutboundUpgradedConnection: gater.denyOutboundUpgradedConnection?.(id, from)
  }
  return [
    ...(isBannedHere ? [] : [`${name} is banned, and explained otherwise: ${reason ?? 'nothing'}`]),
    ...(isHolding(path) ? [`${name} is banned, and ${path}`] : []),
    ...Object.entries(doors)
      .filter(([, isDenied]) => isDenied !== true)
      .map(([door]) => `${name} is banned, and ${door} lets it pass`)
  ]
}

/** Authorized here: accepted by both, and the peer has heard so. What the peer believes is so here. */
function brokenAgreement(scene: Situation, name: Name): string | undefined {
  const { reference, isRunning } = scene
  const { peers } = scene.node
  const peer = scene.id(name)
  const isAuthorized = peers.isAuthorized(peer)
  if (isAuthorized && !reference.hasHeard(peer.toString())) {
    return `${name} is authorized, and has not heard so`
  }
  const isLost = isRunning && !isAuthorized && reference.believes(peer.toString())
  return isLost ? `${name} believes to be authorized: ${peers.explain(peer).text}` : undefined
}

/** Two nodes that follow the protocol think the same of each other. */
function brokenPair({ node, twin }: Situation): string | undefined {
  const here = node.peers.isAuthorized(twin.peerId)
  const there = twin.peers.isAuthorized(node.peerId)
  if (here === there) return undefined
  const words = [node.peers.explain(twin.peerId).text, twin.peers.explain(node.peerId).text]
  return `the twin and we disagree: ${words.join(' / ')}`
}
