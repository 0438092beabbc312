import fc from 'fast-check'
import { FrameReader } from '../../../src/handshake/frame-reader.ts'
import { settled } from '../../../src/testing/settled.ts'
import { cut, link } from '../../handshake/linked-streams.ts'
import { Choices } from '../choices.ts'
import { insist } from '../target.ts'
import { framesIn } from './frames.ts'
import type { LinkedStream, Link } from '../../handshake/linked-streams.ts'
import type { Target } from '../target.ts'

const ENDS = ['close', 'reset', 'cut'] as const

/** Takes over from a reader in the middle: before the frame that it is at, or behind it. */
type Handover = 'putBack' | 'handOn' | undefined

/** Reads a stream to its end, by a second reader from the frame of this number on. */
function read(stream: LinkedStream, handover: Handover, after: number): string[] {
  const said: string[] = []
  const begin = (isSecond: boolean): void => {
    let frames = 0
    const reader = new FrameReader(stream, {
      onFrame: (body) => {
        if (!isSecond && handover !== undefined && frames++ === after) {
          if (handover === 'putBack') reader.putBack(body)
          else {
            said.push(textOf(body))
            reader.handOn()
          }
          begin(true)
        } else said.push(textOf(body))
      },
      onViolation: (detail) => void said.push(detail),
      onEnd: (end) => void said.push(end)
    })
    reader.start()
  }
  begin(false)
  return said
}

const textOf = (body: Uint8Array): string => Buffer.from(body).toString('latin1')

/** What one reader after the other has to say. */
function expected(
  bytes: Uint8Array,
  end: (typeof ENDS)[number],
  handover: Handover,
  after: number
): string[] {
  const whole = framesIn(bytes)
  const isOver = handover !== undefined && whole.frames.length > after
  const first = isOver ? whole.frames.slice(0, after + (handover === 'handOn' ? 1 : 0)) : []
  const taken = first.reduce((sum, frame) => sum + 2 + frame.length, 0)
  const { frames, violation, isMidFrame } = framesIn(bytes.subarray(taken))
  const last = end !== 'close' ? 'reset' : isMidFrame ? 'truncated' : 'eof'
  return [...first, ...frames, violation ?? last]
}

function endIt(between: Link, end: (typeof ENDS)[number]): void {
  if (end === 'cut') cut(between)
  else if (end === 'reset') between.remote.abort(new Error('gone'))
  else void between.remote.close()
}

/** A stream, in any chunks, with any end, read by one reader or by two. */
export const streams: Target = {
  name: 'streams',
  files: ['src/handshake/frame-reader.ts', 'src/handshake/frame-parser.ts'],
  share: 25_000,
  maxLength: 700,
  arbitrary: fc
    .tuple(
      fc.uint8Array({ minLength: 5, maxLength: 5 }),
      fc.array(fc.uint8Array({ minLength: 1, maxLength: 30 }), { maxLength: 5 })
    )
    .map(([control, bodies]) => {
      const frames = bodies.map((body) => [0, body.byteLength, ...body]).flat()
      return Uint8Array.from([...control, frames.length >> 8, frames.length & 0xff, ...frames])
    }),
  async run(input) {
    const choices = new Choices(input)
    const end = choices.of(ENDS)
    const handover = choices.of<Handover>([undefined, 'putBack', 'handOn'])
    const after = choices.below(4)
    const chunk = choices.below(4) === 0 ? Infinity : 1 + choices.below(40)
    const bytes = choices.bytes(600)
    const between = link(chunk)
    const said = read(between.local, handover, after)
    if (bytes.byteLength > 0) between.remote.send(bytes)
    // what was sent before it, arrives before it
    await settled()
    endIt(between, end)
    await settled()
    const wanted = expected(bytes, end, handover, after)
    insist(
      JSON.stringify(said) === JSON.stringify(wanted),
      `heard ${JSON.stringify(said)}, expected ${JSON.stringify(wanted)}`
    )
    cut(between)
    await settled()
    insist(between.local.listeners === 0, 'listeners are left')
  }
}
