/** What every message is held to before it is decoded, field by field, and what is said of it otherwise. */
import { expect, test } from 'vitest'
import { checkShape, fieldsOf, MalformedError } from '../../src/handshake/wire-shape.ts'
import type { Shape } from '../../src/handshake/wire-shape.ts'

const bytes = (text: string) => new Uint8Array(Buffer.from(text.replaceAll(' ', ''), 'hex'))

const WELL_FORMED: Array<[string, string, Shape]> = [
  ['a text', '0a02 c3a4', { 1: 'string' }],
  ['a number of 64 bits', '08 ffffffffffffffffff01', { 1: 'uint64' }],
  ['a number of 32 bits', '08 ffffffff0f', { 1: 'uint32' }],
  ['a message in a message', '0a02 0805', { 1: { 1: 'uint32' } }],
  ['unknown fields of each wire type', '0801 1102030405 06070809 1a0105 2501020304', {}],
  ['the largest field number', 'faffffff0f 00', {}]
]

test.each(WELL_FORMED)('%s passes', (_, text, shape) => {
  expect(() => checkShape(bytes(text), shape)).not.toThrow()
})

const MALFORMED: Array<[string, string, Shape, string]> = [
  ['text that is not UTF-8', '0a01 c3', { 1: 'string' }, 'field 1 is not UTF-8'],
  ['a number of 64 bits that is bytes', '0a01 05', { 1: 'uint64' }, 'field 1 has wire type 2'],
  [
    'a number of 32 bits in six bytes',
    '08 838080808000',
    { 1: 'uint32' },
    'field 1 is longer than 32 bits'
  ],
  ['a group', '0b 0c', {}, 'wire type 3'],
  ['a wire type that there is not', '0f', {}, 'wire type 7'],
  ['a tag of more than 32 bits', 'f8ffffff1f 00', {}, 'a tag or length of more than 32 bits'],
  ['a length of more than 32 bits', '0a ffffffff1f', {}, 'a tag or length of more than 32 bits'],
  ['a length of 32 bits, with less behind it', '0a ffffffff0f 00', {}, 'field 1 is cut off'],
  ['a tag in six bytes', '888080808000 00', {}, 'a number of more than 5 bytes'],
  ['a number in eleven bytes', '08 8080808080808080808000', {}, 'a number of more than 10 bytes'],
  ['a tag that is cut off', '0800 88', {}, 'a number is cut off'],
  ['a number that is cut off', '08 80', {}, 'a number is cut off'],
  ['eight bytes that are seven', '09 01020304050607', {}, 'field 1 is cut off'],
  ['four bytes that are three', '0d 010203', {}, 'field 1 is cut off'],
  ['nonsense behind eight bytes', '09 0102030405060708 00', {}, 'field number 0'],
  ['nonsense behind four bytes', '0d 01020304 00', {}, 'field number 0'],
  ['nonsense in a message in a message', '0a01 00', { 1: {} }, 'field number 0']
]

test.each(MALFORMED)('%s is malformed, and it is said why', (_, text, shape, message) => {
  expect(() => checkShape(bytes(text), shape)).toThrow(
    expect.objectContaining({ name: 'MalformedError', message })
  )
})

test('the error is known by its name', () => {
  expect([MalformedError.name, new MalformedError().name]).toEqual(Array(2).fill('MalformedError'))
})

test('every field is where its value lies', () => {
  expect([...fieldsOf(bytes('0805 1201ff 19 0102030405060708 25 01020304'))]).toEqual([
    { number: 1, wireType: 0, start: 1, end: 2 },
    { number: 2, wireType: 2, start: 4, end: 5 },
    { number: 3, wireType: 1, start: 6, end: 14 },
    { number: 4, wireType: 5, start: 15, end: 19 }
  ])
})
