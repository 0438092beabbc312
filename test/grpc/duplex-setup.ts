import { once } from 'node:events'
import { expect } from 'vitest'
import { StreamDuplex } from '../../src/grpc/stream-duplex.ts'
import { ManualClock } from '../../src/testing/manual-clock.ts'
import { within } from '../network/waiting.ts'
import { WindowedStream } from './windowed-stream.ts'
import type { StreamDuplexInit } from '../../src/grpc/stream-duplex.ts'

/** A duplex over a stream that the test holds. */
export interface Setup {
  stream: WindowedStream
  duplex: StreamDuplex
  clock: ManualClock
}

export function duplexOf({
  window,
  ...init
}: Partial<StreamDuplexInit> & { window?: number } = {}): Setup {
  const stream = new WindowedStream(window)
  const clock = new ManualClock()
  const duplex = new StreamDuplex({ stream, clock, maxReadBufferLength: 1, ...init })
  return { stream, duplex, clock }
}

/** Everything that can be read. Not by iterating: whoever iterates destroys at the end. */
export async function readAll(duplex: StreamDuplex): Promise<Buffer> {
  const chunks: Buffer[] = []
  duplex.on('data', (chunk: Buffer) => chunks.push(chunk))
  await within(once(duplex, 'end'))
  return Buffer.concat(chunks)
}

/** What the duplex failed with; it is destroyed, and nothing of it is left. */
export async function failureOf({ duplex, stream, clock }: Setup): Promise<NodeJS.ErrnoException> {
  const [err] = (await within(once(duplex, 'error'))) as [NodeJS.ErrnoException]
  await within(duplex.ended)
  expect([stream.listeners, clock.pending]).toEqual([0, 0])
  return err
}
