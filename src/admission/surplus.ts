import type { Connection } from '@libp2p/interface'

export interface SurplusRules {
  /** Connections of one peer that are kept. */
  readonly limit: number
  /** The connection that carries what both sides agreed on, or are agreeing on. */
  readonly carrier: Connection | undefined
  /** Is it a protocol of the application? */
  readonly isApplication: (protocol: string) => boolean
}

/**
 * The connections of one peer that are too many, given the oldest first: relayed ones before direct ones,
 * the newest before the others, never one that carries something. Two connections are normal, after both
 * sides have dialed or beside a relay; forty are a way to have forty times every limit of streams.
 */
export function surplusOf(
  connections: readonly Connection[],
  { limit, carrier, isApplication }: SurplusRules
): Connection[] {
  const open = connections.filter(({ status }) => status === 'open')
  const idle = open.filter(
    (connection) =>
      connection !== carrier && !connection.streams.some(({ protocol }) => isApplication(protocol))
  )
  const newestFirst = idle.toReversed()
  const relayed = newestFirst.filter(({ limits }) => limits !== undefined)
  const direct = newestFirst.filter(({ limits }) => limits === undefined)
  return [...relayed, ...direct].slice(0, Math.max(0, open.length - limit))
}
