import { isDeepStrictEqual } from 'node:util'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { decodeMessage, encodeMessage, readMessage } from '../../src/handshake/messages.ts'
import { concat, HELLO, hex } from './raw-peer.ts'
import type { Message } from '../../src/handshake/messages.ts'

const bytes = (text: string) => new Uint8Array(Buffer.from(text.replaceAll(' ', ''), 'hex'))
const nonce = '07'.repeat(32)

// The bytes of each message on the wire, length field and all: what another implementation compares
// its own with. The first two bytes are the length, the third is the body's field and wire type.
const GOLDEN: Array<[string, Message, string]> = [
  ['hello', HELLO, `0029 0a27 0a20 ${nonce} 1203 010203`],
  ['hello without a payload', { ...HELLO, payload: new Uint8Array(0) }, `0024 0a22 0a20 ${nonce}`],
  ['hello, visiting', { ...HELLO, intent: 'visit' }, `002b 0a29 0a20 ${nonce} 1203 010203 1801`],
  ['proof', { type: 'proof', proof: new Uint8Array([5, 6]) }, '0006 1204 0a02 0506'],
  ['empty proof', { type: 'proof', proof: new Uint8Array(0) }, '0002 1200'],
  ['accept', { type: 'accept' }, '0002 1a00'],
  ['reject', { type: 'reject', code: 3, retryAfter: 300 }, '0007 2205 0803 10ac02'],
  ['reject for good', { type: 'reject', code: 1, retryAfter: 0 }, '0004 2202 0801'],
  [
    'reject with the largest numbers',
    { type: 'reject', code: 0xffff_ffff, retryAfter: 0xffff_ffff },
    '000e 220c 08ffffffff0f 10ffffffff0f'
  ],
  ['update', { type: 'update', payload: new Uint8Array([1, 2, 3]) }, '0007 2a05 0a03 010203'],
  ['goodbye', { type: 'goodbye', code: 12, retryAfter: 0 }, '0004 3202 080c'],
  ['goodbye for a while', { type: 'goodbye', code: 13, retryAfter: 60 }, '0006 3204 080d 103c']
]

describe.each(GOLDEN)('%s', (_, message, golden) => {
  test('is written as the wire has it', () => {
    expect(hex(encodeMessage(message))).toBe(golden.replaceAll(' ', ''))
  })

  test('is read as it was meant', () => {
    expect(decodeMessage(bytes(golden).subarray(2))).toEqual(message)
  })

  test('is refused when it is cut short by any number of bytes', () => {
    const body = bytes(golden).subarray(2)
    for (let length = 0; length < body.byteLength; length++) {
      expect(() => decodeMessage(body.subarray(0, length))).toThrow(malformed)
    }
  })
})

const malformed = expect.objectContaining({ name: 'MalformedError' })

const WELL_FORMED: Array<[string, string, Message]> = [
  ['an unknown field beside the body', '1a00 3a02ffff', { type: 'accept' }],
  ['an unknown field before the body', 'f80101 1a00', { type: 'accept' }],
  ['an unknown field within the body', '1a02 0801', { type: 'accept' }],
  [
    'unknown fields of each wire type',
    '1a00 4007 4d01020304 510102030405060708 5a0109',
    { type: 'accept' }
  ],
  ['a field number of 29 bits', '1a00 f8ffffff0f01', { type: 'accept' }],
  ['a scalar twice: the last holds', '2204 0801 0802', { type: 'reject', code: 2, retryAfter: 0 }],
  ['fields out of order', '2204 1005 0803', { type: 'reject', code: 3, retryAfter: 5 }],
  ['a number with needless zeros', '2203 088300', { type: 'reject', code: 3, retryAfter: 0 }],
  ['no fields at all in a reject', '2200', { type: 'reject', code: 0, retryAfter: 0 }]
]

test.each(WELL_FORMED)('%s is read', (_, text, message) => {
  expect(decodeMessage(bytes(text))).toEqual(message)
})

const MALFORMED: Array<[string, string]> = [
  ['no body', '3a02ffff'],
  ['nothing', ''],
  ['two bodies', '1a00 2200'],
  ['one body twice', '1a00 1a00'],
  ['a body of the wrong wire type', '1801'],
  ['a nested length beyond its message', '2202 0a05 ffffffffff'],
  ['a body that claims what comes after it', '2a02 0a05 ffffffffff'],
  ['a nonce of the wrong wire type', `0a23 0820 ${nonce} 00`],
  ['a code of the wrong wire type', '2203 0a0101'],
  ['a code of 33 bits', '2207 08 808080808001'],
  ['an endless number', `08${'ff'.repeat(60)}`],
  ['a number of eleven bytes', `1a00 40 ${'80'.repeat(10)}01`],
  ['a length of eleven bytes', `1a ${'80'.repeat(10)}00`],
  ['a tag of more than 32 bits', '1a00 ffffffff7f'],
  ['field number 0', '1a00 0001'],
  ['a group', '1a00 3b 3c'],
  ['the end of a group', '1a00 3c'],
  ['wire type 6', '1a00 3e'],
  ['a fixed field cut off', '1a00 3d 0102'],
  ['trailing bytes', '1a00 ff'],
  ['no nonce', '0a00'],
  ['a nonce of 31 bytes', `0a21 0a1f ${'07'.repeat(31)}`],
  ['a nonce of 33 bytes', `0a23 0a21 ${'07'.repeat(33)}`],
  ['an unknown intent', `0a24 0a20 ${nonce} 1802`],
  ['a negative intent', `0a2d 0a20 ${nonce} 18ffffffffffffffffff01`]
]

