import { HISTORY_LENGTH, NEWCOMER } from './genesis.ts'
import { FAITHFUL, STRAYS } from './members.ts'
import type { Member } from './members.ts'
import type { Finding, World } from './recount.ts'

/** Something that has to hold, and how it does not. */
export interface Check {
  readonly says: string
  readonly breaches: readonly string[]
}

/** Judges the network. Pure: the same world, the same verdict. */
export function judge(world: World): Check[] {
  return [
    { says: 'the five have one head, well past the fork', breaches: apart(world) },
    { says: 'every transaction is in a block, everywhere', breaches: lost(world) },
    { says: 'the five are peers of one another, and of nobody else', breaches: strangers(world) },
    { says: 'peers have told each other of the fork, and stayed', breaches: dropped(world) },
    { says: 'the strays go on by their own rules, without a peer', breaches: idle(world) },
    { says: 'not a byte of gRPC passed between a stray and anybody', breaches: leaks(world) },
    { says: 'nothing that a stray or its caller tried got an answer', breaches: answers(world) },
    { says: 'the same gets one among the five', breaches: unanswered(world) }
  ]
}

function apart({ faithful, goal }: World): string[] {
  const heads = new Set(faithful.map(({ hash }) => hash))
  return [
    ...absent(faithful, FAITHFUL),
    ...(heads.size > 1 ? [`there are ${heads.size} heads`] : []),
    ...faithful
      .filter(({ number }) => number < goal)
      .map(({ name, number }) => `${name} stands at ${number}, not at ${goal}`)
  ]
}

function lost({ faithful, submitted }: World): string[] {
  if (submitted.length === 0) return ['there was none']
  return faithful.flatMap(({ name, hashes }) => {
    const count = submitted.filter((hash) => !hashes.includes(hash)).length
    return count > 0 ? [`${name} lacks ${count} of ${submitted.length}`] : []
  })
}

function strangers({ faithful }: World): string[] {
  return faithful.flatMap(({ name, peers, gossip }) => {
    const others = FAITHFUL.filter((other) => other !== name)
    const isOther = (peer: string): boolean => others.some((other) => other === peer)
    return [
      ...others
        .filter((other) => !peers.includes(other))
        .map((other) => `${name} has no ${other} among its peers`),
      ...peers.filter((peer) => !isOther(peer)).map((peer) => `${name} has the peer ${peer}`),
      ...gossip.filter((peer) => !isOther(peer)).map((peer) => `${name} gossips with ${peer}`)
    ]
  })
}

function dropped({ faithful }: World): string[] {
  // who came late and from nothing may tell its second fork when all is over: once in ten seconds, no more
  const early = faithful.filter(({ name }) => name !== NEWCOMER)
  const untold = early.flatMap(({ name, peers, peersPastForks }) =>
    peers
      .filter((peer) => peer !== NEWCOMER && !peersPastForks.includes(peer))
      .map((peer) => `${name} has not heard from ${peer}`)
  )
  const refused = faithful
    .filter(({ farewells }) => farewells.includes('incompatible'))
    .map(({ name }) => `${name} lost a peer over it`)
  return [...untold, ...refused]
}

function idle({ faithful, strays }: World): string[] {
  const heads = faithful.map(({ hash }) => hash)
  return [
    ...absent(strays, STRAYS),
    ...strays.flatMap(({ name, number, hash, peers, gossip }) => [
      ...(number <= HISTORY_LENGTH ? [`${name} has made no block`] : []),
      ...(heads.includes(hash) ? [`${name} is on the chain of the five`] : []),
      ...[...peers, ...gossip].map((peer) => `${name} has the peer ${peer}`)
    ])
  ]
}

function leaks({ traffic }: World): string[] {
  return traffic
    .filter(({ isAcross }) => isAcross)
    .map(({ name, other, streams, calls, received, sent }) => {
      const what = `${streams} streams, ${calls} calls, ${received} bytes in, ${sent} bytes out`
      return `${name} and ${other}: ${what}`
    })
}

function answers({ attempts, faithful, strays }: World): string[] {
  const across = attempts.filter(({ isAcross }) => isAcross)
  const isIdle = (stray: Finding): boolean => !across.some(({ name }) => name === stray.name)
  return [
    ...strays.filter(isIdle).map(({ name }) => `${name} has tried nothing`),
    ...(faithful.some(({ refusedStreams }) => refusedStreams > 0)
      ? []
      : ['no forced call got as far as a gate']),
    ...across
      .filter(({ answer, bytes }) => answer === 'answered' || bytes > 0)
      .map(({ name, other, kind, bytes }) => `${kind} of ${name} at ${other}: ${bytes} bytes`)
  ]
}

function unanswered({ attempts, faithful }: World): string[] {
  const among = attempts.filter(({ isAcross }) => !isAcross)
  const isIdle = (finding: Finding): boolean => !among.some(({ name }) => name === finding.name)
  return [
    ...faithful.filter(isIdle).map(({ name }) => `${name} has tried nothing`),
    ...among
      .filter(({ kind, answer, bytes }) => {
        return answer !== 'answered' || (kind !== 'connect' && bytes === 0)
      })
      .map(({ name, other, kind, answer }) => `${kind} of ${name} at ${other}: ${answer}`)
  ]
}

function absent(findings: readonly Finding[], names: readonly Member[]): string[] {
  return names
    .filter((name) => !findings.some((finding) => finding.name === name))
    .map((name) => `there is no ${name}`)
}
