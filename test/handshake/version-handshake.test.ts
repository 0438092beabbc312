/** Ranges of versions: the highest in common, seen from both sides. */
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { encodeParts } from '../../src/handshake/parts.ts'
import { versionHandshake } from '../../src/handshake/version-handshake.ts'
import { VersionPart } from '../../src/handshake/wire/parts.js'
import { BOB } from './meeting.ts'
import { hex } from './raw-peer.ts'
import type { VersionHandshakeInit } from '../../src/handshake/version-handshake.ts'

const CONTEXT = { peerId: BOB, role: 'initiator', signal: new AbortController().signal } as const
const MAX = 2 ** 32 - 1
const bytes = (...values: number[]) => new Uint8Array(values)
const part = (body: Uint8Array) => encodeParts([['version', body]])
const refused = (reason: string, detail: string) =>
  expect.objectContaining({ name: 'HandshakeRefusedError', reason, detail })

type Range = readonly [min: number, max: number]

const of = ([min, max]: Range) => versionHandshake({ min, max })
const judge = (ours: Range, theirs: Range) =>
  of(ours).verify(of(theirs).hello(CONTEXT) as Uint8Array, CONTEXT)

test.each<[Range, Range, number]>([
  [[1, 1], [1, 1], 1],
  [[1, 3], [1, 3], 3],
  [[1, 3], [2, 5], 3],
  [[1, 5], [2, 3], 3],
  [[3, 3], [1, 5], 3],
  [[1, 3], [3, 5], 3],
  [[0, 0], [0, 7], 0],
  [[0, MAX], [MAX, MAX], MAX],
  [[2 ** 31, MAX], [0, 2 ** 31], 2 ** 31]
])('%j and %j speak version %i', (a, b, version) => {
  expect(judge(a, b)).toEqual({ version })
  expect(judge(b, a)).toEqual({ version })
})

test.each<[Range, Range]>([
  [
    [1, 2],
    [3, 4]
  ],
  [
    [1, 1],
    [2, 2]
  ],
  [
    [0, 0],
    [1, MAX]
  ],
  [
    [MAX, MAX],
    [0, MAX - 1]
  ]
])('%j and %j have none in common, and each is told both ranges', (a, b) => {
  for (const [ours, theirs] of [
    [a, b],
    [b, a]
  ] as const) {
    const detail = `versions ${theirs[0]} to ${theirs[1]}, expected one of ${ours[0]} to ${ours[1]}`
    expect(() => judge(ours, theirs)).toThrow(refused('unsupported-version', detail))
  }
})

test('both sides always come to the same version, and both speak it', () => {
  const range = fc
    .tuple(fc.nat({ max: 9 }), fc.nat({ max: 9 }))
    .map(([a, b]): Range => [Math.min(a, b), Math.max(a, b)])
  fc.assert(
    fc.property(range, range, (a, b) => {
      const common = Array.from({ length: 10 }, (_, version) => version).filter((version) =>
        [a, b].every(([min, max]) => min <= version && version <= max)
      )
      const highest = common.at(-1)
      const verdicts = [() => judge(a, b), () => judge(b, a)].map((run) => {
        try {
          return run()
        } catch (error) {
          return (error as { reason: string }).reason
        }
      })
      const expected = highest === undefined ? 'unsupported-version' : { version: highest }
      expect(verdicts).toEqual([expected, expected])
    })
  )
})

test('the payload is one part of the name "version"', () => {
  const golden = `0a 0f 0a07 ${Buffer.from('version').toString('hex')} 1204 0802 1003`
  expect(hex(of([2, 3]).hello(CONTEXT) as Uint8Array)).toBe(golden.replaceAll(' ', ''))
})

test.each([
  ['no part', encodeParts([]), 'incompatible', 'no part "version"'],
  [
    'an empty part, version 0',
    part(bytes()),
    'unsupported-version',
    'versions 0 to 0, expected one of 1 to 3'
  ],
  [
    'a range upside down',
    part(VersionPart.encode({ min: 3, max: 1 })),
    'protocol-violation',
    'versions from 3 to 1'
  ],
  [
    'no protobuf',
    part(bytes(0xff)),
    'protocol-violation',
    'malformed part "version": a number is cut off'
  ],
  [
    'a number beyond 32 bits',
    part(bytes(0x08, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01)),
    'protocol-violation',
    'malformed part "version": field 1 is longer than 32 bits'
  ],
  [
    'text',
    part(bytes(0x0a, 0)),
    'protocol-violation',
    'malformed part "version": field 1 has wire type 2'
  ]
])('a peer that says %s is refused', (_, payload, reason, detail) => {
  expect(() => of([1, 3]).verify(payload, CONTEXT)).toThrow(refused(reason, detail))
})

const WHOLE = 'expected a whole number from 0 to 2^32 - 1, got'
test.each<[unknown, string]>([
  [{ min: 2, max: 1 }, 'min: expected at most max, got 2 and max 1'],
  [{ min: -1 }, `min: ${WHOLE} -1`],
  [{ min: 0.5 }, `min: ${WHOLE} 0.5`],
  [{ min: '1' }, `min: ${WHOLE} "1"`],
  [{ min: undefined }, `min: ${WHOLE} undefined`],
  [{ max: 2 ** 32 }, `max: ${WHOLE} 4294967296`],
  [{ max: Infinity }, `max: ${WHOLE} Infinity`],
  [{ max: Number.NaN }, `max: ${WHOLE} NaN`],
  [{ max: 3n }, `max: ${WHOLE} 3`],
  [{ maximum: 3 }, 'Expected one of min, max, got the unknown option "maximum"']
])('%o is no range', (wrong, message) => {
  const init = { min: 1, max: 3, ...(wrong as object) } as VersionHandshakeInit
  expect(() => versionHandshake(init)).toThrow(
    expect.objectContaining({ name: 'InvalidOptionsError', message })
  )
})

test('nothing is no range', () => {
  expect(() => versionHandshake(undefined as unknown as VersionHandshakeInit)).toThrow(
    'Expected an object with min, max, got undefined'
  )
  expect(() => versionHandshake(7 as unknown as VersionHandshakeInit)).toThrow(
    'Expected an object with min, max, got number'
  )
})
