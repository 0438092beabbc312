/** What cannot be combined, and what combined handshakes do wrong at our own side. */
import { describe, expect, test } from 'vitest'
import { allOf } from '../../src/handshake/all-of.ts'
import { chainHandshake } from '../../src/handshake/chain-handshake.ts'
import { handshakePart } from '../../src/handshake/handshake-part.ts'
import { encodeParts } from '../../src/handshake/parts.ts'
import { BOB, EASY } from './meeting.ts'
import type { Handshake } from '../../src/handshake/handshake.ts'

const CONTEXT = { peerId: BOB, role: 'initiator', signal: new AbortController().signal } as const
const CHAIN = chainHandshake({ chainId: 7, genesis: '0x1a2b' })
const bytes = (...values: number[]) => new Uint8Array(values)

const parted = (over: Partial<Handshake<object>>): Handshake<object> => ({
  parts: ['x'],
  hello: () => encodeParts([]),
  verify: () => ({}),
  ...over
})

describe('what a handshake of ours does wrong is a fault, not a refusal', () => {
  test.each([
    [
      'speaks for another',
      encodeParts([['y', bytes()]]),
      'Expected the payload to have parts ["x"], got "y"'
    ],
    ['says no parts', bytes(0xff), 'Expected the payload to have parts ["x"], got 1 other bytes'],
    ['says no bytes', 'text', 'Expected the payload to have parts ["x"], got "text"']
  ])('it %s', (_, said, message) => {
    const handshake = allOf(parted({ hello: () => said as Uint8Array }))
    expect(() => handshake.hello(CONTEXT)).toThrow(
      expect.objectContaining({ name: 'TypeError', message })
    )
  })

  test('no list of parts: the fault says what is wrong with it', () => {
    const handshake = allOf(parted({ hello: () => bytes(0xff) }))
    expect(() => handshake.hello(CONTEXT)).toThrow(
      expect.objectContaining({
        cause: expect.objectContaining({ detail: 'malformed payload: a number is cut off' })
      })
    )
  })

  test('two make the same field', () => {
    const handshake = allOf(
      handshakePart({ name: 'a', verify: () => ({ first: 1, key: 1 }) }),
      handshakePart({ name: 'b', verify: () => ({ key: 1 }) })
    )
    const payload = encodeParts(['a', 'b'].map((name) => [name, bytes()]))
    expect(() => handshake.verify(payload, CONTEXT)).toThrow(
      new TypeError('Expected hellos with different fields, got "key" twice')
    )
  })

  test('its rejection is handed on, and no other is left unhandled', async () => {
    const broken = parted({ hello: () => Promise.reject(new Error('broken')) })
    const throwing = parted({
      parts: ['y'],
      hello: () => {
        throw new Error('never asked')
      }
    })
    await expect(allOf(broken, throwing).hello(CONTEXT)).rejects.toThrow('broken')
  })
})

const named = (name: string) => handshakePart({ name })

describe('what cannot be combined', () => {
  const PARTS = 'Expected handshakes that are made of parts (handshakePart makes such), got'

  test.each<[string, unknown[], string]>([
    ['nothing', [], 'Expected a handshake, got none'],
    ['no handshake', [CHAIN, undefined], `${PARTS} undefined as number 2`],
    ['text', ['chain'], `${PARTS} "chain" as number 1`],
    ['a list', [[CHAIN]], `${PARTS} object as number 1`],
    ['a payload of its own', [EASY, CHAIN], `${PARTS} one with a payload of its own as number 1`],
    ['half a handshake', [{ parts: [], hello: () => bytes() }], `${PARTS} object as number 1`],
    ['the other half', [{ parts: [], verify: () => ({}) }], `${PARTS} object as number 1`],
    [
      'parts without names',
      [parted({ parts: ['x', 7] as unknown as string[] })],
      `${PARTS} one with a payload of its own as number 1`
    ],
    ['a name twice', [CHAIN, CHAIN], 'Expected parts of different names, got "chain" twice'],
    [
      'a name twice, nested',
      [allOf(CHAIN), allOf(named('chain'))],
      'Expected parts of different names, got "chain" twice'
    ],
    [
      '17 parts',
      Array.from({ length: 17 }, (_, i) => named(`${i}`)),
      'Expected at most 16 parts, got 17'
    ]
  ])('%s', (_, handshakes, message) => {
    expect(() => allOf(...(handshakes as Handshake<object>[]))).toThrow(
      expect.objectContaining({ name: 'InvalidOptionsError', message })
    )
  })

  test('16 parts can', () => {
    const handshake = allOf(...Array.from({ length: 16 }, (_, i) => named(`${i}`)))
    expect(handshake.parts).toHaveLength(16)
  })
})
