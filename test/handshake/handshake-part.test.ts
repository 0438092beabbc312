/** One part: what it says, what it makes of what a peer says, and what it refuses to be. */
import { describe, expect, test } from 'vitest'
import { HandshakeRefusedError } from '../../src/errors.ts'
import { handshakePart } from '../../src/handshake/handshake-part.ts'
import { encodeParts } from '../../src/handshake/parts.ts'
import { BOB } from './meeting.ts'
import type { HandshakePartInit } from '../../src/handshake/handshake-part.ts'

const CONTEXT = { peerId: BOB, role: 'initiator', signal: new AbortController().signal } as const
const TRANSCRIPT = new Uint8Array([1, 2, 3])
const body = (...bytes: number[]) => new Uint8Array(bytes)
const refused = (reason: string, detail?: string) =>
  expect.objectContaining({ name: 'HandshakeRefusedError', reason, detail })

const HEIGHT = handshakePart({
  name: 'mychain/height',
  hello: () => body(7),
  verify: (bytes) => ({ height: bytes[0] })
})

describe('a part', () => {
  test('says its body under its name, and nothing without one', () => {
    expect(HEIGHT.hello(CONTEXT)).toEqual(encodeParts([['mychain/height', body(7)]]))
    expect(handshakePart({ name: 'x' }).hello(CONTEXT)).toEqual(body())
    expect(HEIGHT.parts).toEqual(['mychain/height'])
    expect(HEIGHT).not.toHaveProperty('prove')
    expect(HEIGHT).not.toHaveProperty('verifyProof')
  })

  test('judges the body of its name, and passes over other names', () => {
    const payload = encodeParts([
      ['__proto__', body(1)],
      ['constructor', body(2)],
      ['mychain/height', body(9)]
    ])
    expect(HEIGHT.verify(payload, CONTEXT)).toEqual({ height: 9 })
  })

  test('is required where it is judged, unless what is missing is judged, too', () => {
    const detail = 'no part "mychain/height"'
    expect(() => HEIGHT.verify(body(), CONTEXT)).toThrow(refused('incompatible', detail))
    const lenient = handshakePart({
      name: 'x',
      verify: ([first]) => ({ first }),
      missing: () => ({ first: undefined })
    })
    expect(lenient.verify(body(), CONTEXT)).toEqual({ first: undefined })
    expect(handshakePart({ name: 'x' }).verify(body(), CONTEXT)).toEqual({})
  })

  test('of a payload that is no list of parts is a violation, whatever it asks', () => {
    for (const part of [HEIGHT, handshakePart({ name: 'x' })]) {
      expect(() => part.verify(body(0xff), CONTEXT)).toThrow(
        refused('protocol-violation', 'malformed payload: a number is cut off')
      )
    }
  })

  test('answers at once what is there at once, and waits for the rest', async () => {
    const slow = handshakePart({
      name: 'x',
      hello: async () => body(1),
      verify: async (bytes) => ({ bytes }),
      prove: async () => body(2),
      verifyProof: async () => {}
    })
    const payload = encodeParts([['x', body(1)]])
    expect(slow.hello(CONTEXT)).toBeInstanceOf(Promise)
    expect(await slow.hello(CONTEXT)).toEqual(payload)
    expect(await slow.verify(payload, CONTEXT)).toEqual({ bytes: body(1) })
    expect(await slow.prove?.(TRANSCRIPT, CONTEXT)).toEqual(encodeParts([['x', body(2)]]))
    const proof = encodeParts([['x', body(2)]])
    expect(await slow.verifyProof?.(proof, TRANSCRIPT, { bytes: body(1) }, CONTEXT)).toBeUndefined()
  })

  test('keeps what its functions are methods of', () => {
    class Counting {
      name = 'count'
      #count = 0
      hello() {
        return body(++this.#count)
      }
    }
    const counting = new Counting()
    const part = handshakePart(counting)
    void part.hello(CONTEXT)
    expect(part.hello(CONTEXT)).toEqual(encodeParts([['count', body(2)]]))
  })
})

const proven = (value: object) =>
  handshakePart({ name: 'x', verify: () => value, verifyProof: () => {} })

describe('the proof of a part', () => {
  const seen: unknown[] = []
  const PROVEN = handshakePart({
    name: 'x',
    hello: () => body(1),
    verify: ([first]) => ({ first }),
    prove: (transcript) => transcript.slice(1),
    verifyProof: (...heard) => void seen.push(heard)
  })

  test('is its body under its name, judged with its hello', () => {
    const proof = encodeParts([['x', body(2, 3)]])
    expect(PROVEN.prove?.(TRANSCRIPT, CONTEXT)).toEqual(proof)
    void PROVEN.verifyProof?.(proof, TRANSCRIPT, { first: 1 }, CONTEXT)
    expect(seen).toEqual([[body(2, 3), TRANSCRIPT, { first: 1 }, CONTEXT]])
  })

  test.each([
    ['none', encodeParts([]), 'authentication-failed', 'no proof part "x"'],
    ['another', encodeParts([['y', body(1)]]), 'authentication-failed', 'no proof part "x"'],
    ['no list of parts', body(0xff), 'protocol-violation', 'malformed proof: a number is cut off'],
    [
      'two of a name',
      body(...encodeParts([['y', body()]]), ...encodeParts([['y', body()]])),
      'protocol-violation',
      'part "y" twice'
    ],
    [
      '17 parts',
      encodeParts(Array.from({ length: 17 }, (_, i) => [`${i}`, body()])),
      'protocol-violation',
      'more than 16 parts'
    ]
  ])('is refused: %s', (_, proof, reason, detail) => {
    const judge = () => PROVEN.verifyProof?.(proof, TRANSCRIPT, { first: 1 }, CONTEXT)
    expect(judge).toThrow(refused(reason, detail))
  })

  test('vouches for what an update says: it cannot change', () => {
    const updated = (current: unknown) =>
      PROVEN.verify(encodeParts([['x', body(5)]]), { ...CONTEXT, current })
    expect(updated({ first: 5, other: 'field' })).toEqual({ first: 5 })
    for (const current of [{ first: 4 }, {}, { first: '5' }, 'text', null, undefined]) {
      const detail = 'part "x" changed, and an update proves nothing'
      expect(() => updated(current)).toThrow(refused('authentication-failed', detail))
    }
    // what nothing vouches for may
    const payload = encodeParts([['mychain/height', body(9)]])
    expect(HEIGHT.verify(payload, { ...CONTEXT, current: { height: 8 } })).toEqual({ height: 9 })
  })

  test('vouches for records, lists and bytes in an update by what is in them', () => {
    const value = { list: [1n, { deep: body(1, 2) }], nothing: null }
    const payload = encodeParts([['x', body()]])
    const same = { ...CONTEXT, current: structuredClone(value) }
    expect(proven(value).verify(payload, same)).toEqual(value)
    for (const other of [
      { ...value, list: [1n, { deep: body(1, 3) }] },
      { ...value, list: [1n] },
      { ...value, list: { 0: 1n, 1: { deep: body(1, 2) } } },
      { ...value, nothing: {} }
    ]) {
      expect(() => proven(other).verify(payload, same)).toThrow(
        refused('authentication-failed', 'part "x" changed, and an update proves nothing')
      )
    }
  })
})

describe('what a part of ours does wrong is a fault, not a refusal', () => {
  const WRONG: Array<[HandshakePartInit, string]> = [
    [
      { name: 'x', hello: () => 'text' as never },
      'Expected hello of part "x" to give a Uint8Array, got "text"'
    ],
    [
      { name: 'x', verify: () => 7 as never },
      'Expected verify of part "x" to give an object, got 7'
    ],
    [
      { name: 'x', verify: () => undefined as never },
      'Expected verify of part "x" to give an object, got undefined'
    ],
    [
      { name: 'x', verify: () => null as never },
      'Expected verify of part "x" to give an object, got object'
    ],
    [
      { name: 'x', prove: () => null as never },
      'Expected prove of part "x" to give a Uint8Array, got object'
    ]
  ]

  test.each(WRONG)('%o', (init, message) => {
    const part = handshakePart(init)
    const run = () => {
      void part.hello(CONTEXT)
      void part.verify(encodeParts([['x', body()]]), CONTEXT)
      void part.prove?.(TRANSCRIPT, CONTEXT)
    }
    expect(run).toThrow(expect.objectContaining({ name: 'TypeError', message }))
  })

  test('what its functions throw passes as it is', () => {
    const error = new HandshakeRefusedError('busy')
    const part = handshakePart({
      name: 'x',
      verify: () => {
        throw error
      }
    })
    expect(() => part.verify(encodeParts([['x', body()]]), CONTEXT)).toThrow(error)
  })
})

const NAME = 'name: expected 1 to 64 ASCII characters without a space, got'
test.each<[unknown, string]>([
  [
    undefined,
    'Expected an object with name, fingerprint, hello, verify, missing, prove, verifyProof, got undefined'
  ],
  [{}, `${NAME} undefined`],
  [{ name: '' }, `${NAME} ""`],
  [{ name: 'a b' }, `${NAME} "a b"`],
  [{ name: 'é' }, `${NAME} "é"`],
  [{ name: 'a\u001b' }, `${NAME} "a\\u{1b}"`],
  [{ name: 'a'.repeat(65) }, `${NAME} "${'a'.repeat(65)}"`],
  [{ name: 'x', verify: 7 }, 'verify: expected a function or nothing, got 7'],
  [{ name: 'x', missing: () => ({}) }, 'missing: expected nothing without verify, got a function'],
  [
    { name: 'x', verfy: () => ({}) },
    'Expected one of name, fingerprint, hello, verify, missing, prove, verifyProof, got the unknown option "verfy"'
  ]
])('%o is no part', (init, message) => {
  expect(() => handshakePart(init as HandshakePartInit)).toThrow(
    expect.objectContaining({ name: 'InvalidOptionsError', message })
  )
})
