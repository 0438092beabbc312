import type { DIAL_OUTCOMES, HANDSHAKE_OUTCOMES } from './catalogue.ts'
import type { PeerEvent, Reason, Side } from '../../machines/index.ts'

export type DialOutcome = (typeof DIAL_OUTCOMES)[number]
export type HandshakeOutcome = (typeof HANDSHAKE_OUTCOMES)[number]

/** A peer's move in its chart, as the metrics see it. */
export interface Move {
  readonly peer: string
  /** The paths, such as `handshaking.responding`. */
  readonly from: string
  readonly to: string
  readonly event: PeerEvent['type']
  /** The "no" that the move is the consequence of. */
  readonly reason?: Reason | undefined
  readonly by?: Side | undefined
}

/** What takes its time. */
export type Stage = 'dial' | 'handshake'

/** The stage that a peer is in on this path. */
export function stageOf(path: string): Stage | undefined {
  if (path === 'dialing') return 'dial'
  const isHandshake = path === 'connected.promoting' || path.startsWith('handshaking.')
  return isHandshake ? 'handshake' : undefined
}

const DIALS: Partial<Record<PeerEvent['type'], (move: Move) => DialOutcome>> = {
  'dial.succeeded': () => 'connected',
  'handshake.offered': () => 'connected',
  'handshake.accepted': () => 'connected',
  'dial.failed': ({ reason }) => (reason === 'no-address' ? 'no-address' : 'failed'),
  'dial.expired': () => 'timed-out',
  'handshake.refused': () => 'refused'
}

const SAID_NO: Readonly<Record<Side, HandshakeOutcome>> = {
  local: 'refused',
  remote: 'refused-by-peer',
  network: 'lost'
}

const HANDSHAKES: Partial<Record<PeerEvent['type'], (move: Move) => HandshakeOutcome>> = {
  'handshake.accepted': () => 'accepted',
  'handshake.refused': ({ by = 'local' }) => SAID_NO[by],
  'handshake.expired': () => 'timed-out',
  'connection.closed': () => 'lost'
}

/** How a dial ended that the peer leaves by this move. */
export function dialOutcomeOf(move: Move): DialOutcome {
  return DIALS[move.event]?.(move) ?? 'abandoned'
}

/** How a handshake ended that the peer leaves by this move. */
export function handshakeOutcomeOf(move: Move): HandshakeOutcome {
  return HANDSHAKES[move.event]?.(move) ?? 'abandoned'
}
