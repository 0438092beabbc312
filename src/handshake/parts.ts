import { HandshakeRefusedError } from '../errors.ts'
import { printable } from '../printable.ts'
import { MAX_PARTS } from './constants.ts'
import { Payload, Proofs } from './wire/parts.js'
import { checkShape, fieldsOf } from './wire-shape.ts'
import type { Shape } from './wire-shape.ts'

/** Where parts are: in the payload of a hello or an update, or in a proof. */
export type PartsOf = 'payload' | 'proof'

const PARTS: Shape = { 1: { 1: 'string', 2: 'bytes' } }
const CODECS = { payload: Payload, proof: Proofs }

/**
 * A payload or a proof of the ready-made handshakes, which look the same: parts by their names, so that
 * several handshakes can speak at once and a node that does not know a name ignores it. At most 16.
 */
export function encodeParts(parts: Iterable<readonly [string, Uint8Array]>): Uint8Array {
  const list = Array.from(parts, ([name, body]) => ({ name, body: new Uint8Array(body) }))
  return Payload.encode({ parts: list })
}

/**
 * The parts of a peer's payload or proof, by name.
 *
 * @throws {HandshakeRefusedError} `protocol-violation`, if it is not protobuf, has more than 16 parts,
 * or has a name twice.
 */
export function decodeParts(bytes: Uint8Array, what: PartsOf = 'payload'): Map<string, Uint8Array> {
  checkPart(bytes, PARTS, what)
  let count = 0
  for (const { number } of fieldsOf(bytes)) {
    if (number === 1 && ++count > MAX_PARTS) throw violation(`more than ${MAX_PARTS} parts`)
  }
  const parts = new Map<string, Uint8Array>()
  for (const { name, body } of CODECS[what].decode(bytes).parts) {
    if (parts.has(name)) throw violation(`part "${printable(name, 64)}" twice`)
    parts.set(name, body)
  }
  return parts
}

/**
 * Checks that the body of a part is protobuf of the given shape, before it is decoded.
 *
 * @throws {HandshakeRefusedError} `protocol-violation`
 */
export function checkPart(body: Uint8Array, shape: Shape, what: string): void {
  try {
    checkShape(body, shape)
  } catch (error) {
    throw violation(`malformed ${what}: ${(error as Error).message}`)
  }
}

function violation(detail: string): HandshakeRefusedError {
  return new HandshakeRefusedError('protocol-violation', detail)
}
