import { GROWTH } from './genesis.ts'
import type { Check } from './checks.ts'
import type { World } from './recount.ts'
import type { Traffic } from './witness.ts'

/** The run in numbers: the last line with `--json`. */
export interface Figures {
  readonly nodes: number
  readonly strays: number
  readonly secondFork: number
  /** The number of the head of the five; null if they have several. */
  readonly head: number | null
  readonly headsOfTheFive: number
  readonly transactionsSubmitted: number
  readonly transactionsInEveryChain: number
  /** Pairs of the five that are peers, of ten. */
  readonly authorizedPairs: number
  /** What gRPC has carried among the five, each end counted. */
  readonly grpcAmongTheFive: Traffic
  /** What it has carried between the strays and anybody. */
  readonly grpcWithStrays: Traffic
  /** Attempts by strays, and at strays, to get an answer over gRPC. */
  readonly attempts: number
  readonly answered: number
  /** What they got instead: how often which word. */
  readonly refusals: Readonly<Record<string, number>>
  /** Streams that reached the five and that their gates refused: of forced calls, nobody else gets that far. */
  readonly streamsRefused: number
  /** The same attempts among the five. */
  readonly controlAttempts: number
  readonly controlAnswered: number
  readonly seconds: number
  /** What did not hold. */
  readonly broken: readonly string[]
}

export function figuresOf(world: World, checks: readonly Check[], seconds: number): Figures {
  const { faithful, strays, traffic, submitted } = world
  const heads = new Set(faithful.map(({ hash }) => hash))
  const across = world.attempts.filter(({ isAcross }) => isAcross)
  const control = world.attempts.filter(({ isAcross }) => !isAcross)
  const peers = faithful.flatMap((one) => {
    return one.peers.filter((peer) => faithful.some(({ name }) => name === peer))
  })
  return {
    nodes: faithful.length + strays.length,
    strays: strays.length,
    secondFork: GROWTH,
    head: heads.size === 1 ? (faithful[0]?.number ?? null) : null,
    headsOfTheFive: heads.size,
    transactionsSubmitted: submitted.length,
    transactionsInEveryChain: submitted.filter((hash) =>
      faithful.every(({ hashes }) => hashes.includes(hash))
    ).length,
    authorizedPairs: peers.length / 2,
    grpcAmongTheFive: sum(traffic.filter(({ isAcross }) => !isAcross)),
    grpcWithStrays: sum(traffic.filter(({ isAcross }) => isAcross)),
    attempts: across.length,
    answered: across.filter(isAnswered).length,
    refusals: count(
      across
        .filter((attempt) => !isAnswered(attempt))
        .map(({ kind, answer }) => `${kind}: ${answer}`)
    ),
    streamsRefused: faithful.reduce((total, { refusedStreams }) => total + refusedStreams, 0),
    controlAttempts: control.length,
    controlAnswered: control.filter(isAnswered).length,
    seconds: Math.round(seconds * 10) / 10,
    broken: checks.filter(({ breaches }) => breaches.length > 0).map(({ says }) => says)
  }
}

function isAnswered({ answer }: { readonly answer: string }): boolean {
  return answer === 'answered'
}

function sum(traffic: readonly Traffic[]): Traffic {
  const total = { streams: 0, received: 0, sent: 0, calls: 0 }
  for (const { streams, received, sent, calls } of traffic) {
    total.streams += streams
    total.received += received
    total.sent += sent
    total.calls += calls
  }
  return total
}

function count(words: readonly string[]): Record<string, number> {
  const counts: Record<string, number> = {}
  for (const word of words.toSorted()) counts[word] = (counts[word] ?? 0) + 1
  return counts
}
