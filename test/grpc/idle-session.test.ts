import { EventEmitter } from 'node:events'
import { expect, test } from 'vitest'
import { IdleSession } from '../../src/grpc/idle-session.ts'
import { ManualClock } from '../../src/testing/manual-clock.ts'
import type { Http2Session, Http2Stream } from 'node:http2'
import type { Duplex } from 'node:stream'

const IDLE = 60_000

function session() {
  const clock = new ManualClock()
  const duplex = new EventEmitter() as Duplex
  let closed = 0
  const http2 = { close: () => void closed++ } as unknown as Http2Session
  const idle = new IdleSession({ session: http2, duplex, idleTimeout: IDLE, clock })
  const call = (): EventEmitter => {
    const stream = new EventEmitter()
    idle.began(stream as Http2Stream)
    return stream
  }
  return { clock, duplex, call, closed: () => closed }
}

test('a session without a call is closed after its time', () => {
  const { clock, closed } = session()
  clock.advance(IDLE - 1)
  expect(closed()).toBe(0)
  clock.advance(1)
  expect(closed()).toBe(1)
  expect(clock.pending).toBe(0)
})

test('a call keeps it open, and its time begins anew at the end of the last one', () => {
  const { clock, call, closed } = session()
  const [first, second] = [call(), call()]
  clock.advance(10 * IDLE)
  first.emit('close')
  clock.advance(10 * IDLE)
  expect(closed()).toBe(0)
  clock.advance(IDLE / 2)
  second.emit('close')
  clock.advance(IDLE - 1)
  expect(closed()).toBe(0)
  clock.advance(1)
  expect(closed()).toBe(1)
})

test('nothing is left when the stream under it has gone', () => {
  const { clock, duplex, closed } = session()
  duplex.emit('close')
  expect(clock.pending).toBe(0)
  clock.advance(IDLE)
  expect(closed()).toBe(0)
})
