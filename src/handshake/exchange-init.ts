import type { Clock } from '../clock.ts'
import type { WireReason } from '../../machines/reasons.ts'
import type { Handshake, HandshakeFunction, Outcome, Role } from './handshake.ts'
import type { Line } from './line.ts'
import type { Turns } from './turns.ts'
import type { PeerId } from '@libp2p/interface'

/** What the initiator wants of a handshake: a slot, or only to be verified. */
export type Intent = 'promote' | 'visit'

/** What one exchange is made of, and who hears of it. */
export interface ExchangeInit<Hello> {
  readonly line: Line

  /** Our role. */
  readonly role: Role

  /** The remote, as the connection knows it. */
  readonly peerId: PeerId

  /** Ourselves. */
  readonly self: PeerId

  /** The line's protocol id: it is part of what proofs speak of. */
  readonly protocol: string

  readonly handshake: Handshake<Hello>
  readonly clock: Clock

  /** Milliseconds that each call of the application's functions may take. */
  readonly verifyTimeout: number

  /** For the calls that are dear, of all handshakes of this node. */
  readonly turns: Turns

  /**
   * What we want, if we are the initiator.
   *
   * @default 'promote'
   */
  readonly intent?: Intent

  /**
   * Called with what the peer wants, before anything is checked: the word that refuses it, if there is
   * one, and the seconds after which another attempt makes sense. Must not throw.
   */
  admit?(intent: Intent): { readonly reason: WireReason; readonly retryAfter: number } | undefined

  /**
   * Called once, unless the exchange is aborted before: how it ended. It may be called within `start()`
   * (by a `hello` that throws). `accepted` is said in the very event in which the second of the two
   * ACCEPTs is sent or arrives, so that whoever keeps the peer's state changes it before anything else
   * the peer sent is looked at. Must not throw.
   */
  onOutcome(outcome: Outcome<Hello>): void

  /** Called with what an application's function threw that is no refusal. Must not throw. */
  onFault(source: HandshakeFunction, error: unknown): void

  /**
   * Called at most once, and after `accepted` only: the peer sent more on a stream on which it had
   * said its last word. The stream is reset; what becomes of the peer is the caller's to decide.
   */
  onViolation?(detail: string): void
}
