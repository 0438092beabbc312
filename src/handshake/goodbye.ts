import { codeOf } from '../../machines/reasons.ts'
import { encodeMessage } from './messages.ts'
import { discardInput, say } from './stream-end.ts'
import type { WireReason } from '../../machines/reasons.ts'
import type { AbortOptions, Stream } from '@libp2p/interface'

export interface GoodbyeInit extends AbortOptions {
  /** A fresh stream to an authorized peer. */
  readonly stream: Stream

  /** The word the peer is told. */
  readonly reason: WireReason

  /**
   * Seconds after which another attempt makes sense; 0 for none.
   *
   * @default 0
   */
  readonly retryAfter?: number
}

/**
 * Says GOODBYE and ends the stream. Resolves with true once the remote has closed its end, by which it
 * says that it has heard; with false if the stream was reset, or if `signal` was aborted first (the
 * stream is reset then). Never rejects. After false only the end of the connection makes both sides
 * agree. (So after a remote that had closed its end before: it may have heard, and cannot say so.)
 */
export function sendGoodbye(init: GoodbyeInit): Promise<boolean> {
  const { stream, reason, retryAfter = 0, ...options } = init
  const { signal } = options
  return new Promise((resolve) => {
    const end = (heard: boolean): void => {
      stream.removeEventListener('remoteCloseWrite', onHeard)
      stream.removeEventListener('close', onLost)
      signal?.removeEventListener('abort', onAbort)
      if (!heard) stream.abort(new Error('The goodbye was not heard'))
      resolve(heard)
    }
    const onHeard = (): void => end(true)
    const onLost = (): void => end(false)
    const onAbort = (): void => end(false)
    if (stream.status !== 'open' || signal?.aborted === true) return end(false)
    stream.addEventListener('remoteCloseWrite', onHeard)
    stream.addEventListener('close', onLost)
    signal?.addEventListener('abort', onAbort)
    discardInput(stream)
    if (!say(stream, encodeMessage({ type: 'goodbye', code: codeOf(reason), retryAfter }))) {
      return end(false)
    }
    stream.close(options).catch(onLost)
  })
}
