import { expect, test } from 'vitest'
import { StreamMessageEvent } from '@libp2p/interface'
import { Uint8ArrayList } from 'uint8arraylist'
import { FrameReader } from '../../src/handshake/frame-reader.ts'
import { cut, link } from './linked-streams.ts'
import { settled } from '../../src/testing/settled.ts'
import { concat, frame, framed } from './raw-peer.ts'
import type { Link } from './linked-streams.ts'

const A = framed(new Uint8Array([1, 2, 3]))
const B = framed(new Uint8Array([4]))

/** A reader on the local end, and what it reported, in the order of the reports. */
function read(
  { local }: Link,
  onFrame: (reader: FrameReader, body: Uint8Array) => void = () => {}
) {
  const said: string[] = []
  const reader = new FrameReader(local, {
    onFrame: (body) => {
      said.push(body.join())
      onFrame(reader, body)
    },
    onViolation: (detail) => said.push(`violation: ${detail}`),
    onEnd: (end) => said.push(end)
  })
  reader.start()
  return { reader, said }
}

test('frames are reported within the message event', () => {
  const between = link()
  const { said } = read(between)
  between.local.onData(concat(A, B))
  expect(said).toEqual(['1,2,3', '4'])
})

test('frames are the same one byte at a time', async () => {
  const between = link(1)
  const { said } = read(between)
  between.remote.send(concat(A, B))
  await between.remote.close()
  await settled()
  expect(said).toEqual(['1,2,3', '4', 'eof'])
})

test('a list of chunks is read like one', () => {
  const between = link()
  const { said } = read(between)
  between.local.onData(new Uint8ArrayList(A.subarray(0, 1), A.subarray(1, 4), A.subarray(4), B))
  expect(said).toEqual(['1,2,3', '4'])
})

test('bytes that come in one piece are read like a list of it', () => {
  const between = link()
  const { said } = read(between)
  between.local.dispatchEvent(new StreamMessageEvent(concat(A, B)))
  expect(said).toEqual(['1,2,3', '4'])
})

test.each([
  [
    'the writing end closed between frames',
    (between: Link): void => void between.remote.close(),
    'eof'
  ],
  ['the stream reset', (between: Link): void => between.remote.abort(new Error('gone')), 'reset'],
  [
    'the stream aborted here',
    (between: Link): void => between.local.abort(new Error('gone')),
    'reset'
  ],
  ['the connection gone', cut, 'reset']
] as const)('%s is the end, and the only one', async (_, endIt, end) => {
  const between = link()
  const { said } = read(between)
  between.remote.send(A)
  await settled()
  endIt(between)
  await settled()
  cut(between)
  await settled()
  expect(said).toEqual(['1,2,3', end])
  expect(between.local.listeners).toBe(0)
})

test('the writing end closed within a frame cuts it off', async () => {
  const between = link()
  const { said } = read(between)
  between.remote.send(concat(A, B.subarray(0, 1)))
  await between.remote.close()
  await settled()
  expect(said).toEqual(['1,2,3', 'truncated'])
})

test('a frame that arrived before the reader is read', async () => {
  const between = link()
  between.remote.send(A)
  await settled()
  const { said } = read(between)
  expect(said).toEqual([])
  await settled()
  expect(said).toEqual(['1,2,3'])
})

test('a frame and the end that arrived before the reader are read in their order', async () => {
  const between = link()
  between.remote.send(A)
  await between.remote.close()
  await settled()
  const { said } = read(between)
  await settled()
  expect(said).toEqual(['1,2,3', 'eof'])
})

test.each([
  ['closed without a byte', (between: Link): void => void between.remote.close(), 'eof'],
  ['reset', (between: Link): void => between.remote.abort(new Error('gone')), 'reset'],
  ['cut with its connection', cut, 'reset']
] as const)('a stream %s before the reader', async (_, endIt, end) => {
  const between = link()
  endIt(between)
  await settled()
  const { said } = read(between)
  expect(said).toEqual([])
  await settled()
  expect(said).toEqual([end])
})

test('a frame that arrived before a reset is read although the reader came after both', async () => {
  const between = link()
  between.remote.send(A)
  await settled()
  between.local.onRemoteReset()
  const { said } = read(between)
  await settled()
  expect(said).toEqual(['1,2,3', 'reset'])
})

