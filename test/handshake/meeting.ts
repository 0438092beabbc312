import { peerIdFromString } from '@libp2p/peer-id'
import { expect } from 'vitest'
import { Exchange } from '../../src/handshake/exchange.ts'
import { streamLine } from '../../src/handshake/line.ts'
import { Turns } from '../../src/handshake/turns.ts'
import { ManualClock } from '../../src/testing/manual-clock.ts'
import { link } from './linked-streams.ts'
import { settled } from '../../src/testing/settled.ts'
import { RawPeer } from './raw-peer.ts'
import type { ExchangeInit } from '../../src/handshake/exchange-init.ts'
import type { Handshake, HandshakeFunction, Outcome, Role } from '../../src/handshake/handshake.ts'
import type { Link } from './linked-streams.ts'

// Two fixed Ed25519 peer ids: golden bytes depend on them.
export const ALICE = peerIdFromString('12D3KooWGC6TvWhfapngX6wvJHMYvKpDMXPb3ZnCZ6dMoaMtimQ5')
export const BOB = peerIdFromString('12D3KooWDpJ7As7BWAwRMfu1VU2WCqNjvq387JEYKDBj4kx6nXTN')

export const PROTOCOL = '/mychain/peer-lifecycle/1.0.0'

/** Milliseconds that a call of the application may take, in these tests. */
export const VERIFY_TIMEOUT = 3_000

/** An application that says one thing and is content with anything. */
export const EASY: Handshake<string> = {
  hello: () => new Uint8Array([9]),
  verify: (payload) => Buffer.from(payload).toString('hex')
}

export interface MeetingInit {
  readonly handshake?: Handshake<string>
  readonly role?: Role
  /** Whose turns dear work takes; of its own if left out. */
  readonly turns?: Turns
  /** Bytes that arrive at once. */
  readonly chunk?: number
  /** Whether a visit or a promotion is welcome; always, if left out. */
  readonly admit?: (
    exchange: Exchange<string>
  ) => ReturnType<Required<ExchangeInit<string>>['admit']>
  /** Hears of what is wrong after the end; nobody does if false. */
  readonly isWatched?: false
  /** Who does what before our exchange is there. */
  readonly before?: (peer: RawPeer) => void | Promise<void>
}

/** Our exchange, and a peer in the test's hands. Everything that is reported is written down. */
export interface Meeting {
  readonly link: Link
  readonly exchange: Exchange<string>
  readonly peer: RawPeer
  readonly clock: ManualClock
  readonly outcomes: Array<Outcome<string>>
  readonly faults: Array<[HandshakeFunction, unknown]>
  readonly violations: string[]
}

export async function meet(init: MeetingInit = {}): Promise<Meeting> {
  const between = link(init.chunk)
  const peer = new RawPeer(between.remote)
  const clock = new ManualClock()
  const outcomes: Array<Outcome<string>> = []
  const faults: Array<[HandshakeFunction, unknown]> = []
  const violations: string[] = []
  await init.before?.(peer)
  await settled()
  const exchange: Exchange<string> = new Exchange<string>({
    line: streamLine(between.local, clock),
    role: init.role ?? 'initiator',
    peerId: BOB,
    self: ALICE,
    protocol: PROTOCOL,
    handshake: init.handshake ?? EASY,
    clock,
    verifyTimeout: VERIFY_TIMEOUT,
    turns: init.turns ?? new Turns(1),
    onOutcome: (outcome) => outcomes.push(outcome),
    onFault: (source, error) => faults.push([source, error]),
    ...(init.admit !== undefined && { admit: () => init.admit?.(exchange) }),
    ...(init.isWatched !== false && { onViolation: (detail) => violations.push(detail) })
  })
  exchange.start()
  await settled()
  return { link: between, exchange, peer, clock, outcomes, faults, violations }
}

/** What our exchange reported, there being exactly one report. */
export function only(meeting: Meeting): Outcome<string> {
  expect(meeting.outcomes).toHaveLength(1)
  return meeting.outcomes[0] as Outcome<string>
}

/**
 * The world after an exchange, whatever became of it: one report at most, the stream closed (after the
 * time that a silent peer is given), no timer, no listener of ours.
 */
export async function expectNothingLeft(meeting: Meeting): Promise<void> {
  await settled()
  meeting.clock.advance(1_000)
  await settled()
  await meeting.exchange.done
  expect(meeting.outcomes.length).toBeLessThanOrEqual(1)
  expect(meeting.link.local.status).not.toBe('open')
  expect(meeting.link.local.listeners).toBe(0)
  expect(meeting.clock.pending).toBe(0)
}
