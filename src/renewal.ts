import type { Cancel, Clock } from './clock.ts'
import type { Handshake } from './handshake/handshake.ts'
import type { WireReason } from '../machines/index.ts'

export interface RenewalInit {
  readonly handshake: Pick<Handshake, 'subscribe'>
  readonly clock: Clock
  /** Milliseconds between two refreshes of all authorized peers; Infinity for none. */
  readonly refreshInterval: number
}

export interface RenewalPorts {
  /** The handshake would refuse the peer now. */
  revoke(peer: string, reason: WireReason): void
  /** The handshake would let the peer in now. */
  pardon(peer: string): void
  refresh(): void
}

/** Keeps what was agreed on true: hears what the handshake has changed its mind about, and asks anew. */
export class Renewal {
  readonly #init: RenewalInit
  readonly #ports: RenewalPorts
  /** The subscription and the timer (start -> stop). */
  #unsubscribe: Cancel | undefined = undefined
  #cancel: Cancel | undefined = undefined

  constructor(init: RenewalInit, ports: RenewalPorts) {
    this.#init = init
    this.#ports = ports
  }

  start(): void {
    this.#unsubscribe = this.#init.handshake.subscribe?.((change) => {
      if (change.type === 'revoked') this.#ports.revoke(change.peer, change.reason)
      else this.#ports.pardon(change.peer)
    })
    this.#arm()
  }

  stop(): void {
    this.#unsubscribe?.()
    this.#cancel?.()
    this.#unsubscribe = undefined
    this.#cancel = undefined
  }

  #arm(): void {
    this.#cancel = this.#init.clock.after(this.#init.refreshInterval, () => {
      this.#arm()
      this.#ports.refresh()
    })
  }
}
