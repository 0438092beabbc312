/** What a peer's place in the chart, and a "no" that stands, mean at the doors of the node. */
import { describe, expect, it } from 'vitest'
import { isDenied, standingOf } from '../../src/doors.ts'
import { standstillOf } from '../../src/peers/standstill.ts'
import type { PeerPath } from '../../src/peers/tracked-peer.ts'
import type { Reason } from '../../machines/index.ts'

describe('streams', () => {
  it.each<[PeerPath | undefined, string]>([
    [undefined, 'closed'],
    ['discovered.idle', 'closed'],
    ['discovered.coolingDown', 'closed'],
    ['dialing', 'pending'],
    ['connected.unpromoted', 'closed'],
    ['handshaking.initiating', 'pending'],
    ['handshaking.responding', 'pending'],
    ['authorized', 'authorized'],
    ['rejected.connected', 'closed'],
    ['rejected.disconnected', 'closed']
  ])('of a peer that is %s: %s', (path, standing) => {
    expect(standingOf(path)).toBe(standing)
  })
})

describe('connections', () => {
  it.each<[Reason | undefined, 'local' | 'remote', boolean, boolean]>([
    // reason, by; inbound, outbound
    [undefined, 'local', false, false],
    // the connection is kept
    ['too-many-peers', 'remote', false, false],
    // closed by a verdict of ours, and by one of theirs that they may take back
    ['incompatible', 'local', true, true],
    ['incompatible', 'remote', false, true],
    ['banned', 'local', true, true]
  ])('%s, %s: inbound %s, outbound %s', (reason, by, inbound, outbound) => {
    const standstill = reason && standstillOf(undefined, reason, by, Infinity)
    expect([isDenied(standstill, 'inbound'), isDenied(standstill, 'outbound')]).toEqual([
      inbound,
      outbound
    ])
  })
})
