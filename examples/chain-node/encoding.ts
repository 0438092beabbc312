import { bytesToHex, concatBytes, hexToBytes, utf8ToBytes } from '@noble/hashes/utils.js'

/** Bytes as people and JSON read them: `0x` and lower-case hex digits. */
export type Hex = `0x${string}`

export function toHex(bytes: Uint8Array): Hex {
  return `0x${bytesToHex(bytes)}`
}

export function fromHex(hex: Hex): Uint8Array<ArrayBuffer> {
  return new Uint8Array(hexToBytes(hex.slice(2)))
}

/**
 * The bytes that are hashed and signed: a name of what they are, so that no signature of one thing passes
 * for another, and then every field in 32 bytes, numbers as big-endian.
 */
export function encodeFields(name: string, fields: readonly (Hex | number)[]): Uint8Array {
  return concatBytes(utf8ToBytes(name), ...fields.map(encodeField))
}

function encodeField(field: Hex | number): Uint8Array {
  const digits = typeof field === 'number' ? field.toString(16) : field.slice(2)
  if (digits.length > 64)
    throw new RangeError(`Expected at most 32 bytes, got ${digits.length / 2}`)
  return hexToBytes(digits.padStart(64, '0'))
}
