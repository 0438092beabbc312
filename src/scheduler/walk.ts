import { headlineOf, nameOf } from '../printable.ts'
import type { Cancel, Clock } from '../clock.ts'
import type { Logger, PeerId, PeerRouting } from '@libp2p/interface'

export interface WalkInit {
  /** Milliseconds between the beginnings of two walks; `Infinity` for none at all. */
  readonly queryInterval: number
  readonly clock: Clock
  readonly random: () => number
  readonly log: Logger
  /** Who can be asked; undefined if nobody. */
  readonly routing: Pick<PeerRouting, 'getClosestPeers'> | undefined
}

export interface WalkPorts {
  /** Are there fewer candidates than slots for them? */
  isNeeded(): boolean
  /** A walk came by this peer. True if it is a candidate that we did not have. */
  onFound(peer: PeerId): boolean
}

/** Longest pause between two walks that find nobody new: 5 minutes, as between kad-dht's own queries. */
export const LONGEST_PAUSE = 300_000

/** Milliseconds after which a walk is over, whatever it found. */
export const WALK_TIMEOUT = 30_000

/** Bytes of a key of the DHT. */
const KEY_LENGTH = 32

/**
 * Asks the DHT for peers at a random place in the network, and does so only while candidates are missing:
 * one walk at a time, ended as soon as there are enough. A walk that finds nobody new doubles the pause,
 * for a small network has no more peers than it has.
 *
 * It asks the peer routing and not libp2p's `randomWalk`, which without a router loops hot.
 */
export class Walk {
  readonly #init: WalkInit
  readonly #ports: WalkPorts
  /** The walk under way (begun -> ended). */
  #walk: { readonly controller: AbortController; readonly deadline: Cancel } | undefined
  /** The deadline of the next walk (needed -> begun | needed no more). */
  #next: Cancel | undefined
  #pause: number
  /** The next walk begins no sooner, in the clock's milliseconds; `Infinity` while stopped. */
  #notBefore = Infinity

  constructor(init: WalkInit, ports: WalkPorts) {
    this.#init = init
    this.#ports = ports
    this.#pause = init.queryInterval
  }

  /** Walks from now on when it is needed, for the first time after one interval. */
  start(): void {
    this.stop()
    this.#pause = this.#init.queryInterval
    this.#notBefore = this.#init.clock.now() + this.#pause
    this.check()
  }

  stop(): void {
    this.#notBefore = Infinity
    this.#end()
  }

  /** Something has changed: is a walk needed now, or no more? */
  check(): void {
    const { clock, routing } = this.#init
    if (this.#notBefore === Infinity || routing === undefined) return
    if (!this.#ports.isNeeded()) {
      this.#pause = this.#init.queryInterval
      return this.#end()
    }
    if (this.#walk !== undefined) return
    const wait = this.#notBefore - clock.now()
    if (wait <= 0) return this.#begin(routing)
    this.#next ??= clock.after(wait, () => {
      this.#next = undefined
      this.check()
    })
  }

  #end(): void {
    this.#next?.()
    this.#next = undefined
    this.#walk?.deadline()
    this.#walk?.controller.abort()
    this.#walk = undefined
  }

  #begin(routing: Pick<PeerRouting, 'getClosestPeers'>): void {
    const { clock, queryInterval } = this.#init
    const began = clock.now()
    const controller = new AbortController()
    const over = (found: number): void => {
      // ended already, since none was wanted any more
      if (this.#walk?.controller !== controller) return
      const longest = Math.max(queryInterval, LONGEST_PAUSE)
      this.#end()
      this.#pause = found > 0 ? queryInterval : Math.min(longest, this.#pause * 2)
      this.#notBefore = began + this.#pause
      this.check()
    }
    this.#end()
    // a router that does not heed its signal must not be the last that is asked
    this.#walk = { controller, deadline: clock.after(WALK_TIMEOUT, () => over(0)) }
    this.#notBefore = began + this.#pause
    void this.#follow(routing, controller.signal, over)
  }

  /** Follows a walk to its end and tells how many new candidates it found. Never rejects. */
  async #follow(
    routing: Pick<PeerRouting, 'getClosestPeers'>,
    signal: AbortSignal,
    over: (found: number) => void
  ): Promise<void> {
    const { random, log } = this.#init
    const key = Uint8Array.from({ length: KEY_LENGTH }, () => Math.floor(random() * 256))
    let found = 0
    try {
      for await (const { id } of routing.getClosestPeers(key, { signal })) {
        if (signal.aborted) break
        if (this.#ports.onFound(id)) found++
      }
    } catch (error) {
      // a node without a DHT has nobody to ask, and knows it
      if (!signal.aborted && nameOf(error) !== 'NoPeerRoutersError')
        log('a walk through the DHT failed - %s', headlineOf(error))
    }
    over(found)
  }
}
