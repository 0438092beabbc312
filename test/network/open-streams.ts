import { expect } from 'vitest'
import { APP } from './nodes.ts'
import { eventually } from './waiting.ts'
import type { OurNode } from './nodes.ts'
import type { Stream } from '@libp2p/interface'

/**
 * Streams of the gated protocol between two authorized nodes, `count` opened by each: those of the first
 * as it has them, and those of the second.
 */
export async function openStreams(
  a: OurNode,
  b: OurNode,
  count: number
): Promise<[Stream[], Stream[]]> {
  const ends = [a, b].map(() => [] as Stream[]) as [Stream[], Stream[]]
  await a.handle(APP, (stream) => void ends[0].push(stream))
  await b.handle(APP, (stream) => void ends[1].push(stream))
  for (let i = 0; i < count; i++) {
    ends[0].push(await a.dialProtocol(b.peerId, APP))
    ends[1].push(await b.dialProtocol(a.peerId, APP))
  }
  const open = Array.from({ length: 2 * count }, () => 'open')
  await eventually(() => expect(ends.map(statusOf)).toEqual([open, open]))
  // whoever else opens one later is none of these
  return [[...ends[0]], [...ends[1]]]
}

export const statusOf = (streams: readonly Stream[]): string[] =>
  streams.map(({ status }) => status)
