import { isWireReason } from '../machines/index.ts'
import { subscribeTo } from './handshake/subscription.ts'
import type { Cancel, Clock } from './clock.ts'
import type { Handshake, HandshakeChange } from './handshake/handshake.ts'
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
  /** The subscription could not be ended. */
  onFault(error: unknown): void
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

  /** @throws Whatever `subscribe` throws: unheard, who is revoked would stay authorized */
  start(): void {
    this.#unsubscribe = this.#subscribe()
    this.#arm()
  }

  stop(): void {
    this.#unsubscribe?.()
    this.#cancel?.()
    this.#unsubscribe = undefined
    this.#cancel = undefined
  }

  // application code: it may go on telling when nobody listens any more, and fail to stop
  #subscribe(): Cancel {
    let isOver = false
    const end = subscribeTo(this.#init.handshake, (change) => {
      if (!isOver) this.#onChange(change)
    })
    return () => {
      isOver = true
      try {
        end?.()
      } catch (error) {
        this.#ports.onFault(error)
      }
    }
  }

  #onChange(change: Partial<HandshakeChange> | undefined): void {
    if (typeof change?.peer !== 'string') return
    if (change.type === 'allowed') this.#ports.pardon(change.peer)
    if (change.type !== 'revoked') return
    const { reason } = change
    this.#ports.revoke(
      change.peer,
      reason !== undefined && isWireReason(reason) ? reason : 'refused'
    )
  }

  #arm(): void {
    this.#cancel = this.#init.clock.after(this.#init.refreshInterval, () => {
      this.#arm()
      this.#ports.refresh()
    })
  }
}
