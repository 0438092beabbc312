import { HandshakeRefusedError } from '../errors.ts'
import { MAX_PARTS } from './constants.ts'
import { Payload } from './wire/parts.js'
import { checkShape, fieldsOf } from './wire-shape.ts'
import type { Shape } from './wire-shape.ts'

const PAYLOAD: Shape = { 1: { 1: 'string', 2: 'bytes' } }

/**
 * A payload of the ready-made handshakes: parts by their names, so that several handshakes can speak in
 * one payload and a node that does not know a name ignores it. At most 16.
 */
export function encodeParts(parts: ReadonlyMap<string, Uint8Array>): Uint8Array {
  const list = [...parts].map(([name, body]) => ({ name, body: new Uint8Array(body) }))
  return Payload.encode({ parts: list })
}

/**
 * The parts of a peer's payload, by name.
 *
 * @throws {HandshakeRefusedError} `protocol-violation`, if it is not protobuf, has more than 16 parts,
 * or has a name twice.
 */
export function decodeParts(payload: Uint8Array): Map<string, Uint8Array> {
  checkPart(payload, PAYLOAD, 'payload')
  let count = 0
  for (const { number } of fieldsOf(payload)) {
    if (number === 1 && ++count > MAX_PARTS) throw violation(`more than ${MAX_PARTS} parts`)
  }
  const parts = new Map<string, Uint8Array>()
  for (const { name, body } of Payload.decode(payload).parts) {
    if (parts.has(name)) throw violation(`part ${JSON.stringify(name)} twice`)
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
