/** A peer that is left alone and hangs up on whoever comes: for a minute no part of the node goes there. */
import { describe, expect, it } from 'vitest'
import { isDenied } from '../../src/doors.ts'
import { Peers } from '../../src/peers/peers.ts'
import { ManualClock } from '../../src/testing/manual-clock.ts'
import { someone } from './channel-world.ts'
import type { Reason } from '../../machines/index.ts'
import type { Connection } from '@libp2p/interface'

type Direction = 'inbound' | 'outbound'

/** Milliseconds for which the peer is left alone. */
const COOL_DOWN = 5 * 60_000

/** A peer that is left alone for a reason that keeps its connections. */
async function leftAlone(reason: Reason = 'evicted') {
  const clock = new ManualClock()
  const peers = new Peers(
    { self: await someone(), maxTracked: 5, maxBans: 1, clock, random: () => 0 },
    {
      carryOut() {},
      onMove() {},
      onSettled() {},
      onUntaken() {},
      onFault() {},
      onQuiet: () => false,
      onForgotten() {},
      isAwaited: () => false
    }
  )
  const peerId = await someone()
  const connect = (direction: Direction): Connection => {
    const connection = { remotePeer: peerId, status: 'open', direction } as Connection
    peers.opened(connection)
    return connection
  }
  const peer = peers.track(peerId)!
  const no = { reason, by: 'remote', until: COOL_DOWN, failures: 1 } as const
  peers.send(peer, { type: 'peer.restored', ...no })
  const denied = (direction: Direction): boolean => isDenied(peers.standstill(peer.key), direction)
  return { peers, peer, clock, connect, denied }
}

describe('a peer that is left alone', () => {
  it('is gone to, as long as it does not hang up', async () => {
    const { peers, clock, connect, denied } = await leftAlone()
    expect(denied('outbound')).toBe(false)
    const long = connect('outbound')
    clock.advance(1_000)
    peers.closed(long)
    expect(denied('outbound')).toBe(false)
  })

  it('and hangs up at once: nobody goes there for a minute, and it may come itself', async () => {
    const { peers, clock, connect, denied } = await leftAlone()
    const short = connect('outbound')
    clock.advance(999)
    peers.closed(short)
    expect([denied('outbound'), denied('inbound')]).toEqual([true, false])
    clock.advance(59_999)
    expect(denied('outbound')).toBe(true)
    clock.advance(1)
    expect(denied('outbound')).toBe(false)
  })

  it('has not hung up if it came itself, or if another connection is left', async () => {
    const { peers, connect, denied } = await leftAlone()
    peers.closed(connect('inbound'))
    expect(denied('outbound')).toBe(false)
    const [one] = [connect('outbound'), connect('outbound')]
    peers.closed(one)
    expect(denied('outbound')).toBe(false)
  })

  it('is gone to when it is left alone no more', async () => {
    const { peers, clock, connect, denied } = await leftAlone()
    clock.advance(COOL_DOWN - 1_000)
    peers.closed(connect('outbound'))
    expect(denied('outbound')).toBe(true)
    clock.advance(1_000)
    expect(denied('outbound')).toBe(false)
  })
  it('is gone to when connect() asks for it, after a failure that a wish overrides', async () => {
    const { peers, peer, connect, denied } = await leftAlone('connection-closed')
    peers.closed(connect('outbound'))
    expect(denied('outbound')).toBe(true)
    const wish = { priority: 'requested', lasting: false, urgent: true } as const
    peers.send(peer, { type: 'peer.wanted', ...wish })
    expect(denied('outbound')).toBe(false)
  })
})
