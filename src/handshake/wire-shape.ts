/** The bytes are not what the protocol says they are. The one error that decoding throws. */
export class MalformedError extends Error {
  static override name = 'MalformedError'

  constructor(message = 'Malformed message') {
    super(message)
    this.name = 'MalformedError'
  }
}

interface Extent {
  readonly start: number
  readonly end: number
}

/** One field of a protobuf message: its number, its wire type, and where its value lies. */
export interface Field extends Extent {
  readonly number: number
  readonly wireType: number
}

/** The fields that a message knows, by number. What is not named is unknown, and skipped. */
export interface Shape {
  readonly [number: number]: 'bytes' | 'string' | 'uint32' | 'uint64' | Shape
}

const VARINT = 0
const FIXED64 = 1
const LENGTH_DELIMITED = 2
const FIXED32 = 5

const MAX_VARINT_LENGTH = 10
const MAX_VARINT32_LENGTH = 5

const utf8 = new TextDecoder('utf-8', { fatal: true })

/**
 * Checks that `bytes` are a well-formed protobuf message whose known fields have the types that
 * `shape` gives them. The generated decoders read on where this refuses: past the end of a nested
 * message, over a wrong wire type, through a length field of any length; so nothing is decoded that
 * has not passed here. Groups, which proto3 does not have, are malformed.
 *
 * @throws {MalformedError} Says what was expected where.
 */
export function checkShape(bytes: Uint8Array, shape: Shape): void {
  for (const field of fieldsOf(bytes)) {
    const kind = shape[field.number]
    if (kind === undefined) continue
    if (field.wireType !== (kind === 'uint32' || kind === 'uint64' ? VARINT : LENGTH_DELIMITED)) {
      throw new MalformedError(`field ${field.number} has wire type ${field.wireType}`)
    }
    const value = bytes.subarray(field.start, field.end)
    if (kind === 'uint32' && value.byteLength > MAX_VARINT32_LENGTH) {
      throw new MalformedError(`field ${field.number} is longer than 32 bits`)
    }
    if (kind === 'string') checkText(value, field.number)
    if (typeof kind === 'object') checkShape(value, kind)
  }
}

/**
 * The fields of a protobuf message, in their order, without a look inside them.
 *
 * @throws {MalformedError} At the first byte that cannot be.
 */
export function* fieldsOf(bytes: Uint8Array): Generator<Field> {
  let offset = 0
  while (offset < bytes.byteLength) {
    const tag = readVarint32(bytes, offset)
    const number = tag.value >>> 3
    const wireType = tag.value & 7
    if (number === 0) throw new MalformedError('field number 0')
    const { start, end } = extentOf(bytes, tag.end, wireType)
    if (end > bytes.byteLength) throw new MalformedError(`field ${number} is cut off`)
    yield { number, wireType, start, end }
    offset = end
  }
}

function extentOf(bytes: Uint8Array, start: number, wireType: number): Extent {
  switch (wireType) {
    case VARINT:
      return { start, end: endOfVarint(bytes, start, MAX_VARINT_LENGTH) }
    case FIXED64:
      return { start, end: start + 8 }
    case LENGTH_DELIMITED: {
      const length = readVarint32(bytes, start)
      return { start: length.end, end: length.end + length.value }
    }
    case FIXED32:
      return { start, end: start + 4 }
    default:
      throw new MalformedError(`wire type ${wireType}`)
  }
}

function readVarint32(bytes: Uint8Array, offset: number): { value: number; end: number } {
  const end = endOfVarint(bytes, offset, MAX_VARINT32_LENGTH)
  let value = 0
  for (let i = end - 1; i >= offset; i--) value = value * 128 + ((bytes[i] ?? 0) & 0x7f)
  if (value > 0xffff_ffff) throw new MalformedError('a tag or length of more than 32 bits')
  return { value, end }
}

function endOfVarint(bytes: Uint8Array, offset: number, max: number): number {
  for (let end = offset; end < offset + max; end++) {
    const byte = bytes[end]
    if (byte === undefined) throw new MalformedError('a number is cut off')
    if (byte < 0x80) return end + 1
  }
  throw new MalformedError(`a number of more than ${max} bytes`)
}

function checkText(value: Uint8Array, number: number): void {
  try {
    utf8.decode(value)
  } catch {
    throw new MalformedError(`field ${number} is not UTF-8`)
  }
}
