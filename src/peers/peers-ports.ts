import type { InterpreterPorts } from './interpreter.ts'
import type { Leaving } from './standstill.ts'
import type { Locate, PeerPath, TrackedPeer } from './tracked-peer.ts'
import type { Clock } from '../clock.ts'
import type { Ip } from '../ip.ts'
import type { AdmissionOptions } from '../options/admission-options.ts'
import type { DispositionTable, peerMachine, Reason } from '../../machines/index.ts'
import type { Connection, PeerId } from '@libp2p/interface'
import type { InspectionEvent } from 'xstate'

export interface PeersInit {
  /** This node's own id, which is never tracked. */
  readonly self: PeerId
  readonly maxTracked: number
  readonly maxBans: number
  readonly admission?: Pick<AdmissionOptions, 'limitPrivate'>
  /** Where a peer is by its connection. Default: by the connection's own address */
  readonly ipOf?: Locate
  readonly clock: Clock
  readonly random: () => number
  /** What follows from a "no"; the table without overrides if it is not given. */
  readonly dispositions?: DispositionTable
  /** Is told of everything that the actors do. */
  readonly inspect?: ((event: InspectionEvent) => void) | undefined
  /** The chart; tests that need a faulty one put it here. */
  readonly machine?: typeof peerMachine
}

/** The rest of the house, as the peers' room sees it. */
export interface PeersPorts extends InterpreterPorts {
  /** The peer is tracked no more: let go of what it held in `from`. */
  onForgotten(peer: TrackedPeer, from: PeerPath, reason: 'stopped' | 'forgotten' | 'internal'): void
  /** The peer has another connection, or one less. Told before its chart hears of it. */
  onLinked?(peer: TrackedPeer, connection: Connection, what: 'opened' | 'closed'): void
  /** Somebody waits for the peer's verdict. */
  isAwaited(peer: string): boolean
  /** What a peer is told that is being left; undefined if it is not. */
  leaving?(peer: string): Leaving | undefined
  /** Another decision holds of the peer's ban now, or none any more; `restoreBan` is not told back. */
  onBan?(peer: string): void
  /** This node has banned a peer or, without one, an address of which many peers are banned. */
  onBanned?(ban: Banned): void
  /** A table is full: one that matters least has made room or, without such a one, the newcomer has not got in. */
  onCrowded?(table: 'bans' | 'peers' | 'places'): void
}

/** A ban that this node has decided on. */
export interface Banned {
  readonly peer?: string
  readonly reason: Reason
  /** In the clock's milliseconds; Infinity if it has no end. */
  readonly until: number
  readonly ip?: Ip | undefined
}
