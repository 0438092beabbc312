import type { Finding, World } from './world.ts'

/** The laws that can be recounted from outside, in the words of the design. */
export const LAWS = [
  'slot',
  'capacity',
  'gate',
  'agreement',
  'settle',
  'blast radius',
  'closed words',
  'cause',
  'plain data'
] as const

export type Law = (typeof LAWS)[number]

export interface Verdict {
  readonly law: Law
  /** What the law says, in half a line. */
  readonly says: string
  /** How it was broken; empty if it was not. */
  readonly breaches: readonly string[]
}

const SAYS: Readonly<Record<Law, string>> = {
  slot: 'who dials, shakes hands or is authorized holds exactly one slot',
  capacity: 'never more peers than slots, nor more inbound peers than their share',
  gate: 'nothing of the application or of gossip passes without authorization',
  agreement: 'both ends agree on who is authorized, and both said yes',
  settle: 'every promise settles, and nothing stays behind',
  'blast radius': 'no error gets away',
  'closed words': 'every "no" is one of the listed reasons',
  cause: 'every step of every peer is told, with its cause',
  'plain data': 'events and views hold plain data only'
}

/** Judges every law by the recount. Pure: the same world, the same verdict. */
export function judge(world: World): Verdict[] {
  const found: Readonly<Partial<Record<Law, string[]>>> = {
    capacity: overCapacity(world),
    gate: throughTheGate(world),
    agreement: disagreements(world),
    settle: [
      ...world.pending.map((asked) => `${asked} never settled`),
      ...world.notClosed.map((name) => `${name} has stopped and still has connections`)
    ],
    'blast radius': world.crashes.map((error) => `nobody caught: ${error}`)
  }
  return LAWS.map((law) => ({
    law,
    says: SAYS[law],
    breaches: [...seenBroken(world, law), ...(found[law] ?? [])]
  }))
}

function seenBroken({ findings }: World, law: Law): string[] {
  return findings.flatMap(({ name, breaches }) =>
    breaches.filter((breach) => breach.law === law).map(({ how }) => `${name}: ${how}`)
  )
}

function overCapacity({ findings, maxPeers }: World): string[] {
  return findings.flatMap(({ name, authorized, mostAuthorized }) => {
    const most = Math.max(authorized.length, mostAuthorized)
    return most > maxPeers ? [`${name} had ${most} authorized peers and ${maxPeers} slots`] : []
  })
}

function throughTheGate({ findings }: World): string[] {
  return findings.filter(isGuarded).flatMap((finding) => {
    const { name, authorized, gatedStreams, gossipPeers, trespassed } = finding
    const isStranger = (other: string): boolean => !authorized.includes(other)
    const received = trespassed.request + trespassed.gossip
    return [
      ...(received > 0 ? [`${name} received ${received} messages it should not have`] : []),
      ...gatedStreams.filter(isStranger).map((other) => `${name} has a stream open with ${other}`),
      ...gossipPeers
        .filter(isStranger)
        .map((other) => `${name} counts ${other} among its gossip peers`)
    ]
  })
}

function disagreements(world: World): string[] {
  const { findings } = world
  const lonely = findings.flatMap(({ name, authorized, connections }) =>
    authorized
      .filter((other) => !connections.some(({ to }) => to === other))
      .map((other) => `${name} holds ${other} to be authorized without a connection`)
  )
  return [
    ...(world.isSettled ? [] : ['the network did not come to rest']),
    ...asymmetricPairs(world).map((pair) => `${namesOf(pair)} do not agree`),
    ...pairsAcrossChains(world).map((pair) => `${namesOf(pair)} agreed across chains`),
    ...findings
      .filter((finding) => !isGuarded(finding))
      .flatMap(({ name }) =>
        believersIn(world, name).map((other) => `${other} authorized ${name}, which never said yes`)
      ),
    ...lonely
  ]
}

/** True if the node runs our service. */
export function isGuarded({ role }: Finding): boolean {
  return role === 'honest' || role === 'other chain'
}

/** Every unordered pair in which at least one holds the other to be authorized. */
export function pairs({ findings }: World): [Finding, Finding][] {
  return findings.flatMap((one, at) =>
    findings
      .slice(at + 1)
      .filter((other) => believes(one, other) || believes(other, one))
      .map((other): [Finding, Finding] => [one, other])
  )
}

/** Pairs in which one holds the other to be authorized, and the other does not. */
export function asymmetricPairs(world: World): [Finding, Finding][] {
  return pairs(world).filter(([one, other]) => believes(one, other) !== believes(other, one))
}

/** Pairs of nodes of ours that are on different chains. */
export function pairsAcrossChains(world: World): [Finding, Finding][] {
  return pairs(world).filter(
    ([one, other]) => isGuarded(one) && isGuarded(other) && one.role !== other.role
  )
}

/** The names of the nodes that hold this one to be authorized. */
export function believersIn({ findings }: World, name: string): string[] {
  return findings.filter(({ authorized }) => authorized.includes(name)).map((one) => one.name)
}

const namesOf = (pair: readonly Finding[]): string => pair.map(({ name }) => name).join(' and ')

const believes = (one: Finding, other: Finding): boolean => one.authorized.includes(other.name)
