import { isStray, memberOf } from './members.ts'
import type { Check } from './checks.ts'
import type { Figures } from './figures.ts'
import type { Member } from './members.ts'
import type { NodeEvent } from './orders.ts'
import type { Traffic } from './witness.ts'

/**
 * An event in one sentence; undefined if it is no news to a reader.
 *
 * @param nameOf - A member's name by its peer id
 */
export function sentenceOf(
  name: Member,
  event: NodeEvent,
  nameOf: (peer: string) => string
): string | undefined {
  switch (event.kind) {
    case 'authorized':
      // in the same words from both sides
      return `${[name, nameOf(event.peer)].toSorted().join(' and ')} are peers`
    case 'rejected':
      // the others would be its echo
      if (event.by !== 'local' || event.reason === 'shutting-down' || isStray(name))
        return undefined
      return `${name} refuses ${nameOf(event.peer)}: ${event.reason}, ${headOf(event.detail)}`
    case 'deauthorized':
      if (event.reason === 'shutting-down') return undefined
      return `${name} has lost ${nameOf(event.peer)}: ${event.reason}`
    case 'proposed':
      if (event.transactions === 0) return undefined
      return `${name} makes block ${event.number} with ${counted(event.transactions, 'transaction')}`
    case 'fork':
      return `${name} passes the fork at block ${event.from}, and tells ${counted(event.peers, 'peer')}`
    case 'submitted':
      return `${name} takes transactions of ${memberOf(event.publicKey)}, over gRPC`
  }
}

function counted(count: number, what: string): string {
  return count === 1 ? `1 ${what}` : `${count} ${what}s`
}

/** What a detail begins with: the kind of fault, before the figures. */
function headOf(detail: string): string {
  return detail.split(':', 1).join()
}

/** A check, and under it how it does not hold. */
export function checkLines({ says, breaches }: Check): string[] {
  return [
    `${breaches.length === 0 ? 'holds ' : 'BROKEN'}  ${says}`,
    ...breaches.map((how) => `        ${how}`)
  ]
}

/** The run in a few lines. */
export function summary(figures: Figures): string[] {
  const { head, secondFork, transactionsInEveryChain, authorizedPairs, attempts } = figures
  const refusals = Object.entries(figures.refusals).map(([word, times]) => `${times} ${word}`)
  return [
    `The five: block ${head ?? 'unknown'}, ${transactionsInEveryChain} transactions, ` +
      `${authorizedPairs} of 10 pairs are peers; the fork was at block ${secondFork}`,
    `gRPC among the five: ${trafficOf(figures.grpcAmongTheFive)}`,
    `gRPC with the strays: ${trafficOf(figures.grpcWithStrays)}`,
    `Attempts by strays and at strays: ${attempts}, of which ${figures.answered} answered`,
    ...refusals.map((refusal) => `  ${refusal}`),
    `  ${figures.streamsRefused} streams got as far as the gates of the five`
  ]
}

function trafficOf({ calls, streams, received, sent }: Traffic): string {
  return `${calls} calls on ${streams} streams, ${received} bytes in, ${sent} bytes out`
}
