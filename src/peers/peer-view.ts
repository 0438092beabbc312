import type { Clock } from '../clock.ts'
import type { PeerPath, PeerState, PeerStep, TrackedPeer } from './tracked-peer.ts'
import type { PeerRefusal } from '../refusals.ts'
import type { Direction, Priority, Reason, Side } from '../../machines/index.ts'
import type { PeerId } from '@libp2p/interface'

/** What is known of a peer at a moment: a copy, which does not change. */
export interface PeerView<Hello = unknown> {
  readonly peerId: PeerId
  readonly state: PeerState
  /** The state with its detail, such as `connected.queued`. */
  readonly path: PeerPath
  /** Epoch milliseconds since when it is in that path. */
  readonly since: number
  /** Open connections, whoever opened them. */
  readonly connections: number
  /** How much it is wanted; absent if nobody wants it. */
  readonly priority?: Priority
  /** Whose wish its slot is; absent without a slot. */
  readonly direction?: Direction
  /** What `verify` made of its payload; absent if it is not authorized. */
  readonly hello?: Hello
  /** The last "no", while it has effect. */
  readonly reason?: Reason
  readonly by?: Side
  readonly detail?: string
  /** Epoch milliseconds at which the cool-down ends; Infinity if never. */
  readonly retryAt?: number
}

/** Why a peer is where it is. Plain data. */
export interface PeerExplanation {
  readonly peer: string
  readonly state: PeerState | 'unknown'
  readonly path: PeerPath | 'unknown'
  readonly since?: number
  /** The word for why it is not authorized; absent if it is. */
  readonly reason?: Reason
  readonly by?: Side
  readonly detail?: string
  /** Epoch milliseconds of the next attempt, if it is known. */
  readonly retryAt?: number
  /** The word for why the scheduler does not dial it now; absent if it would, or if it is authorized. */
  readonly dial?: Reason
  /** The last times that it was refused, or refused us, the oldest first. */
  readonly refusals: readonly PeerRefusal[]
  /** The last steps of its life, the oldest first. */
  readonly history: readonly PeerStep[]
  /** All of it in one sentence, for people. */
  readonly text: string
}

export function viewOf<Hello>(peer: TrackedPeer, clock: Clock): PeerView<Hello> {
  const { reason, by, detail, until, priority, direction } = peer.context
  return {
    peerId: peer.peerId,
    state: peer.state,
    path: peer.path,
    since: epochOf(peer.since, clock),
    connections: peer.connections.length,
    ...(priority !== undefined && { priority }),
    ...(peer.holdsSlot && direction !== undefined && { direction }),
    ...(peer.path === 'authorized' && { hello: peer.hello as Hello }),
    ...(reason !== undefined && { reason, retryAt: epochOf(until, clock) }),
    ...(by !== undefined && { by }),
    ...(detail !== undefined && { detail })
  }
}

/** A time of the clock as epoch milliseconds. */
export function epochOf(time: number, clock: Clock): number {
  return Math.round(clock.epoch() + (time - clock.now()))
}

/** Explains a tracked peer. `check` is the scheduler's word for why its class is not dialed now. */
export function explanationOf(
  peer: TrackedPeer,
  refusals: readonly PeerRefusal[],
  clock: Clock,
  check: (priority: Priority) => Reason | undefined
): PeerExplanation {
  const view = viewOf(peer, clock)
  const dial = dialReasonOf(peer, check)
  const reason = view.reason ?? (peer.path === 'authorized' ? undefined : dial)
  const { state, path, since, by, detail, retryAt } = view
  return {
    peer: peer.key,
    state,
    path,
    since,
    ...(reason !== undefined && { reason }),
    ...(by !== undefined && { by }),
    ...(detail !== undefined && { detail }),
    ...(retryAt !== undefined && { retryAt }),
    ...(dial !== undefined && { dial }),
    refusals: [...refusals],
    history: [...peer.history],
    text: sentenceOf(view, reason, clock)
  }
}

/** Explains a peer that is not tracked. */
export function explanationOfStranger(
  peer: string,
  reason: Reason,
  retryAt?: number
): PeerExplanation {
  return {
    peer,
    state: 'unknown',
    path: 'unknown',
    reason,
    ...(retryAt !== undefined && { retryAt, by: 'local' }),
    dial: reason,
    refusals: [],
    history: [],
    text: `${peer} is not known here: ${reason}`
  }
}

function dialReasonOf(
  { path, context }: TrackedPeer,
  check: (priority: Priority) => Reason | undefined
): Reason | undefined {
  if (path === 'authorized') return undefined
  if (path === 'discovered.idle' || path === 'connected.unpromoted') return 'not-wanted'
  if (path.endsWith('.queued')) return check(context.priority ?? 'discovered')
  if (path.endsWith('.coolingDown') || path.startsWith('rejected.')) return 'cooling-down'
  return 'in-progress'
}

function sentenceOf(view: PeerView, reason: Reason | undefined, clock: Clock): string {
  const { peerId, path, by, detail, retryAt } = view
  const said = reason === undefined ? '' : `: ${reason}${by === undefined ? '' : ` (${by})`}`
  const exactly = detail === undefined ? '' : `, ${detail}`
  const seconds = Math.max(0, Math.ceil(((retryAt ?? 0) - clock.epoch()) / 1_000))
  const next = retryAt === undefined ? '' : `; considered again in ${seconds} s`
  return `${peerId.toString()} is ${path}${said}${exactly}${next}`
}
