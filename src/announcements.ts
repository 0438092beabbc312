import { wordOf } from './peers/tracked-peer.ts'
import { epochOf } from './peers/peer-view.ts'
import type { Clock } from './clock.ts'
import type { AuthorizedPeer, PeerLifecycleEvents } from './events.ts'
import type { PeerPath, TrackedPeer } from './peers/tracked-peer.ts'
import type { PeerEvent, Reason } from '../machines/index.ts'

/** What the world is told, by the name of the event. */
export type Announcement<Hello> = {
  [Name in Exclude<keyof PeerLifecycleEvents<Hello>, 'peer:fault'>]: {
    readonly type: Name
    readonly detail: PeerLifecycleEvents<Hello>[Name]['detail']
  }
}[Exclude<keyof PeerLifecycleEvents<Hello>, 'peer:fault'>]

/** What follows for the world from a peer's move, in order; nothing unless one of the six words changed. */
export function announcementsOf<Hello>(
  peer: TrackedPeer,
  from: PeerPath,
  event: PeerEvent,
  clock: Clock
): Announcement<Hello>[] {
  const fromState = wordOf(from)
  const { key, state, peerId } = peer
  if (fromState === state) return []
  const { reason, by, detail, until } = peer.context
  const no = { ...(by !== undefined && { by }), ...(detail !== undefined && { detail }) }
  const cause = {
    peer: key,
    peerId,
    reason: reason ?? 'forgotten',
    by: by ?? 'local',
    ...no
  } as const
  const announcements: Announcement<Hello>[] = [
    {
      type: 'peer:transition',
      detail: {
        peer: key,
        from: fromState,
        to: state,
        fromPath: from,
        toPath: peer.path,
        event: event.type,
        reason: reason ?? event.type,
        ...no
      }
    }
  ]
  if (fromState === 'authorized') announcements.push({ type: 'peer:deauthorized', detail: cause })
  if (state === 'authorized') {
    const authorized = authorizedPeerOf<Hello>(peer, clock)
    announcements.push({ type: 'peer:authorized', detail: { peer: key, ...authorized } })
  }
  // what was restored is no news
  if (state === 'rejected' && event.type !== 'peer.restored') {
    const retryAt = epochOf(until, clock)
    announcements.push({ type: 'peer:rejected', detail: { ...cause, retryAt } })
  }
  return announcements
}

/** What follows for the world when a peer is tracked no more. */
export function farewellOf<Hello>(
  { key, peerId }: TrackedPeer,
  from: PeerPath,
  reason: Reason
): Announcement<Hello>[] {
  if (from !== 'authorized') return []
  return [{ type: 'peer:deauthorized', detail: { peer: key, peerId, reason, by: 'local' } }]
}

/** The peer as `connect()` hands it out. */
export function authorizedPeerOf<Hello>(peer: TrackedPeer, clock: Clock): AuthorizedPeer<Hello> {
  return {
    peerId: peer.peerId,
    hello: peer.hello as Hello,
    direction: peer.context.direction ?? 'outbound',
    since: epochOf(peer.since, clock)
  }
}
