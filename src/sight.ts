import { Meter } from './metrics/meter.ts'
import { epochOf } from './peers/peer-view.ts'
import { RefusalLog } from './refusal-log.ts'
import { Refusals } from './refusals.ts'
import { refusalOf } from './refused-moves.ts'
import type { Clock } from './clock.ts'
import type { Readings } from './metrics/meter.ts'
import type { Banned } from './peers/peers-ports.ts'
import type { PeerRefusal } from './refusals.ts'
import type { PeerPath, TrackedPeer } from './peers/tracked-peer.ts'
import type { Direction, PeerEvent } from '../machines/index.ts'
import type { ComponentLogger, Metrics } from '@libp2p/interface'

export interface SightInit {
  readonly clock: Clock
  readonly logger: ComponentLogger
  /** Where metrics go; absent if this node has none, and then nothing is counted for them. */
  readonly metrics?: Metrics | undefined
  /** Is the peer tracked? */
  isTracked(peer: string): boolean
  /** Told of every "no" that was noted. */
  onRefused(refusal: PeerRefusal): void
}

/**
 * What is seen of the house from outside: the ledger of every "no", the lines it writes, and the
 * metrics.
 */
export class Sight {
  readonly refusals: Refusals
  readonly #clock: Clock
  readonly #log: RefusalLog
  readonly #metrics: Metrics | undefined
  #meter: Meter | undefined = undefined

  constructor(init: SightInit) {
    const { clock, logger } = init
    this.#clock = clock
    this.#metrics = init.metrics
    this.#log = new RefusalLog(clock, logger.forComponent('libp2p:peer-lifecycle:refusals'))
    this.refusals = new Refusals({
      clock,
      isTracked: (peer) => init.isTracked(peer),
      onNoted: (refusal) => {
        this.#log.refused(refusal)
        init.onRefused(refusal)
      }
    })
  }

  /** From now on the metrics show what is read there. Done once in a node's life: they cannot be taken back. */
  start(readings: () => Readings): void {
    if (this.#metrics === undefined) return
    this.#meter ??= new Meter(this.#metrics, readings(), this.#clock)
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
    if (this.#meter === undefined) return
    const { key, path, context } = peer
    const { reason, by } = context
    this.#meter.moved({ peer: key, from, to: path, event: event.type, reason, by })
  }

  /** The peer is tracked no more. */
  forgotten({ key }: TrackedPeer): void {
    this.refusals.forget(key)
    this.#meter?.forgotten(key)
  }

  /** This node has banned a peer, or an address. Times are the clock's. */
  banned({ peer, reason, until, ip }: Banned): void {
    const end = epochOf(until, this.#clock)
    this.#log.banned({ ...(peer !== undefined && { peer }), reason, until: end, ip: ip?.text })
  }
}
