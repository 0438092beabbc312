// The bounds of the lifecycle protocol, version 1. They are part of the wire format: a peer that goes
// beyond one of them violates the protocol, so none is an option.

/** Bytes of a frame's length field, big-endian. */
export const HEADER_LENGTH = 2

/** Bytes of one frame's body, at most (at least 1). */
export const MAX_FRAME_LENGTH = 4_096

/** Frames in one exchange and direction, at most. */
export const MAX_FRAMES = 4

/** Bytes in one exchange and direction, length fields included, at most. */
export const MAX_EXCHANGE_BYTES = 16_384

/** Bytes of a hello's nonce: exactly this many, fresh for every exchange. */
export const NONCE_LENGTH = 32

/** Bytes of an application's hello, at most. */
export const MAX_PAYLOAD_LENGTH = 2_048

/** Bytes of an application's proof, at most. */
export const MAX_PROOF_LENGTH = 1_024

/** Parts in one payload of the ready-made handshakes, at most. */
export const MAX_PARTS = 16

/**
 * Milliseconds that the end of a stream may take: a side which has said its last word waits so long for
 * the other to close its end, before it resets the stream, and one whose peer closed its end too early
 * waits so long for the connection to follow, before it takes that for a violation. One second is what
 * go-ethereum gives a disconnect reason to be written.
 */
export const LINGER = 1_000
