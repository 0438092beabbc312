import {
  HEADER_LENGTH,
  MAX_FRAME_LENGTH,
  MAX_PAYLOAD_LENGTH,
  MAX_PROOF_LENGTH,
  NONCE_LENGTH
} from './constants.ts'
import { Frame, Intent } from './wire/lifecycle.js'
import { checkShape, fieldsOf, MalformedError } from './wire-shape.ts'
import type { Shape } from './wire-shape.ts'

/**
 * What one frame says. Codes are wire codes (`reasonOf` gives the word), `retryAfter` is in seconds
 * as the peer wrote it, 0 for none: whoever waits by it caps it.
 */
export type Message =
  | HelloMessage
  | { readonly type: 'proof'; readonly proof: Uint8Array }
  | { readonly type: 'accept' }
  | { readonly type: 'reject'; readonly code: number; readonly retryAfter: number }
  | { readonly type: 'update'; readonly payload: Uint8Array }
  | { readonly type: 'goodbye'; readonly code: number; readonly retryAfter: number }

/** A frame that is none, and what is wrong with it. */
export interface Malformed {
  readonly type: 'malformed'
  readonly detail: string
}

/** The first frame of a handshake. `visit` has a meaning in secure-channel mode only. */
export interface HelloMessage {
  readonly type: 'hello'
  readonly nonce: Uint8Array
  readonly payload: Uint8Array
  readonly intent: 'promote' | 'visit'
}

const FAREWELL: Shape = { 1: 'uint32', 2: 'uint32' }

const FRAME: Shape = {
  1: { 1: 'bytes', 2: 'bytes', 3: 'uint32' },
  2: { 1: 'bytes' },
  3: {},
  4: FAREWELL,
  5: { 1: 'bytes' },
  6: FAREWELL
}

/** The bytes of one frame, its length field included, ready to be sent. */
export function encodeMessage(message: Message): Uint8Array {
  const body = Frame.encode(toFrame(message))
  if (body.byteLength > MAX_FRAME_LENGTH) {
    throw new RangeError(
      `Expected a frame of at most ${MAX_FRAME_LENGTH} bytes, got ${body.byteLength}`
    )
  }
  const bytes = new Uint8Array(HEADER_LENGTH + body.byteLength)
  new DataView(bytes.buffer).setUint16(0, body.byteLength)
  bytes.set(body, HEADER_LENGTH)
  return bytes
}

/**
 * Reads the body of one frame, without its length field.
 *
 * @throws {MalformedError} If it is not protobuf, if it has no body this version knows or more than
 * one, or if a field is out of its bounds. Unknown fields are ignored.
 */
export function decodeMessage(body: Uint8Array): Message {
  checkShape(body, FRAME)
  let known = 0
  for (const { number } of fieldsOf(body)) {
    if (number in FRAME) known++
  }
  if (known > 1) throw new MalformedError(`a frame with ${known} known bodies, expected 1`)
  return toMessage(decodeFrame(body))
}

/** As {@link decodeMessage}, for those who answer a malformed frame instead of throwing. */
export function readMessage(body: Uint8Array): Message | Malformed {
  try {
    return decodeMessage(body)
  } catch (error) {
    return { type: 'malformed', detail: (error as Error).message }
  }
}

function toFrame(message: Message): Frame {
  switch (message.type) {
    case 'hello': {
      const { nonce, payload } = message
      const intent = message.intent === 'visit' ? Intent.VISIT : Intent.PROMOTE
      return { hello: { nonce: own(nonce), payload: own(payload), intent } }
    }
    case 'proof':
      return { proof: { proof: own(message.proof) } }
    case 'accept':
      return { accept: {} }
    case 'reject':
      return { reject: { code: message.code, retryAfter: message.retryAfter } }
    case 'update':
      return { update: { payload: own(message.payload) } }
    case 'goodbye':
      return { goodbye: { code: message.code, retryAfter: message.retryAfter } }
  }
}

function toMessage({ hello, proof, accept, reject, update, goodbye }: Frame): Message {
  if (hello !== undefined) {
    const { nonce } = hello
    if (nonce.byteLength !== NONCE_LENGTH) {
      throw new MalformedError(`a nonce of ${nonce.byteLength} bytes, expected ${NONCE_LENGTH}`)
    }
    const intent = hello.intent === Intent.VISIT ? 'visit' : 'promote'
    return { type: 'hello', nonce, payload: bounded('payload', hello.payload), intent }
  }
  if (proof !== undefined) return { type: 'proof', proof: bounded('proof', proof.proof) }
  if (accept !== undefined) return { type: 'accept' }
  if (reject !== undefined) return { type: 'reject', ...reject }
  if (update !== undefined) return { type: 'update', payload: bounded('payload', update.payload) }
  if (goodbye !== undefined) return { type: 'goodbye', ...goodbye }
  throw new MalformedError('a frame without a known body')
}

function decodeFrame(body: Uint8Array): Frame {
  try {
    return Frame.decode(body)
  } catch {
    // only an intent that this version does not know is left to be refused by the generated decoder
    throw new MalformedError('a hello with an unknown intent')
  }
}

function bounded(what: 'payload' | 'proof', bytes: Uint8Array): Uint8Array {
  const max = what === 'payload' ? MAX_PAYLOAD_LENGTH : MAX_PROOF_LENGTH
  if (bytes.byteLength <= max) return bytes
  throw new MalformedError(`a ${what} of ${bytes.byteLength} bytes, expected at most ${max}`)
}

// the generated codecs take bytes that are not shared between threads
function own(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  return new Uint8Array(bytes)
}
