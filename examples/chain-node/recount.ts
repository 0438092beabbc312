import { isStray, MEMBERS } from './members.ts'
import type { Attempt } from './doors.ts'
import type { Hex } from './encoding.ts'
import type { Member } from './members.ts'
import type { NodeReport } from './orders.ts'
import type { Traffic } from './witness.ts'

/** What came of the story, as the processes report it. */
export interface Outcome {
  readonly reports: readonly NodeReport[]
  readonly submitted: readonly Hex[]
  /** The block that the five had to reach. */
  readonly goal: number
}

/** One node as it was found. Everybody else appears by name. */
export interface Finding {
  readonly name: Member
  readonly number: number
  readonly hash: Hex
  readonly hashes: readonly Hex[]
  readonly peers: readonly string[]
  /** Those of its peers that it holds to be on our side of the last fork. */
  readonly peersPastForks: readonly string[]
  readonly gossip: readonly string[]
  readonly farewells: readonly string[]
  readonly refusedStreams: number
}

/** Something between two nodes, seen from one of them. */
interface Between {
  readonly name: Member
  readonly other: string
  /** True unless both are of the five. */
  readonly isAcross: boolean
}

/** All reports in one, with names. Plain data that is judged. */
export interface World {
  readonly faithful: readonly Finding[]
  readonly strays: readonly Finding[]
  readonly traffic: readonly (Between & Traffic)[]
  readonly attempts: readonly (Between & Attempt)[]
  readonly submitted: readonly Hex[]
  readonly goal: number
}

export function recount({ reports, submitted, goal }: Outcome): World {
  const names = new Map(reports.map(({ peer, name }) => [peer, name]))
  const nameOf = (peer: string): string => names.get(peer) ?? peer
  const between = (name: Member, peer: string): Between => {
    const other = nameOf(peer)
    return { name, other, isAcross: isOutside(name) || isOutside(other) }
  }
  const findings = reports.map((report): Finding => {
    const { name, number, hash, hashes, peers, nextForks, gossip, farewells, refusedStreams } =
      report
    return {
      name,
      number,
      hash,
      hashes,
      peers: peers.map(nameOf),
      peersPastForks: peers.filter((peer) => nextForks[peer] === 0).map(nameOf),
      gossip: gossip.map(nameOf),
      farewells,
      refusedStreams
    }
  })
  return {
    faithful: findings.filter(({ name }) => !isStray(name)),
    strays: findings.filter(({ name }) => isStray(name)),
    traffic: reports.flatMap(({ name, traffic }) =>
      Object.entries(traffic).map(([peer, one]) => ({ ...between(name, peer), ...one }))
    ),
    attempts: reports.flatMap(({ name, attempts }) =>
      attempts.map((attempt) => ({ ...between(name, attempt.peer), ...attempt }))
    ),
    submitted,
    goal
  }
}

/** A stray, or somebody who is no member at all. */
function isOutside(name: string): boolean {
  const member = MEMBERS.find((one) => one === name)
  return member === undefined || isStray(member)
}
