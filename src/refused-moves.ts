import type { PeerPath, TrackedPeer } from './peers/tracked-peer.ts'
import type { Door, RefusalNote } from './refusals.ts'
import type { Direction, PeerEvent } from '../machines/index.ts'

/**
 * The "no" that a peer's move in its chart is the consequence of; undefined if it is none. A ban is none:
 * it has a line of its own in the log. Nor is the loss of a connection that had said all it had to.
 *
 * @param direction - Of the slot that the peer held in `from`
 */
export function refusalOf(
  { key, ip, context }: TrackedPeer,
  from: PeerPath,
  event: PeerEvent,
  direction: Direction | undefined
): RefusalNote | undefined {
  const door = DOOR_OF[event.type]?.(from)
  const { reason, by, detail, until } = context
  if (door === undefined || reason === undefined || by === undefined) return undefined
  const wish = direction ?? (event.type === 'channel.refused' ? 'inbound' : 'outbound')
  return { peer: key, door, direction: wish, reason, by, ip: ip?.text, detail, until }
}

/** Where the "no" of an event was said; events that are not here are none. */
const DOOR_OF: Partial<Record<PeerEvent['type'], (from: PeerPath) => Door | undefined>> = {
  'dial.failed': () => 'dial',
  'dial.expired': () => 'dial',
  'feeler.failed': () => 'dial',
  'handshake.refused': (from) => (isInChannel(from) ? 'channel' : 'handshake'),
  'handshake.expired': (from) => (isInChannel(from) ? 'channel' : 'handshake'),
  'channel.refused': () => 'channel',
  'update.refused': () => 'handshake',
  'goodbye.received': () => 'connection',
  'peer.dismissed': () => 'connection',
  'connection.closed': (from) => (isShakingHands(from) ? 'handshake' : undefined)
}

const isInChannel = (from: PeerPath): boolean =>
  from === 'dialing' || from === 'handshaking.securing'

const isShakingHands = (from: PeerPath): boolean =>
  from === 'connected.promoting' || from.startsWith('handshaking.')
