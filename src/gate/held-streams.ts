import { PeerNotAuthorizedError } from '../errors.ts'
import type { GateCounts } from './standing.ts'
import type { Cancel, Clock } from '../clock.ts'
import type { Stream } from '@libp2p/interface'

/**
 * Streams of one peer that may be held at once. An honest peer opens a few at most before it knows the
 * verdict (gossipsub one, a status exchange one); what is beyond is reset.
 */
const MAX_HELD_PER_PEER = 4

/**
 * Streams that may be held at once, all peers together. A held stream is paused, so that the muxer's window
 * bounds what the remote can make us store for it: 256 KiB with yamux.
 */
const MAX_HELD = 256

export interface HeldStreamsInit {
  clock: Clock

  /** How long a stream may be held at most, in milliseconds. */
  holdTimeout: number

  /** @default 4 */
  maxHeldPerPeer?: number | undefined

  /** @default 256 */
  maxHeld?: number | undefined

  counts: Pick<GateCounts, 'delivered' | 'heldDropped'>
}

interface HeldStream {
  stream: Stream
  settle(err?: Error): void
}

/**
 * The waiting room for inbound streams that arrive while our handshake with the peer is running. The other
 * side may be authorized half a round trip before we are, so an honest peer's first stream is often early:
 * resetting it would lose the message, and would break gossipsub for the life of the connection.
 *
 * A stream is paused on entering and leaves in one of two ways: resumed and delivered, or reset. It opens
 * with `hold` and a deadline, and every way out (verdict, deadline, the stream's own end) closes both.
 */
export class HeldStreams {
  readonly #clock: Clock
  readonly #holdTimeout: number
  readonly #maxHeldPerPeer: number
  readonly #maxHeld: number
  readonly #counts: Pick<GateCounts, 'delivered' | 'heldDropped'>
  readonly #byPeer = new Map<string, Set<HeldStream>>()

  constructor(init: HeldStreamsInit) {
    this.#clock = init.clock
    this.#holdTimeout = init.holdTimeout
    this.#maxHeldPerPeer = init.maxHeldPerPeer ?? MAX_HELD_PER_PEER
    this.#maxHeld = init.maxHeld ?? MAX_HELD
    this.#counts = init.counts
  }

  /** Streams held at this moment. Counted anew at every call: there are few. */
  get size(): number {
    let size = 0
    for (const streams of this.#byPeer.values()) size += streams.size
    return size
  }

  /** True if one more stream of this peer may be held. */
  hasRoom(peer: string): boolean {
    return this.size < this.#maxHeld && (this.#byPeer.get(peer)?.size ?? 0) < this.#maxHeldPerPeer
  }

  /** Resolves when the stream is delivered, rejects when it is dropped; it is reset by then. */
  async hold(peer: string, stream: Stream): Promise<void> {
    const { promise, resolve, reject } = Promise.withResolvers<void>()

    const onClose = (): void => {
      held.settle(
        new PeerNotAuthorizedError(`The stream ended while ${peer} was not authorized yet`)
      )
    }
    const cancelDeadline: Cancel = this.#clock.after(this.#holdTimeout, () => {
      held.settle(new PeerNotAuthorizedError(`Peer ${peer} was not authorized in time`))
    })
    const held: HeldStream = {
      stream,
      settle: (err) => {
        if (!this.#remove(peer, held)) return
        cancelDeadline()
        stream.removeEventListener('close', onClose)
        if (err === undefined) {
          this.#counts.delivered++
          resolve()
        } else {
          this.#counts.heldDropped++
          stream.abort(err)
          reject(err)
        }
      }
    }

    this.#add(peer, held)
    stream.addEventListener('close', onClose)
    if (stream.readStatus === 'readable') stream.pause()

    return promise
  }

  /** Lets every held stream of the peer go on, in the order they came. */
  deliver(peer: string): void {
    for (const held of this.#byPeer.get(peer) ?? []) {
      try {
        letRead(held.stream)
        held.settle()
      } catch (err) {
        // resuming writes a window update; on a connection that is just breaking that may throw
        held.settle(err as Error)
      }
    }
  }

  /** Resets every held stream of the peer, within the call. */
  drop(peer: string, why: string): void {
    for (const held of this.#byPeer.get(peer) ?? []) held.settle(new PeerNotAuthorizedError(why))
  }

  /** Resets every held stream, within the call. */
  dropAll(why: string): void {
    for (const peer of this.#byPeer.keys()) this.drop(peer, why)
  }

  #add(peer: string, held: HeldStream): void {
    const streams = this.#byPeer.get(peer)
    if (streams === undefined) this.#byPeer.set(peer, new Set([held]))
    else streams.add(held)
  }

  #remove(peer: string, held: HeldStream): boolean {
    const streams = this.#byPeer.get(peer)
    if (streams === undefined || !streams.delete(held)) return false
    if (streams.size === 0) this.#byPeer.delete(peer)
    return true
  }
}

/**
 * Resumes the stream. A reader that comes only after the remote has closed its writing end misses the event
 * that ends `for await`, and would wait until the stream times out; so the event is said once more, as soon
 * as the bytes that were held back have been read.
 */
function letRead(stream: Stream): void {
  if (stream.remoteWriteStatus === 'closed' && !stream.readableEnded) {
    stream.addEventListener(
      'end',
      () => {
        if (stream.status === 'open') stream.safeDispatchEvent('remoteCloseWrite')
      },
      { once: true }
    )
  }
  if (stream.readStatus === 'paused') stream.resume()
}
