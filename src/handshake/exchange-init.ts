import type { Clock } from '../clock.ts'
import type { Handshake, HandshakeFunction, Outcome, Role } from './handshake.ts'
import type { PeerId, Stream } from '@libp2p/interface'

/** What one exchange is made of, and who hears of it. */
export interface ExchangeInit<Hello> {
  readonly stream: Stream

  /** Our role. */
  readonly role: Role

  /** The remote, as the connection knows it. */
  readonly peerId: PeerId

  /** Ourselves. */
  readonly self: PeerId

  /** The stream's protocol id: it is part of what proofs speak of. */
  readonly protocol: string

  readonly handshake: Handshake<Hello>
  readonly clock: Clock

  /** Milliseconds that each call of the application's functions may take. */
  readonly verifyTimeout: number

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
