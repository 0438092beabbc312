import { headlineOf, nameOf } from '../printable.ts'
import { DIAL_PRIORITY } from './constants.ts'
import type { Reason } from '../../machines/index.ts'
import type { Connection, PeerId } from '@libp2p/interface'
import type { ConnectionManager } from '@libp2p/interface-internal'
import type { Multiaddr } from '@multiformats/multiaddr'

/** How a dial ended. */
export type DialResult =
  | { readonly kind: 'connected'; readonly connection: Connection }
  | { readonly kind: 'failed'; readonly reason: Reason; readonly detail: string }

export interface DialerInit {
  readonly connectionManager: Pick<ConnectionManager, 'openConnection'>
  readonly allowRelayed: boolean
  /** Settles when the peer's tag is written: an untagged fresh connection may be pruned at once. */
  ready(peer: PeerId): Promise<void>
}

/**
 * Opens connections for the scheduler. libp2p may join our dial to one of the DHT's or hand back a
 * connection that was there: whatever it returns is used, since the peer has the slot, not the connection.
 */
export class Dialer {
  readonly #init: DialerInit
  /** Dials in flight (dial -> settled | cancelled). */
  readonly #dials = new Map<string, AbortController>()

  constructor(init: DialerInit) {
    this.#init = init
  }

  /**
   * Dials the peer, at these addresses or, without any, where libp2p knows it, and tells how it ended, unless the dial is cancelled first. A previous dial of the
   * peer is cancelled. Never throws, and never rejects behind the caller's back.
   */
  dial(peer: PeerId, addresses: readonly Multiaddr[], onEnd: (result: DialResult) => void): void {
    const key = peer.toString()
    this.cancel(key)
    const controller = new AbortController()
    this.#dials.set(key, controller)
    const end = (result: DialResult): void => {
      if (this.#dials.get(key) !== controller) return
      this.#dials.delete(key)
      onEnd(result)
    }
    this.#open(peer, addresses, controller.signal).then(end, (error: unknown) =>
      end(failureOf(error))
    )
  }

  /** Withdraws our wish. A dial that others share goes on without us. */
  cancel(key: string): void {
    const controller = this.#dials.get(key)
    this.#dials.delete(key)
    controller?.abort()
  }

  /**
   * Nothing is to be heard of the dial any more, but its connection is wanted: to cancel it would close
   * the connection, even when that is open.
   */
  letGo(key: string): void {
    this.#dials.delete(key)
  }

  async #open(
    peer: PeerId,
    addresses: readonly Multiaddr[],
    signal: AbortSignal
  ): Promise<DialResult> {
    await this.#init.ready(peer)
    signal.throwIfAborted()
    const target = addresses.length > 0 ? [...addresses] : peer
    const connection = await this.#init.connectionManager.openConnection(target, {
      signal,
      priority: DIAL_PRIORITY
    })
    if (connection.status !== 'open') {
      return {
        kind: 'failed',
        reason: 'connection-closed',
        detail: 'closed as soon as it was open'
      }
    }
    if (connection.limits !== undefined && !this.#init.allowRelayed) {
      return { kind: 'failed', reason: 'dial-failed', detail: 'reached over a relay only' }
    }
    return { kind: 'connected', connection }
  }
}

/** Names of libp2p's errors that say that there is no address to dial. */
const NO_ADDRESS = new Set(['NoValidAddressesError', 'NotFoundError', 'NoPeerRoutersError'])

function failureOf(error: unknown): DialResult {
  const reason = NO_ADDRESS.has(nameOf(error)) ? 'no-address' : 'dial-failed'
  return { kind: 'failed', reason, detail: headlineOf(error) }
}
