import { bytesToHex, hexToBytes } from '@noble/hashes/utils.js'

const HEX = /^0x(?:[0-9a-f]{2})+$/i

/** `0x` and lower-case hex digits: how bytes are written in a hello and in a detail. */
export function toHex(bytes: Uint8Array): string {
  return `0x${bytesToHex(bytes)}`
}

/** The bytes that are written so, in digits of either case; undefined if the text is anything else. */
export function fromHex(text: string): Uint8Array<ArrayBuffer> | undefined {
  return HEX.test(text) ? new Uint8Array(hexToBytes(text.slice(2))) : undefined
}

/** Enough of a hash or a key to tell two apart, and never more than a line. */
export function shortHex(hex: string): string {
  return hex.length <= 20 ? hex : `${hex.slice(0, 10)}…${hex.slice(-8)}`
}
