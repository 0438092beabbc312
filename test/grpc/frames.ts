/** HTTP/2 by hand (RFC 9113, 4.1 and 6), for a peer that does not keep to it. */

export const TYPE = {
  data: 0,
  headers: 1,
  reset: 3,
  settings: 4,
  pushPromise: 5,
  ping: 6,
  goaway: 7,
  windowUpdate: 8,
  continuation: 9
} as const

export const FLAG = { endStream: 1, ack: 1, endHeaders: 4 } as const

/** What a client begins with, and its settings, all as they are by default. */
export const PREFACE = Buffer.concat([
  Buffer.from('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'),
  frame('settings', 0, 0)
])

export function frame(
  type: keyof typeof TYPE,
  flags: number,
  stream: number,
  payload: Uint8Array = new Uint8Array()
): Buffer {
  const head = Buffer.alloc(9)
  head.writeUIntBE(payload.byteLength, 0, 3)
  head.writeUInt8(TYPE[type], 3)
  head.writeUInt8(flags, 4)
  head.writeUInt32BE(stream, 5)
  return Buffer.concat([head, payload])
}

export function uint32(...values: number[]): Buffer {
  const bytes = Buffer.alloc(4 * values.length)
  values.forEach((value, i) => bytes.writeUInt32BE(value, 4 * i))
  return bytes
}

/** One setting: an identifier of two bytes, a value of four. */
export function setting(id: number, value: number): Buffer {
  const bytes = Buffer.alloc(6)
  bytes.writeUInt16BE(id, 0)
  bytes.writeUInt32BE(value, 2)
  return bytes
}

/** Headers as HPACK literals, without index and without Huffman (RFC 7541, 6.2.2); lengths up to 126. */
export function literals(headers: Record<string, string>): Buffer {
  return Buffer.concat(
    Object.entries(headers).map(([name, value]) =>
      Buffer.concat([
        Buffer.from([0, name.length]),
        Buffer.from(name),
        Buffer.from([value.length]),
        Buffer.from(value)
      ])
    )
  )
}

/** The headers of a call. */
export function callHeaders(method: string, more: Record<string, string> = {}): Buffer {
  return literals({
    ':method': 'POST',
    ':scheme': 'http',
    ':path': `/test.grpc.Echo/${method}`,
    ':authority': 'peer',
    'content-type': 'application/grpc',
    te: 'trailers',
    ...more
  })
}

/** The beginning of a call: further messages may follow. */
export function call(stream: number, method: string, more?: Record<string, string>): Buffer {
  return frame('headers', FLAG.endHeaders, stream, callHeaders(method, more))
}

/** A message of gRPC: not compressed, its length, and it. */
export function message(payload: Uint8Array): Buffer {
  return Buffer.concat([Buffer.from([0]), uint32(payload.byteLength), payload])
}

/** The types of frames, and for those that say why, the code, in what was received. */
export function* framesIn(
  bytes: Buffer
): Generator<{ type: number; stream: number; code: number }> {
  for (let at = 0; at + 9 <= bytes.byteLength;) {
    const length = bytes.readUIntBE(at, 3)
    const type = bytes.readUInt8(at + 3)
    const stream = bytes.readUInt32BE(at + 5)
    const body = bytes.subarray(at + 9, at + 9 + length)
    const code =
      type === TYPE.goaway ? body.readUInt32BE(4) : type === TYPE.reset ? body.readUInt32BE(0) : 0
    yield { type, stream, code }
    at += 9 + length
  }
}