test('data in the very frame that closes the writing end is read', async () => {
  // yamux: the flags of a frame are handled before its data
  const between = link()
  const { said } = read(between)
  between.local.onRemoteCloseWrite()
  between.local.onData(A)
  await settled()
  expect(said).toEqual(['1,2,3', 'eof'])
})

test('an end waits for the data of a stream that is paused', async () => {
  const between = link()
  const { said } = read(between)
  between.local.pause()
  between.remote.send(A)
  await between.remote.close()
  await settled()
  expect(said).toEqual([])
  between.local.resume()
  await settled()
  expect(said).toEqual(['1,2,3', 'eof'])
})

test('after a violation the stream is left: further input is not looked at', async () => {
  const between = link()
  const { said } = read(between)
  between.local.onData(concat(A, frame(0), B))
  expect(said).toEqual(['1,2,3', 'violation: frame length 0, expected 1 to 4096'])
  expect(between.local.listeners).toBe(0)
  between.local.onData(B)
  cut(between)
  await settled()
  expect(said).toHaveLength(2)
})

test('a mebibyte of garbage costs no more than the chunks of its first two bytes', () => {
  const garbage = new Uint8Array(1_048_576).fill(0xff)
  for (const size of [1, 16, 65_536, 1_048_576]) {
    const between = link()
    const { said } = read(between)
    const reads: number[] = []
    // the listener of the test comes after the reader's: it sees whether the reader is still there
    between.local.addEventListener('message', () =>
      reads.push(between.local.listenerCount('message') - 1)
    )
    for (let i = 0; i < garbage.byteLength; i += size) {
      between.local.onData(garbage.subarray(i, i + size))
    }
    expect(said).toEqual(['violation: frame length 65535, expected 1 to 4096'])
    expect(reads).toHaveLength(garbage.byteLength / size)
    expect(reads.filter((readers) => readers > 0)).toHaveLength(size === 1 ? 1 : 0)
  }
})

test('a chunk in a million pieces is left at the piece that violates', () => {
  const between = link()
  const { said } = read(between)
  let pieces = 0
  const list = new Uint8ArrayList(frame(0))
  Object.defineProperty(list, Symbol.iterator, {
    value: function* () {
      for (pieces = 1; pieces < 1_000_000; pieces++) yield new Uint8Array([0xff])
    }
  })
  between.local.dispatchEvent(new StreamMessageEvent(list))
  expect(said).toEqual(['violation: frame length 65535, expected 1 to 4096'])
  expect(pieces).toBe(3)
})

test('whoever leaves hears nothing more, not even of the same chunk', async () => {
  const between = link()
  const { said } = read(between, (reader) => reader.stop())
  between.local.onData(concat(A, B))
  cut(between)
  await settled()
  expect(said).toEqual(['1,2,3'])
  expect(between.local.listeners).toBe(0)
})

test('data that arrives while a frame is handled waits for its turn', () => {
  const between = link()
  let answered = false
  const { said } = read(between, () => {
    if (answered) return
    answered = true
    between.local.onData(B.subarray(0, 2))
    between.local.onData(B.subarray(2))
  })
  between.local.onData(concat(A, A))
  expect(said).toEqual(['1,2,3', '1,2,3', '4'])
})

test('what is put back is what the next reader reads first', async () => {
  for (const chunk of [1, 4, Infinity]) {
    const between = link(chunk)
    const first = read(between, (reader, body) => reader.putBack(body))
    between.remote.send(concat(A, B))
    await between.remote.close()
    await settled()
    const second = read(between)
    await settled()
    expect(first.said).toEqual(['1,2,3'])
    expect(second.said).toEqual(['1,2,3', '4', 'eof'])
  }
})

test('what comes after any frame is handed on as it came', async () => {
  const between = link()
  const first = read(between, (reader, body) => {
    if (body.byteLength === 1) reader.handOn()
  })
  between.local.onData(new Uint8ArrayList(A, concat(A, B, A.subarray(0, 2)), A.subarray(2)))
  expect(first.said).toEqual(['1,2,3', '1,2,3', '4'])
  const second = read(between)
  await settled()
  expect(second.said).toEqual(['1,2,3'])
})

test('what arrives while a frame is handled is put back, too', async () => {
  const between = link()
  read(between, (reader, body) => {
    between.local.onData(B)
    between.local.onData(A)
    reader.putBack(body)
  })
  between.local.onData(concat(A, A))
  const { said } = read(between)
  await settled()
  expect(said).toEqual(['1,2,3', '1,2,3', '4', '1,2,3'])
})
