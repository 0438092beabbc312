import { reasonOf } from '../../machines/reasons.ts'
import { FrameReader } from './frame-reader.ts'
import { readMessage } from './messages.ts'
import type { WireReason } from '../../machines/reasons.ts'
import type { AbortOptions, Stream } from '@libp2p/interface'

/**
 * What an authorized peer wants of a stream that it opened, by its first frame:
 *
 * - `handshake`: HELLO, or the REJECT of one who thought better of it. The frame is put back, so that
 *   an `Exchange` on the stream begins with it;
 * - `update`: its hello, anew. It waits for ACCEPT or REJECT;
 * - `goodbye`: it has deauthorized us. It waits for the end of the stream. `retryAfter` is in seconds, as the
 *   peer wrote it: cap it;
 * - `violation`: something else, or nothing readable;
 * - `ended`: the peer closed its end without a word, the stream was reset, or we gave up.
 */
export type Request =
  | { readonly kind: 'handshake' }
  | { readonly kind: 'update'; readonly payload: Uint8Array }
  | { readonly kind: 'goodbye'; readonly reason: WireReason; readonly retryAfter: number }
  | { readonly kind: 'violation'; readonly detail: string }
  | { readonly kind: 'ended' }

/**
 * Reads the first frame of a fresh stream and leaves the stream to the caller, as it is: whoever gives
 * up through `signal` resets it. Never rejects.
 */
export function readRequest(stream: Stream, { signal }: AbortOptions = {}): Promise<Request> {
  return new Promise((resolve) => {
    const end = (request: Request): void => {
      reader.stop()
      signal?.removeEventListener('abort', onAbort)
      resolve(request)
    }
    const onAbort = (): void => end({ kind: 'ended' })
    const reader = new FrameReader(stream, {
      onFrame: (body) => {
        const request = requestOf(body)
        if (request.kind === 'handshake') reader.putBack(body)
        end(request)
      },
      onViolation: (detail) => end({ kind: 'violation', detail }),
      onEnd: (how) =>
        how === 'truncated'
          ? end({ kind: 'violation', detail: 'the stream ended within a frame' })
          : end({ kind: 'ended' })
    })
    if (signal?.aborted === true) return onAbort()
    signal?.addEventListener('abort', onAbort)
    reader.start()
  })
}

function requestOf(body: Uint8Array): Request {
  const message = readMessage(body)
  switch (message.type) {
    case 'hello':
    case 'reject':
      return { kind: 'handshake' }
    case 'update':
      return { kind: 'update', payload: message.payload }
    case 'goodbye': {
      const { code, retryAfter } = message
      return { kind: 'goodbye', reason: reasonOf(code), retryAfter }
    }
    case 'malformed':
      return { kind: 'violation', detail: message.detail }
    case 'proof':
    case 'accept':
      return { kind: 'violation', detail: `${message.type} as the first frame` }
  }
}
