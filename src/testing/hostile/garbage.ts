const text = new TextEncoder()

/** Payloads and proofs that nobody means, the same each time. */
export function garbage(): Uint8Array[] {
  const noise = Array.from({ length: 24 }, (_, i) => scramble(i + 1, 1 + ((i * 89) % 2_048)))
  return [
    new Uint8Array(0),
    new Uint8Array(1),
    new Uint8Array(2_048),
    new Uint8Array(2_048).fill(0xff),
    ...noise,
    ...['null', '{', '{}', '[]', '"text"', '-1', '1e999', '['.repeat(2_048)].map((it) =>
      text.encode(it)
    ),
    text.encode('{"__proto__":{"authorized":true},"constructor":1,"type":"goodbye.received"}'),
    nested(2_000)
  ]
}

/** What the bytes become when they are cut short, drawn out, or one bit in each of them is flipped. */
export function mutationsOf(bytes: Uint8Array): Uint8Array[] {
  const places = Array.from({ length: bytes.byteLength }, (_, at) => at)
  return [
    ...places.map((at) => bytes.slice(0, at)),
    ...places.map((at) => bytes.map((byte, i) => (i === at ? byte ^ (1 << (at % 8)) : byte))),
    new Uint8Array([...bytes, 0])
  ]
}

/** Bytes without a pattern, the same for the same seed. */
export function scramble(seed: number, length: number): Uint8Array {
  let state = seed
  return Uint8Array.from({ length }, () => {
    // xorshift32
    state ^= state << 13
    state ^= state >>> 17
    state ^= state << 5
    return state & 0xff
  })
}

/** A protobuf message in a message in a message, so many bytes long. */
export function nested(length: number): Uint8Array {
  let bytes = new Uint8Array(0)
  while (bytes.byteLength < length) {
    const size = bytes.byteLength
    const header = size < 0x80 ? [0x0a, size] : [0x0a, (size & 0x7f) | 0x80, size >> 7]
    bytes = new Uint8Array([...header, ...bytes])
  }
  return bytes.slice(0, length)
}
