import { asymmetricPairs, believersIn, isGuarded, judge, pairs, pairsAcrossChains } from './laws.ts'
import type { Law } from './laws.ts'
import type { Finding, World } from './world.ts'

/** What `--json` prints. Every number is recounted from outside, none is a counter of our service. */
export interface Figures {
  readonly nodes: number
  readonly maxPeers: number
  /** Unordered pairs in which both hold the other to be authorized. */
  readonly authorizedPairs: number
  /** Unordered pairs in which only one does. */
  readonly asymmetricPairs: number
  readonly maxAuthorizedOnAnyNode: number
  /** Open connections, each counted once. */
  readonly connections: number
  /** Those between two that are not authorized: the DHT's. */
  readonly unpromotedConnections: number
  readonly wrongChainAuthorized: number
  readonly silentAuthorized: number
  readonly stockAuthorized: number
  /** Requests that the application of a guarded node received. */
  readonly appMessagesDelivered: number
  readonly appMessagesFromUnauthorized: number
  /** New heads that the application of a guarded node received. */
  readonly gossipDelivered: number
  readonly gossipFromUnauthorized: number
  readonly gatedStreamsRefused: number
  /** Messages of the same trespassers that the nodes without our service received. */
  readonly deliveredWithoutGate: number
  readonly honestNodesWithoutPeers: number
  readonly lawsBroken: readonly Law[]
  readonly seconds: number
}

/** The network in figures. */
export function figuresOf(world: World, seconds: number): Figures {
  const { findings, maxPeers } = world
  const guarded = findings.filter(isGuarded)
  const open = findings.filter((finding) => !isGuarded(finding))
  const linked = new Set(pairs(world).map(([one, other]) => pairName(one.name, other.name)))
  const opened = findings.flatMap(({ name, connections }) =>
    connections
      .filter(({ direction }) => direction === 'outbound')
      .map(({ to }) => pairName(name, to))
  )
  const believedIn = (role: Finding['role']): number =>
    sum(
      findings.filter((one) => one.role === role).map(({ name }) => believersIn(world, name).length)
    )
  return {
    nodes: findings.length,
    maxPeers,
    authorizedPairs: linked.size - asymmetricPairs(world).length,
    asymmetricPairs: asymmetricPairs(world).length,
    maxAuthorizedOnAnyNode: Math.max(
      ...findings.map(({ authorized, mostAuthorized }) =>
        Math.max(authorized.length, mostAuthorized)
      )
    ),
    connections: opened.length,
    unpromotedConnections: opened.filter((pair) => !linked.has(pair)).length,
    wrongChainAuthorized: pairsAcrossChains(world).length,
    silentAuthorized: believedIn('silent'),
    stockAuthorized: believedIn('stock'),
    appMessagesDelivered: sum(guarded.map(({ delivered }) => delivered.request)),
    appMessagesFromUnauthorized: sum(guarded.map(({ trespassed }) => trespassed.request)),
    gossipDelivered: sum(guarded.map(({ delivered }) => delivered.gossip)),
    gossipFromUnauthorized: sum(guarded.map(({ trespassed }) => trespassed.gossip)),
    gatedStreamsRefused: sum(guarded.map(({ refused }) => refused)),
    deliveredWithoutGate: sum(open.map(({ delivered }) => delivered.request + delivered.gossip)),
    honestNodesWithoutPeers: findings.filter(
      ({ role, authorized }) => role === 'honest' && authorized.length === 0
    ).length,
    lawsBroken: judge(world)
      .filter(({ breaches }) => breaches.length > 0)
      .map(({ law }) => law),
    seconds: Math.round(seconds * 10) / 10
  }
}

/** True if the demo has shown what it is there to show: no law broken, nobody alone, and something to see. */
export function isSuccess(figures: Figures): boolean {
  return (
    figures.lawsBroken.length === 0 &&
    figures.honestNodesWithoutPeers === 0 &&
    figures.appMessagesDelivered > 0
  )
}

const pairName = (one: string, other: string): string => [one, other].toSorted().join(' ')

const sum = (numbers: readonly number[]): number => numbers.reduce((total, one) => total + one, 0)
