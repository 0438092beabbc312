import { RefusalLog } from './refusal-log.ts'
import { Refusals } from './refusals.ts'
import { refusalOf } from './refused-moves.ts'
import type { Clock } from './clock.ts'
import type { Banned } from './peers/peers.ts'
import type { PeerPath, TrackedPeer } from './peers/tracked-peer.ts'
import type { Direction, PeerEvent } from '../machines/index.ts'
import type { ComponentLogger } from '@libp2p/interface'

export interface SightInit {
  readonly clock: Clock
  readonly logger: ComponentLogger
  /** Is the peer tracked? */
  isTracked(peer: string): boolean
}

/** What is seen of the house from outside: the ledger of every "no", and the lines it writes. */
export class Sight {
  readonly refusals: Refusals
  readonly #clock: Clock
  readonly #log: RefusalLog

  constructor({ clock, logger, isTracked }: SightInit) {
    this.#clock = clock
    this.#log = new RefusalLog(clock, logger.forComponent('libp2p:peer-lifecycle:refusals'))
    this.refusals = new Refusals({
      clock,
      isTracked,
      onNoted: (refusal) => this.#log.refused(refusal)
    })
  }

  /** Leaves no deadline, and nothing unsaid. */
  stop(): void {
    this.#log.stop()
  }

  /** A peer has moved in its chart, where it had a slot of this direction if it had one. */
  moved(
    peer: TrackedPeer,
    from: PeerPath,
    event: PeerEvent,
    direction: Direction | undefined
  ): void {
    const refusal = refusalOf(peer, from, event, direction)
    if (refusal !== undefined) this.refusals.note(refusal)
  }

  /** The peer is tracked no more. */
  forgotten({ key }: TrackedPeer): void {
    this.refusals.forget(key)
  }

  /** This node has banned a peer, or an address. Times are the clock's. */
  banned({ peer, reason, until, ip }: Banned): void {
    const epoch = this.#clock.epoch() + (until - this.#clock.now())
    this.#log.banned({ ...(peer !== undefined && { peer }), reason, until: epoch, ip: ip?.text })
  }
}
