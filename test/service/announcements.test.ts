/** What the world is told of a peer's move. */
import { expect, it } from 'vitest'
import { announcementsOf } from '../../src/announcements.ts'
import { Peers } from '../../src/peers/peers.ts'
import { ManualClock } from '../../src/testing/manual-clock.ts'
import { someone } from './channel-world.ts'
import type { PeerEvent } from '../../machines/index.ts'

const HOUR = 3_600_000

/** The types of what is announced of an event that makes a stranger a rejected peer. */
async function announced(eventAt: (clock: ManualClock) => PeerEvent): Promise<string[]> {
  const clock = new ManualClock()
  const types: string[] = []
  const peers = new Peers(
    { self: await someone(), maxTracked: 10, maxBans: 10, clock, random: () => 0 },
    {
      carryOut: () => {},
      onMove: (peer, from, event) => {
        types.push(...announcementsOf(peer, from, event, clock).map(({ type }) => type))
      },
      onSettled: () => {},
      onUntaken: () => {},
      onQuiet: () => false,
      onFault: () => {},
      onForgotten: () => {},
      isAwaited: () => false
    }
  )
  const peer = peers.track(await someone())
  if (peer === undefined) throw new Error('No room')
  peers.send(peer, eventAt(clock))
  expect(peer.path).toBe('rejected.disconnected')
  return types
}

it('a no is told; one that was restored is no news, though the peer has moved', async () => {
  const no = { reason: 'incompatible', by: 'local' } as const
  expect(
    await announced((clock) => ({
      type: 'channel.refused',
      ...no,
      retryAfter: 0,
      at: clock.now(),
      luck: 0
    }))
  ).toEqual(['peer:transition', 'peer:rejected'])
  expect(
    await announced((clock) => ({
      type: 'peer.restored',
      ...no,
      until: clock.now() + HOUR,
      failures: 1
    }))
  ).toEqual(['peer:transition'])
})
