import { TypedEventEmitter } from 'main-event'
import type { Libp2pEvents } from '@libp2p/interface'
import type { EventHandler } from 'main-event'

/**
 * Events of a node that may be killed. Node keeps whoever listens until a signal is aborted for as long as it
 * is not; the signals of a killed node never are, and in a simulation there are many of those.
 */
export class MortalEvents extends TypedEventEmitter<Libp2pEvents> {
  override addEventListener<K extends keyof Libp2pEvents>(
    type: K,
    listener: EventHandler<Libp2pEvents[K]> | null,
    options?: boolean | AddEventListenerOptions
  ): void {
    if (typeof options !== 'object' || options.signal === undefined) {
      return super.addEventListener(type, listener, options)
    }
    const { signal, ...rest } = options
    if (signal.aborted) return
    super.addEventListener(type, listener, rest)
    const leave = (): void => this.removeEventListener(type, listener ?? undefined, rest)
    signal.addEventListener('abort', leave, { once: true })
  }
}
