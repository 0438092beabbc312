import { epochOf, viewOf } from './peer-view.ts'
import type { PeerPath, PeerState, PeerStep, TrackedPeer } from './tracked-peer.ts'
import type { Clock } from '../clock.ts'
import type { PeerRefusal } from '../refusals.ts'
import type { Priority, Reason, Side, Slot, SlotKind } from '../../machines/index.ts'

/** The slot that a peer holds. */
export interface HeldSlot {
  readonly kind: SlotKind
  readonly session: number
  /** Epoch milliseconds. */
  readonly since: number
}

/** A limit of ours that stood in the way of a peer. */
export interface LimitHit {
  readonly reason: Reason
  /** How often, as far as the peer's refusals are remembered. */
  readonly times: number
  /** Epoch milliseconds of the last time. */
  readonly at: number
}

/** Why a peer is where it is. Plain data. */
export interface PeerExplanation {
  readonly peer: string
  readonly state: PeerState | 'unknown'
  readonly path: PeerPath | 'unknown'
  /** Epoch milliseconds since when it is in that path. */
  readonly since?: number
  /** The slot that it holds; absent without one. */
  readonly slot?: HeldSlot
  /** How much it is wanted; absent if nobody wants it. */
  readonly priority?: Priority
  /** Open connections, by who opened them. */
  readonly connections: Readonly<Record<'inbound' | 'outbound', number>>
  /** The word for why it is not authorized; absent if it is. */
  readonly reason?: Reason
  readonly by?: Side
  readonly detail?: string
  /** Epoch milliseconds of the next attempt, if it is known. */
  readonly retryAt?: number
  /** The word for why the scheduler does not dial it now; absent if it would, or if it is authorized. */
  readonly dial?: Reason
  /** Failures in a row, from which the length of a back-off follows. */
  readonly failures: number
  /** Limits of ours that it ran into, and the one that keeps it from being dialed now. */
  readonly limits: readonly LimitHit[]
  /** The last times that it was refused, or refused us, the oldest first. */
  readonly refusals: readonly PeerRefusal[]
  /** The last steps of its life, the oldest first. */
  readonly history: readonly PeerStep[]
  /** All of it in one sentence, for people. */
  readonly text: string
}

/** What the rest of the house knows of the peer. */
export interface ExplanationInit {
  readonly clock: Clock
  readonly slot: Slot | undefined
  readonly refusals: readonly PeerRefusal[]
  /** The scheduler's word for why its class is not dialed now. */
  check(priority: Priority): Reason | undefined
}

/** Explains a tracked peer. */
export function explanationOf(peer: TrackedPeer, init: ExplanationInit): PeerExplanation {
  const { clock, refusals } = init
  const view = viewOf(peer, clock)
  const dial = dialReasonOf(peer.path, () => init.check(peer.context.priority ?? 'discovered'))
  const reason = view.reason ?? (peer.path === 'authorized' ? undefined : dial)
  const slot = init.slot && slotOf(peer, init.slot, clock)
  const { failures } = peer.context
  const { state, path, since, priority, by, detail, retryAt } = view
  const told = {
    peer: peer.key,
    state,
    path,
    since,
    ...(slot !== undefined && { slot }),
    ...(priority !== undefined && { priority }),
    connections: {
      inbound: peer.connections.filter(({ direction }) => direction === 'inbound').length,
      outbound: peer.connections.filter(({ direction }) => direction === 'outbound').length
    },
    ...(reason !== undefined && { reason }),
    ...(by !== undefined && { by }),
    ...(detail !== undefined && { detail }),
    ...(retryAt !== undefined && { retryAt }),
    ...(dial !== undefined && { dial }),
    failures,
    limits: limitsOf(refusals, dial, clock),
    refusals,
    history: [...peer.history]
  }
  return { ...told, text: inWords(told, clock) }
}