// Bytes that the generated decoders would make a message of: they skip what they do not expect, and read on
// behind the end of a nested message.
const CROOKED: Array<[string, string, string]> = [
  ['an accept that is a number', '1800', 'field 3 has wire type 0'],
  ['a proof that is a number', '1000', 'field 2 has wire type 0'],
  ['a reject that is a number', '2000', 'field 4 has wire type 0'],
  ['an update that is a number', '2800', 'field 5 has wire type 0'],
  ['a goodbye that is a number', '3000', 'field 6 has wire type 0'],
  ['a nonce that is a number', `0a22 0820 ${nonce}`, 'field 1 has wire type 0'],
  ['a payload that is a number', `0a24 0a20 ${nonce} 1000`, 'field 2 has wire type 0'],
  ['an intent that is bytes', `0a24 0a20 ${nonce} 1a00`, 'field 3 has wire type 2'],
  ['the bytes of a proof that are a number', '1202 0800', 'field 1 has wire type 0'],
  ['a code that is bytes', '2202 0a00', 'field 1 has wire type 2'],
  ['a time to wait that is bytes', '3202 1200', 'field 2 has wire type 2'],
  ['the bytes of an update that are a number', '2a02 0800', 'field 1 has wire type 0'],
  ['a code in six bytes', '2207 08 838080808000', 'field 1 is longer than 32 bits'],
  ['an update that takes an unknown field behind it for its own', '2a02 0a02 4007', 'cut off'],
  ['no body', '3a02ffff', 'a frame without a known body'],
  ['two bodies', '1a00 2200', 'a frame with 2 known bodies, expected 1'],
  ['a nonce of 31 bytes', `0a21 0a1f ${'07'.repeat(31)}`, 'a nonce of 31 bytes, expected 32'],
  ['an unknown intent', `0a24 0a20 ${nonce} 1802`, 'a hello with an unknown intent']
]

test.each(CROOKED)('%s is malformed, and it is said why', (_, text, detail) => {
  expect(() => decodeMessage(bytes(text))).toThrow(detail)
  expect(() => decodeMessage(bytes(text))).toThrow(malformed)
})

test.each(MALFORMED)('%s is malformed', (_, text) => {
  expect(() => decodeMessage(bytes(text))).toThrow(malformed)
  expect(readMessage(bytes(text)).type).toBe('malformed')
})

const BOUNDED: Array<[string, number, (length: number) => Message]> = [
  ['hello', 2_048, (length) => ({ ...HELLO, payload: new Uint8Array(length) })],
  ['update', 2_048, (length) => ({ type: 'update', payload: new Uint8Array(length) })],
  ['proof', 1_024, (length) => ({ type: 'proof', proof: new Uint8Array(length) })]
]

test.each(BOUNDED)('what a %s carries has at most %i bytes', (_, max, make) => {
  expect(decodeMessage(encodeMessage(make(max)).subarray(2))).toEqual(make(max))
  expect(() => decodeMessage(encodeMessage(make(max + 1)).subarray(2))).toThrow(malformed)
})

test('a message that no frame holds is not encoded', () => {
  const tooLong: Message = { type: 'update', payload: new Uint8Array(4_096) }
  expect(() => encodeMessage(tooLong)).toThrow(RangeError)
  expect(() => encodeMessage(tooLong)).toThrow('Expected a frame of at most 4096 bytes, got 4102')
  const fits: Message = { type: 'update', payload: new Uint8Array(4_090) }
  expect(encodeMessage(fits)).toHaveLength(4_098)
})

test('any bytes are a message or malformed, and what is a message is read the same again', () => {
  const starts = fc.constantFrom('0a', '12', '1a', '22', '2a', '32', '0a24', '2204', '').map(bytes)
  fc.assert(
    fc.property(starts, fc.uint8Array({ maxLength: 80 }), (start, rest) => {
      const message = readMessage(concat(start, rest))
      return (
        message.type === 'malformed' ||
        isDeepStrictEqual(readMessage(encodeMessage(message).subarray(2)), message)
      )
    }),
    { numRuns: 3_000 }
  )
})

test('any message is read as it was written', () => {
  const u32 = fc.nat(0xffff_ffff)
  const payload = fc.uint8Array({ maxLength: 2_048 })
  const message: fc.Arbitrary<Message> = fc.oneof(
    fc.record({
      type: fc.constant('hello' as const),
      nonce: fc.uint8Array({ minLength: 32, maxLength: 32 }),
      payload,
      intent: fc.constantFrom('promote' as const, 'visit' as const)
    }),
    fc.record({ type: fc.constant('proof' as const), proof: fc.uint8Array({ maxLength: 1_024 }) }),
    fc.record({ type: fc.constant('accept' as const) }),
    fc.record({
      type: fc.constantFrom('reject' as const, 'goodbye' as const),
      code: u32,
      retryAfter: u32
    }),
    fc.record({ type: fc.constant('update' as const), payload })
  )
  fc.assert(
    fc.property(message, (it) => {
      expect(decodeMessage(encodeMessage(it).subarray(2))).toEqual(it)
    })
  )
})
