import fc from 'fast-check'
import { FrameParser } from '../../../src/handshake/frame-parser.ts'
import { seeded } from '../../policies/seeded.ts'
import { hashOf, insist } from '../target.ts'
import type { Target } from '../target.ts'

/** What a parser made of the bytes of one direction. */
interface Parsed {
  readonly frames: readonly string[]
  readonly violation: string | undefined
  readonly isMidFrame: boolean
  /** Bytes that were looked at. */
  readonly looked: number
}

function parse(chunks: Iterable<Uint8Array>): Parsed {
  const parser = new FrameParser()
  const frames: string[] = []
  let looked = 0
  for (const chunk of chunks) {
    for (let offset = 0; offset < chunk.byteLength;) {
      const step = parser.take(chunk, offset)
      insist(step.offset > offset || step.kind === 'violation', 'the parser does not move')
      looked += step.offset - offset
      offset = step.offset
      if (step.kind === 'frame') frames.push(Buffer.from(step.body).toString('latin1'))
      if (step.kind === 'violation') {
        return { frames, violation: step.detail, isMidFrame: false, looked }
      }
    }
  }
  return { frames, violation: undefined, isMidFrame: parser.midFrame, looked }
}

/** The same, written down as the protocol's page has it. */
export function framesIn(input: Uint8Array): Parsed {
  const frames: string[] = []
  let at = 0
  const ends = (violation?: string): Parsed => {
    const isMidFrame = violation === undefined && at < input.byteLength
    return {
      frames,
      violation,
      isMidFrame,
      looked: violation === undefined ? input.byteLength : at
    }
  }
  while (at < input.byteLength) {
    if (frames.length === 4) return ends('more than 4 frames')
    if (input.byteLength - at < 2) return ends()
    const length = (input[at] ?? 0) * 256 + (input[at + 1] ?? 0)
    const isAllowed = length >= 1 && length <= 4_096
    const isTooMuch = at + 2 + length > 16_384
    if (!isAllowed || isTooMuch) {
      at += 2
      return ends(
        isAllowed ? 'more than 16384 bytes' : `frame length ${length}, expected 1 to 4096`
      )
    }
    if (at + 2 + length > input.byteLength) return ends()
    frames.push(Buffer.from(input.subarray(at + 2, at + 2 + length)).toString('latin1'))
    at += 2 + length
  }
  return ends()
}

/** After the last frame, whichever it is, no byte may follow. */
function insistSealed(input: Uint8Array): void {
  const parser = new FrameParser()
  const first = parser.take(input, 0)
  if (first.kind !== 'frame') return
  parser.seal()
  const { kind, offset } = parser.take(input, first.offset)
  insist(offset === first.offset, 'bytes after the last frame are looked at')
  insist(kind === (offset < input.byteLength ? 'violation' : 'more'), 'sealed, and read on')
}

function* cut(input: Uint8Array, size: () => number): Generator<Uint8Array> {
  for (let at = 0; at < input.byteLength;) {
    const length = size()
    yield input.subarray(at, at + length)
    at += length
  }
}

const length = fc.oneof(
  { arbitrary: fc.integer({ min: 0, max: 40 }), weight: 8 },
  fc.constantFrom(4_095, 4_096, 4_097, 65_535)
)
const frame = fc.tuple(length, fc.integer({ min: -2, max: 2 }), fc.nat(255)).map(
  // now and then cut off, or longer than it says
  ([said, more, byte]) => {
    const isTrue = byte % 4 !== 0
    const body = new Uint8Array(Math.max(0, said + (isTrue ? 0 : more))).fill(byte)
    return [said >> 8, said & 0xff, ...body]
  }
)

const longFrame = fc
  .constantFrom(4_088, 4_089, 4_095, 4_096)
  .map((said) => [said >> 8, said & 0xff, ...new Uint8Array(said)])

/** The bytes of one direction of one exchange, cut into frames. */
export const frames: Target = {
  name: 'frames',
  files: ['src/handshake/frame-parser.ts'],
  share: 200_000,
  maxLength: 20_000,
  arbitrary: fc
    .oneof(
      { arbitrary: fc.array(frame, { maxLength: 6 }), weight: 9 },
      fc.array(longFrame, { minLength: 4, maxLength: 5 })
    )
    .map((all) => Uint8Array.from(all.flat())),
  tokens: [
    [0, 1],
    [15, 255],
    [16, 0],
    [16, 1],
    [255, 255]
  ].map((bytes) => Uint8Array.from(bytes)),
  run(input) {
    const whole = parse([input])
    const text = JSON.stringify(whole)
    insist(text === JSON.stringify(framesIn(input)), `not what the protocol says: ${text}`)
    insistSealed(input)
    const random = seeded(hashOf(input))
    const pieces = parse(cut(input, () => 1 + Math.floor(random() ** 4 * 5_000)))
    insist(text === JSON.stringify(pieces), 'another result with other chunks')
    if (input.byteLength > 256) return
    insist(text === JSON.stringify(parse(cut(input, () => 1))), 'another result byte by byte')
  }
}
