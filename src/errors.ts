import type { Reason, Side, WireReason } from '../machines/index.ts'

/**
 * Thrown by an application's `verify`, `prove` or `verifyProof` to refuse a peer. The peer is told the
 * word; the detail stays here, for `explain()` and the events.
 */
export class HandshakeRefusedError extends Error {
  static override name = 'HandshakeRefusedError'

  /** The word the peer is told. */
  readonly reason: WireReason

  /** What exactly differed, in the application's words; cut and escaped before anybody sees it. */
  readonly detail: string | undefined

  constructor(reason: WireReason = 'refused', detail?: string) {
    super(
      detail === undefined
        ? `Handshake refused: ${reason}`
        : `Handshake refused: ${reason}, ${detail}`
    )
    this.name = 'HandshakeRefusedError'
    this.reason = reason
    this.detail = detail
  }
}

/** What `connect()` rejects with: the word, who said it, and when another attempt makes sense. */
export class PeerRejectedError extends Error {
  static override name = 'PeerRejectedError'

  readonly reason: Reason
  readonly by: Side

  /** Epoch milliseconds of the next attempt that may succeed; undefined if waiting changes nothing. */
  readonly retryAt: number | undefined
  readonly detail: string | undefined

  constructor(
    message: string,
    init: { reason: Reason; by: Side; retryAt?: number | undefined; detail?: string | undefined }
  ) {
    super(message)
    this.name = 'PeerRejectedError'
    this.reason = init.reason
    this.by = init.by
    this.retryAt = init.retryAt
    this.detail = init.detail
  }
}

/** As many peers are trusted as may be; one of them has to be trusted no more first. */
export class TooManyTrustedPeersError extends Error {
  static override name = 'TooManyTrustedPeersError'

  constructor(message = 'Too many peers are trusted') {
    super(message)
    this.name = 'TooManyTrustedPeersError'
  }
}

/** A stream of a gated protocol with a peer that is not authorized was refused. */
export class PeerNotAuthorizedError extends Error {
  static override name = 'PeerNotAuthorizedError'

  constructor(message = 'The peer is not authorized') {
    super(message)
    this.name = 'PeerNotAuthorizedError'
  }
}

/** A protocol was handled in a way that the gate could not see. Thrown by `node.start()`. */
export class UngatedProtocolError extends Error {
  static override name = 'UngatedProtocolError'

  constructor(message = 'A protocol escaped the gate') {
    super(message)
    this.name = 'UngatedProtocolError'
  }
}

/** An option is missing, of the wrong type, out of range, or contradicts another one. */
export class InvalidOptionsError extends Error {
  static override name = 'InvalidOptionsError'

  constructor(message = 'Invalid options') {
    super(message)
    this.name = 'InvalidOptionsError'
  }
}

/** An argument of a method is not what the method takes. */
export class InvalidPeerError extends Error {
  static override name = 'InvalidPeerError'

  constructor(message = 'Expected a peer') {
    super(message)
    this.name = 'InvalidPeerError'
  }
}

/** `recording()` was called of a node that records nothing. */
export class NotRecordingError extends Error {
  static override name = 'NotRecordingError'

  constructor(
    message = 'Expected a node that records: give the option recorder: { lines: 10_000 }'
  ) {
    super(message)
    this.name = 'NotRecordingError'
  }
}

/** A recording is not as this version writes it: torn in the middle, of another version, or changed. */
export class RecordingError extends Error {
  static override name = 'RecordingError'

  /** The line that is wrong, counted from 1. */
  readonly line: number

  constructor(line: number, message: string) {
    super(`In line ${line}: ${message}`)
    this.name = 'RecordingError'
    this.line = line
  }
}

/** The inspector's page cannot be served: its port is taken, or there is no server here, as in a browser. */
export class InspectorError extends Error {
  static override name = 'InspectorError'

  constructor(message = 'The inspector cannot be served') {
    super(message)
    this.name = 'InspectorError'
  }
}
