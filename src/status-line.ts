import { statusOf } from './status.ts'
import type { ShownPeer } from './recorder/redaction.ts'
import type { RoomOptions } from './room-ports.ts'
import type { Rooms } from './rooms.ts'
import type { DialClass, Reason } from '../machines/index.ts'

/** Candidates that are told of, those whose turn comes first. */
const NEXT = 20

/** A candidate that waits for a slot. */
interface Waiting {
  readonly peer: string
  readonly class: DialClass
  /** The word for why it is not dialed now; absent if it would be. */
  readonly why?: Reason
}

/** The node at a glance as a line, with its end, in which peers are named as they are shown. */
export function statusLine(
  rooms: Rooms<unknown>,
  options: RoomOptions<unknown>,
  show: ShownPeer
): string {
  const { clock } = options
  const { mode, offlineSince, maxPeers, slots, slotsByKind, limits, queued, ...others } = statusOf(
    rooms,
    options
  )
  const { tracked, banned, refusals, gate } = others
  const line = {
    type: 'status',
    at: clock.now(),
    epoch: clock.epoch(),
    mode,
    offlineSince,
    maxPeers,
    slots: slots.map(({ peer, kind, session }) => ({ peer: show(peer), kind, session })),
    slotsByKind,
    limits,
    queued,
    tracked,
    banned,
    refusals,
    gate,
    next: nextOf(rooms, show)
  }
  return `${plainText(line)}\n`
}

/** JSON has no Infinity: it is a word there. */
export const plainText = (value: object): string =>
  JSON.stringify(value, (_, inner: unknown) => (inner === Infinity ? 'Infinity' : inner))

function nextOf({ scheduler, peers }: Rooms<unknown>, show: ShownPeer): Waiting[] {
  const next: Waiting[] = []
  for (const { peer, priority, isAwaited } of scheduler.waiting()) {
    if (next.length === NEXT) break
    const wish = priority === 'trusted' ? 'requested' : priority
    const isRefused = peers.standstill(peer) !== undefined
    const why = isRefused ? 'cooling-down' : scheduler.check(wish, peer, isAwaited)
    next.push({ peer: show(peer), class: priority, ...(why !== undefined && { why }) })
  }
  return next
}
