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
  const at = DOOR_OF[event.type]
  const door = typeof at === 'function' ? at(from) : at
  const { reason, by, detail, until } = context
  if (door === undefined || reason === undefined || by === undefined) return undefined
  const no = { reason, by, ip: ip?.text, detail, until }
  return { peer: key, door, direction: direction ?? 'outbound', ...no }
}

const HANDSHAKE = (from: PeerPath): Door => (isInChannel(from) ? 'channel' : 'handshake')

/** Where the "no" of an event was said. An event that is left undecided does not compile. */
const DOOR_OF: Readonly<
  Record<PeerEvent['type'], Door | undefined | ((from: PeerPath) => Door | undefined)>
> = {
  'dial.failed': 'dial',
  'dial.expired': 'dial',
  'feeler.failed': 'dial',
  'handshake.refused': HANDSHAKE,
  'handshake.expired': HANDSHAKE,
  'update.refused': 'handshake',
  'goodbye.received': 'connection',
  'peer.dismissed': 'connection',
  'connection.closed': (from) => (isShakingHands(from) ? 'handshake' : undefined),
  // noted by who heard it: the chart does not know whose wish it was
  'channel.refused': undefined,
  // it has a line of its own in the log
  'peer.banned': undefined,
  // it was said in an earlier life of this node
  'peer.restored': undefined,
  'peer.wanted': undefined,
  'peer.unwanted': undefined,
  'peer.unbanned': undefined,
  'peer.pardoned': undefined,
  'peer.readdressed': undefined,
  'peer.forgotten': undefined,
  'network.returned': undefined,
  'connection.opened': undefined,
  'slot.granted': undefined,
  'dial.succeeded': undefined,
  'handshake.opened': undefined,
  'handshake.offered': undefined,
  'handshake.yielded': undefined,
  'handshake.accepted': undefined,
  'coolDown.over': undefined
}

const isInChannel = (from: PeerPath): boolean =>
  from === 'dialing' || from === 'handshaking.securing'

const isShakingHands = (from: PeerPath): boolean =>
  from === 'connected.promoting' || from.startsWith('handshaking.')
