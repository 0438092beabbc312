import { expect, test } from 'vitest'
import fc from 'fast-check'
import { FrameParser } from '../../src/handshake/frame-parser.ts'
import { concat, frame, framed } from './raw-peer.ts'

/** Feeds a parser as a reader does: until the first violation. */
function parse(chunks: Uint8Array[], parser = new FrameParser()) {
  const frames: Uint8Array[] = []
  let looked = 0
  for (const chunk of chunks) {
    for (let offset = 0; offset < chunk.byteLength;) {
      const step = parser.take(chunk, offset)
      looked += step.offset - offset
      offset = step.offset
      if (step.kind === 'frame') frames.push(step.body)
      if (step.kind === 'violation') return { frames, violation: step.detail, looked, parser }
    }
  }
  return { frames, violation: undefined, looked, parser }
}

function cutInto(bytes: Uint8Array, sizes: number[]): Uint8Array[] {
  const chunks: Uint8Array[] = []
  let offset = 0
  for (const size of sizes) {
    chunks.push(bytes.subarray(offset, offset + size))
    offset += size
  }
  return [...chunks, bytes.subarray(offset)]
}

const filled = (length: number) => new Uint8Array(length).fill(0xaa)

test.each([1, 2, 4_095, 4_096])('a frame of %i bytes is read', (length) => {
  const { frames, violation } = parse([framed(filled(length))])
  expect(violation).toBeUndefined()
  expect(frames.map((body) => body.byteLength)).toEqual([length])
})

test.each([0, 4_097, 65_535])('a length of %i is refused at its second byte', (length) => {
  const { frames, violation, looked } = parse([frame(length, filled(9))])
  expect(violation).toBe(`frame length ${length}, expected 1 to 4096`)
  expect(frames).toEqual([])
  expect(looked).toBe(2)
})

test('a fifth frame is refused at its first byte', () => {
  const four = Array.from({ length: 4 }, () => framed(filled(1)))
  expect(parse(four).violation).toBeUndefined()
  const { frames, violation, looked } = parse([...four, framed(filled(1))])
  expect(violation).toBe('more than 4 frames')
  expect(frames).toHaveLength(4)
  expect(looked).toBe(12)
})

test('the bytes of a direction are counted with their length fields', () => {
  const three = Array.from({ length: 3 }, () => framed(filled(4_096)))
  // 3 x 4,098 are 12,294: the fourth frame may have 4,090 bytes, 4,088 of them body
  expect(parse([...three, framed(filled(4_088))]).violation).toBeUndefined()
  const { frames, violation } = parse([...three, frame(4_089)])
  expect(violation).toBe('more than 16384 bytes')
  expect(frames).toHaveLength(3)
})

test('nothing may follow the last frame, and nothing has to', () => {
  const { parser } = parse([framed(filled(3))])
  parser.seal()
  expect(parser.midFrame).toBe(false)
  expect(parser.take(new Uint8Array(0), 0)).toEqual({ kind: 'more', offset: 0 })
  expect(parse([new Uint8Array([0])], parser).violation).toBe('bytes after the last frame')
})

test('an end of the chunk within a frame is no frame, in its length and in its body', () => {
  const parser = new FrameParser()
  expect(parser.take(new Uint8Array([0]), 0)).toEqual({ kind: 'more', offset: 1 })
  expect(parser.take(new Uint8Array([3]), 0)).toEqual({ kind: 'more', offset: 1 })
  expect(parser.take(filled(2), 0)).toEqual({ kind: 'more', offset: 2 })
  expect(parser.take(filled(2), 0)).toEqual({ kind: 'frame', body: filled(3), offset: 1 })
})

test('a frame is cut off at each of its bytes but the first and the last', () => {
  const bytes = framed(filled(5))
  const cutOff = Array.from(bytes, (_, i) => parse([bytes.subarray(0, i)]).parser.midFrame)
  expect(cutOff).toEqual([false, true, true, true, true, true, true])
  expect(parse([bytes]).parser.midFrame).toBe(false)
})

test('a body is an array of its own, of its own length', () => {
  const bytes = framed(filled(3))
  const [body] = parse([bytes]).frames
  bytes.fill(0)
  expect(body).toEqual(filled(3))
  expect(body?.buffer.byteLength).toBe(3)
})

test('any chunking gives the same frames', () => {
  const bodies = fc.array(fc.uint8Array({ minLength: 1, maxLength: 300 }), { maxLength: 4 })
  fc.assert(
    fc.property(bodies, fc.array(fc.nat(40), { maxLength: 60 }), (expected, sizes) => {
      const bytes = concat(...expected.map(framed))
      const { frames, violation, parser } = parse(cutInto(bytes, sizes))
      expect(violation).toBeUndefined()
      expect(frames).toEqual(expected)
      expect(parser.midFrame).toBe(false)
    })
  )
})

test('any chunking of any bytes gives the same end, at the same byte', () => {
  const bytes = fc.uint8Array({ maxLength: 200 })
  // small lengths, so that soup gets through a few frames before it fails
  const soup = fc
    .array(fc.oneof(fc.constant(new Uint8Array([0, 2])), bytes))
    .map((it) => concat(...it))
  fc.assert(
    fc.property(soup, fc.array(fc.nat(9), { maxLength: 60 }), (all, sizes) => {
      const whole = parse([all])
      const pieces = parse(cutInto(all, sizes))
      expect(pieces.frames).toEqual(whole.frames)
      expect(pieces.violation).toBe(whole.violation)
      expect(pieces.looked).toBe(whole.looked)
    })
  )
})
