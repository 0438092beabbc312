// the polynomial of Ethernet, ZIP and PNG, its bits reversed
const POLYNOMIAL = 0xedb8_8320

/**
 * The CRC-32 (IEEE 802.3) of bytes, as an unsigned number; `before` is that of the bytes before them.
 * Bit by bit: what is summed here is a hash and a few numbers, once, and Node's own is not everywhere.
 */
export function crc32(bytes: Uint8Array, before = 0): number {
  let crc = ~before
  for (const byte of bytes) {
    crc ^= byte
    for (let bit = 0; bit < 8; bit++) crc = (crc & 1) === 0 ? crc >>> 1 : (crc >>> 1) ^ POLYNOMIAL
  }
  return ~crc >>> 0
}
