import { headlineOf } from '../printable.ts'

/**
 * The stream under a call has gone. The code is the one of a connection that timed out: of all the codes
 * of a socket it is the one that connect and grpc-js both report as UNAVAILABLE.
 */
export class StreamLostError extends Error {
  static override name = 'StreamLostError'
  readonly code = 'ETIMEDOUT'

  constructor(message = 'The stream is lost', options?: ErrorOptions) {
    super(message, options)
    this.name = 'StreamLostError'
  }
}

/** The error for what ended the stream; without one, the peer did. */
export function lost(cause?: unknown): StreamLostError {
  if (cause === undefined) return new StreamLostError('The peer ended the stream')
  return new StreamLostError(`The stream is lost: ${headlineOf(cause)}`, { cause })
}
