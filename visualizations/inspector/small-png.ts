import { crc32, deflateSync, inflateSync } from 'node:zlib'

/**
 * A picture of a page in a third of its size: a page has few colours, so that each of its dots can be a number
 * in a table of 256.
 */

const SIGNATURE = Buffer.from('89504e470d0a1a0a', 'hex')

/** Colours in the table. */
const COLOURS = 256

/** @param png - As a browser writes it: eight bits, RGB or RGBA, not interlaced */
export function smallPng(png: Buffer): Buffer {
  const { width, height, colours } = dotsOf(png)
  const table = tableOf(colours)
  const numbers = numbersOf(colours, table)
  const rows = Buffer.alloc((width + 1) * height)
  for (let y = 0; y < height; y++) {
    rows.set(numbers.subarray(y * width, (y + 1) * width), y * (width + 1) + 1)
  }
  const head = Buffer.alloc(13)
  head.writeUInt32BE(width, 0)
  head.writeUInt32BE(height, 4)
  head.set([8, 3, 0, 0, 0], 8)
  const palette = Buffer.from(table.flatMap((colour) => channelsOf(colour)))
  const data = deflateSync(rows, { level: 9 })
  return Buffer.concat([
    SIGNATURE,
    chunk('IHDR', head),
    chunk('PLTE', palette),
    chunk('IDAT', data),
    chunk('IEND', Buffer.alloc(0))
  ])
}

interface Dots {
  readonly width: number
  readonly height: number
  /** Each as 0xrrggbb, row by row. */
  readonly colours: Uint32Array
}

function dotsOf(png: Buffer): Dots {
  const parts: Buffer[] = []
  let [width, height, channels] = [0, 0, 3]
  for (let at = SIGNATURE.length; at < png.length;) {
    const length = png.readUInt32BE(at)
    const type = png.toString('latin1', at + 4, at + 8)
    const body = png.subarray(at + 8, at + 8 + length)
    if (type === 'IHDR') {
      ;[width, height] = [body.readUInt32BE(0), body.readUInt32BE(4)]
      channels = body[9] === 6 ? 4 : 3
      if (body[8] !== 8 || body[12] !== 0) throw new Error('Expected eight bits, not interlaced')
    }
    if (type === 'IDAT') parts.push(body)
    at += length + 12
  }
  const bytes = unfiltered(inflateSync(Buffer.concat(parts)), width * channels, channels)
  const colours = new Uint32Array(width * height)
  for (let dot = 0; dot < colours.length; dot++) {
    colours[dot] = bytes.readUIntBE(dot * channels, 3)
  }
  return { width, height, colours }
}

/** Every row says how it was filtered: by what is left of it, above, both, or the nearest of them. */
function unfiltered(rows: Buffer, length: number, channels: number): Buffer {
  const bytes = Buffer.alloc((rows.length / (length + 1)) * length)
  for (let row = 0; row * length < bytes.length; row++) {
    const filter = rows[row * (length + 1)] ?? 0
    for (let at = 0; at < length; at++) {
      const place = row * length + at
      const left = at < channels ? 0 : (bytes[place - channels] ?? 0)
      const up = row === 0 ? 0 : (bytes[place - length] ?? 0)
      const corner = at < channels || row === 0 ? 0 : (bytes[place - length - channels] ?? 0)
      const guesses = [0, left, up, (left + up) >> 1, nearest(left, up, corner)]
      bytes[place] = ((rows[row * (length + 1) + 1 + at] ?? 0) + (guesses[filter] ?? 0)) & 255
    }
  }
  return bytes
}

function nearest(left: number, up: number, corner: number): number {
  const guess = left + up - corner
  const [a, b, c] = [left, up, corner].map((value) => Math.abs(guess - value))
  if (a === undefined || b === undefined || c === undefined) return 0
  if (a <= b && a <= c) return left
  return b <= c ? up : corner
}

/** The colours that are used most. */
function tableOf(colours: Uint32Array): number[] {
  const times = new Map<number, number>()
  for (const colour of colours) times.set(colour, (times.get(colour) ?? 0) + 1)
  return [...times]
    .toSorted(([, a], [, b]) => b - a)
    .slice(0, COLOURS)
    .map(([colour]) => colour)
}

/** The number of each dot's colour, or of that which is most like it. */
function numbersOf(colours: Uint32Array, table: readonly number[]): Uint8Array {
  const known = new Map<number, number>(table.map((colour, at) => [colour, at]))
  return Uint8Array.from(colours, (colour) => {
    const number = known.get(colour) ?? likest(colour, table)
    known.set(colour, number)
    return number
  })
}

function likest(colour: number, table: readonly number[]): number {
  const [red, green, blue] = channelsOf(colour)
  let [best, least] = [0, Infinity]
  for (const [at, other] of table.entries()) {
    const [r, g, b] = channelsOf(other)
    const distance = (red - r) ** 2 + (green - g) ** 2 + (blue - b) ** 2
    if (distance < least) [best, least] = [at, distance]
  }
  return best
}

function channelsOf(colour: number): [red: number, green: number, blue: number] {
  return [colour >> 16, (colour >> 8) & 255, colour & 255]
}

function chunk(type: string, body: Buffer): Buffer {
  const named = Buffer.concat([Buffer.from(type, 'latin1'), body])
  const [length, check] = [Buffer.alloc(4), Buffer.alloc(4)]
  length.writeUInt32BE(body.length)
  check.writeUInt32BE(crc32(named))
  return Buffer.concat([length, named, check])
}
