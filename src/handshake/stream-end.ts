import { codeOf } from '../../machines/reasons.ts'
import { LINGER } from './constants.ts'
import { encodeMessage } from './messages.ts'
import type { WireReason } from '../../machines/reasons.ts'
import type { Clock } from '../clock.ts'
import type { MessageStream, Stream } from '@libp2p/interface'

/**
 * Ends a stream on which our last word was sent: closes our writing end once that word is flushed,
 * gives the remote {@link LINGER} to close its own, and resets what is left then. Resolves when the
 * stream is closed, in whichever way. Never rejects.
 */
export function endStream(stream: Stream, clock: Clock): Promise<void> {
  if (stream.status !== 'open') return Promise.resolve()
  return new Promise((resolve) => {
    const closed = new AbortController()
    const reset = (): void => stream.abort(new Error('The stream was not closed in time'))
    const cancel = clock.after(LINGER, reset)
    const onClose = (): void => {
      cancel()
      // a stream that is reset while it is full would wait for room for ever
      closed.abort(CLOSED)
      resolve()
    }
    stream.addEventListener('close', onClose, { once: true })
    // closing fails if the stream is reset meanwhile, or cannot be flushed: it is over either way
    stream.close({ signal: closed.signal }).catch(reset)
  })
}

/** A reason of our own: to make up one for each stream costs more than to close it. */
const CLOSED = new Error('The stream has closed')

/** From here on what the peer sends is dropped as it arrives, instead of piling up unread. */
export function discardInput(stream: Stream): void {
  // a stream that cannot be told so is on its way down
  stream.closeRead().catch((error: Error) => stream.abort(error))
}

/**
 * Says REJECT on a stream and ends it, without a handshake: to a peer for which there is no slot, for
 * example. Resolves when the stream is closed. Never rejects; delivery is not certain.
 *
 * @param retryAfter - Seconds after which another attempt makes sense; 0 for none.
 */
export function refuseStream(
  stream: Stream,
  reason: WireReason,
  retryAfter: number,
  clock: Clock
): Promise<void> {
  say(stream, encodeMessage({ type: 'reject', code: codeOf(reason), retryAfter }))
  return closeSilently(stream, clock)
}

/**
 * Ends a stream on which there is nothing (more) to say: the answer of an initiator to a peer that is
 * one, too. Resolves when the stream is closed. Never rejects.
 */
export function closeSilently(stream: Stream, clock: Clock): Promise<void> {
  discardInput(stream)
  return endStream(stream, clock)
}

/** Sends one frame. False if the stream takes no more: it is closed, or went down with this frame. */
export function say(stream: MessageStream, frame: Uint8Array): boolean {
  try {
    stream.send(frame)
    return true
  } catch {
    // the stream is the one to tell why: its reader hears of the end
    return false
  }
}