/** Explains a peer that is not tracked. */
export function explanationOfStranger(
  peer: string,
  reason: Reason,
  { clock, refusals }: Pick<ExplanationInit, 'clock' | 'refusals'>,
  retryAt?: number
): PeerExplanation {
  const told = {
    peer,
    state: 'unknown',
    path: 'unknown',
    connections: { inbound: 0, outbound: 0 },
    reason,
    ...(retryAt !== undefined && { retryAt, by: 'local' as const }),
    dial: reason,
    failures: 0,
    limits: limitsOf(refusals, undefined, clock),
    refusals,
    history: []
  } as const
  return { ...told, text: inWords(told, clock) }
}

/** An explanation in one sentence. */
export function inWords(told: Told, clock: Pick<Clock, 'epoch'>): string {
  const { peer, path, reason, slot, failures, refusals } = told
  if (path === 'unknown') {
    return `${peer} is not known here: ${reason}${refusalsInWords(refusals, clock)}`
  }
  return [
    stateInWords(told, clock),
    slot === undefined ? '' : `; has a slot (${slot.kind}) for ${ago(slot.since, clock)}`,
    failures < 2 ? '' : `; ${failures} failures in a row`,
    refusalsInWords(refusals, clock)
  ].join('')
}

type Told = Omit<PeerExplanation, 'text'>

/**
 * The word for why a peer is not dialed now; undefined if it would be, or if it is authorized.
 *
 * @param check - Why a queued one is not
 */
export function dialReasonOf(path: string, check: () => Reason | undefined): Reason | undefined {
  if (path === 'authorized') return undefined
  if (path === 'discovered.idle' || path === 'connected.unpromoted') return 'not-wanted'
  if (path.endsWith('.queued')) return check()
  if (path.endsWith('.coolingDown') || path.startsWith('rejected.')) return 'cooling-down'
  return 'in-progress'
}

const slotOf = ({ heldSince }: TrackedPeer, { kind, session }: Slot, clock: Clock): HeldSlot => ({
  kind,
  session,
  since: epochOf(heldSince, clock)
})

/** The words that are limits of ours, and no judgement of the peer. */
const LIMITS: ReadonlySet<Reason> = new Set([
  'too-many-peers',
  'busy',
  'share-full',
  'subnet-full',
  'queue-full',
  'dial-limit'
])

function limitsOf(
  refusals: readonly PeerRefusal[],
  dial: Reason | undefined,
  clock: Clock
): LimitHit[] {
  const hits = new Map<Reason, LimitHit>()
  const hit = (reason: Reason, at: number): void => {
    const times = (hits.get(reason)?.times ?? 0) + 1
    if (LIMITS.has(reason)) hits.set(reason, { reason, times, at })
  }
  for (const { reason, by, at } of refusals) if (by === 'local') hit(reason, at)
  if (dial !== undefined) hit(dial, clock.epoch())
  return [...hits.values()]
}

function stateInWords(told: Told, clock: Pick<Clock, 'epoch'>): string {
  const { peer, path, reason, by, detail, retryAt } = told
  const said = reason === undefined ? '' : `: ${reason}${by === undefined ? '' : ` (${by})`}`
  const exactly = detail === undefined ? '' : `, ${detail}`
  const next = retryAt === undefined ? '' : `; ${nextInWords(retryAt, clock)}`
  return `${peer} is ${path}${said}${exactly}${next}`
}

function nextInWords(retryAt: number, clock: Pick<Clock, 'epoch'>): string {
  if (retryAt === Infinity) return 'not considered again'
  const seconds = Math.max(0, Math.ceil((retryAt - clock.epoch()) / 1_000))
  return `considered again in ${seconds} s`
}

function refusalsInWords(refusals: readonly PeerRefusal[], clock: Pick<Clock, 'epoch'>): string {
  const last = refusals.at(-1)
  if (last === undefined) return ''
  const times = refusals.length === 1 ? 'refused once' : `refused ${refusals.length} times, lastly`
  return `; ${times} ${ago(last.at, clock)} ago: ${last.reason} (${last.by}, ${last.door})`
}

const ago = (at: number, clock: Pick<Clock, 'epoch'>): string =>
  `${Math.max(0, Math.round((clock.epoch() - at) / 1_000))} s`
