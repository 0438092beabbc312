/** Several handshakes in one: one payload, one proof, one verdict, and the word of whoever refuses. */
import { describe, expect, expectTypeOf, test } from 'vitest'
import { HandshakeRefusedError } from '../../src/errors.ts'
import { allOf } from '../../src/handshake/all-of.ts'
import { chainHandshake } from '../../src/handshake/chain-handshake.ts'
import { handshakePart } from '../../src/handshake/handshake-part.ts'
import { decodeParts, encodeParts } from '../../src/handshake/parts.ts'
import { BOB } from './meeting.ts'
import type { ChainHello } from '../../src/handshake/chain-handshake.ts'
import type { Handshake, HandshakeChange } from '../../src/handshake/handshake.ts'
import type { WireReason } from '../../machines/reasons.ts'

const CONTEXT = { peerId: BOB, role: 'initiator', signal: new AbortController().signal } as const
const TRANSCRIPT = new Uint8Array([1, 2, 3])
const CHAIN = chainHandshake({ chainId: 7, genesis: '0x1a2b' })
const bytes = (...values: number[]) => new Uint8Array(values)
const refused = (reason: string, detail?: string) =>
  expect.objectContaining({ name: 'HandshakeRefusedError', reason, detail })

interface Journal {
  readonly calls: string[]
}

/** A part that says its name, adds it to the hello, proves it, and writes down what it is asked. */
function telling<Name extends string>(
  name: Name,
  { calls }: Journal = { calls: [] }
): Handshake<Record<Name, string>> {
  return handshakePart({
    name,
    hello: () => bytes(name.length),
    verify: ([first]) => {
      calls.push(`verify ${name}`)
      return { [name]: `${first}` } as Record<Name, string>
    },
    prove: () => bytes(name.length),
    verifyProof: (_proof, _transcript, hello) => void calls.push(`proof ${name} ${hello[name]}`)
  })
}

function refusing(name: string, reason: WireReason, { calls }: Journal = { calls: [] }) {
  const no = (where: string): never => {
    calls.push(`${where} ${name}`)
    throw new HandshakeRefusedError(reason, `${name} says no`)
  }
  return handshakePart({ name, hello: () => bytes(), verify: () => no('verify') })
}

describe('all of them', () => {
  test('speak in one payload and one proof, in their order', async () => {
    const both = allOf(telling('first'), CHAIN, telling('b'))
    expect(both.parts).toEqual(['first', 'chain', 'b'])
    const payload = decodeParts(await both.hello(CONTEXT))
    expect([...payload.keys()]).toEqual(['first', 'chain', 'b'])
    const proof = decodeParts((await both.prove?.(TRANSCRIPT, CONTEXT)) ?? bytes(), 'proof')
    expect([...proof]).toEqual([
      ['first', bytes(5)],
      ['b', bytes(1)]
    ])
  })

  test('make one hello, whose type is known', async () => {
    const both = allOf(telling('a'), CHAIN)
    expectTypeOf(both).toEqualTypeOf<Handshake<Record<'a', string> & ChainHello & {}>>()
    const hello = await both.verify(await both.hello(CONTEXT), CONTEXT)
    expectTypeOf(hello.chainId).toEqualTypeOf<bigint>()
    expect(hello).toEqual({ a: '1', chainId: 7n, genesis: '0x1a2b' })
  })

  test('answer at once what is there at once', () => {
    const both = allOf(telling('a'), CHAIN)
    const payload = both.hello(CONTEXT) as Uint8Array
    expect(payload).toBeInstanceOf(Uint8Array)
    expect(both.verify(payload, CONTEXT)).toMatchObject({ chainId: 7n })
    const proof = both.prove?.(TRANSCRIPT, CONTEXT) as Uint8Array
    expect(proof).toBeInstanceOf(Uint8Array)
    const hello = { a: '1', chainId: 7n, genesis: '' }
    expect(both.verifyProof?.(proof, TRANSCRIPT, hello, CONTEXT)).toBeUndefined()
  })

  test('have what one of them has, and nothing more', () => {
    expect(allOf(CHAIN)).not.toHaveProperty('prove')
    expect(allOf(CHAIN)).not.toHaveProperty('verifyProof')
    expect(allOf(CHAIN)).not.toHaveProperty('subscribe')
    expect(allOf(telling('a'))).not.toHaveProperty('fingerprint')
    expect(allOf(CHAIN, telling('a'))).toHaveProperty('prove')
  })

  test('may be combined again', async () => {
    const nested = allOf(allOf(telling('a'), CHAIN), allOf(telling('b')))
    expect(nested.parts).toEqual(['a', 'chain', 'b'])
    const hello = await nested.verify(await nested.hello(CONTEXT), CONTEXT)
    expect(hello).toEqual({ a: '1', b: '1', chainId: 7n, genesis: '0x1a2b' })
  })

  test('may be a list that is known only when the program runs', async () => {
    const list: Handshake<{ readonly x?: string }>[] = [telling('x')]
    const handshake = allOf(...list)
    expectTypeOf(handshake).toEqualTypeOf<Handshake<{ readonly x?: string }>>()
    expect(await handshake.verify(await handshake.hello(CONTEXT), CONTEXT)).toEqual({ x: '1' })
  })
})

describe('who refuses', () => {
  const payload = encodeParts(['a', 'b', 'c'].map((name) => [name, bytes(9)]))

  test('says so with a word of its own, and nobody after it is asked', () => {
    for (const reason of ['incompatible', 'not-allowed', 'refused'] as const) {
      const calls: string[] = []
      const handshake = allOf(
        telling('a', { calls }),
        refusing('b', reason, { calls }),
        telling('c', { calls })
      )
      expect(() => handshake.verify(payload, CONTEXT)).toThrow(refused(reason, 'b says no'))
      expect(calls).toEqual(['verify a', 'verify b'])
    }
  })

  test('says so after a wait, too', async () => {
    const late = handshakePart({ name: 'a', verify: async () => ({}) })
    const calls: string[] = []
    const handshake = allOf(late, refusing('b', 'busy'), telling('c', { calls }))
    await expect(handshake.verify(payload, CONTEXT)).rejects.toEqual(refused('busy', 'b says no'))
    expect(calls).toEqual([])
  })

  test('for a part that is missing names it', async () => {
    const handshake = allOf(telling('a'), CHAIN)
    const judge = () => handshake.verify(payload, CONTEXT)
    expect(judge).toThrow(refused('incompatible', 'no part "chain"'))
  })

  test('for a proof that is missing names it', () => {
    const handshake = allOf(telling('a'), telling('b'))
    const judge = () =>
      handshake.verifyProof?.(encodeParts([['a', bytes()]]), TRANSCRIPT, { a: '', b: '' }, CONTEXT)
    expect(judge).toThrow(refused('authentication-failed', 'no proof part "b"'))
  })
})

test('the proofs are judged one after the other, each with the hello of all', async () => {
  const calls: string[] = []
  const handshake = allOf(telling('a', { calls }), CHAIN, telling('b', { calls }))
  const proof = (await handshake.prove?.(TRANSCRIPT, CONTEXT)) ?? bytes()
  const hello = await handshake.verify(await handshake.hello(CONTEXT), CONTEXT)
  await handshake.verifyProof?.(proof, TRANSCRIPT, hello, CONTEXT)
  expect(calls).toEqual(['verify a', 'verify b', 'proof a 1', 'proof b 1'])
})

test('what waits ends with the handshake: no further part is asked', async () => {
  const ended = new AbortController()
  const context = { ...CONTEXT, signal: ended.signal }
  const calls: string[] = []
  const { promise, resolve } = Promise.withResolvers<{}>()
  const slow = handshakePart({ name: 'slow', missing: () => promise, verify: () => promise })
  const verdict = allOf(slow, telling('b', { calls })).verify(
    encodeParts([['b', bytes()]]),
    context
  )
  ended.abort(new Error('over'))
  resolve({})
  await expect(verdict).rejects.toThrow('over')
  expect(calls).toEqual([])
})

test('a name is text, and what is no part is not counted as one', () => {
  const join = (...lists: Uint8Array[]) => bytes(...lists.flatMap((list) => [...list]))
  const others = Array.from({ length: 17 }, () => bytes(0x10, 1))
  const payload = join(encodeParts([['a', bytes(1)]]), ...others)
  expect(allOf(telling('a')).verify(payload, CONTEXT)).toEqual({ a: '1' })

  const judge = () => allOf(telling('a')).verify(bytes(0x0a, 3, 0x0a, 1, 0xc3), CONTEXT)
  const detail = 'malformed payload: field 1 is not UTF-8'
  expect(judge).toThrow(refused('protocol-violation', detail))
})

describe('a payload from a peer', () => {
  const handshake = allOf(telling('a'), telling('b'))
  const part = (name: string) => encodeParts([[name, bytes(1)]])
  const join = (...lists: Uint8Array[]) => bytes(...lists.flatMap((list) => [...list]))

  test.each([
    ['empty', bytes(), 'incompatible', 'no part "a"'],
    [
      'cut off',
      part('a').subarray(0, 4),
      'protocol-violation',
      'malformed payload: field 1 is cut off'
    ],
    ['a name twice', join(part('a'), part('b'), part('a')), 'protocol-violation', 'part "a" twice'],
    [
      'an unknown name twice',
      join(part('a'), part('b'), part('z'), part('z')),
      'protocol-violation',
      'part "z" twice'
    ],
    [
      'a name that is no text for a log, twice',
      join(part('\u001b[2J'), part('\u001b[2J')),
      'protocol-violation',
      'part "\\u{1b}[2J" twice'
    ],
    [
      '17 parts',
      join(...Array.from({ length: 17 }, (_, i) => part(String.fromCharCode(97 + i)))),
      'protocol-violation',
      'more than 16 parts'
    ],
    [
      'prototype names only',
      join(part('__proto__'), part('constructor')),
      'incompatible',
      'no part "a"'
    ]
  ])('%s is refused', (_, payload, reason, detail) => {
    expect(() => handshake.verify(payload, CONTEXT)).toThrow(refused(reason, detail))
  })

  test('with names that we do not know, prototype names among them, is judged without them', () => {
    const payload = join(part('__proto__'), part('a'), part('toString'), part('b'), part('z'))
    const hello = handshake.verify(payload, CONTEXT)
    expect(hello).toEqual({ a: '1', b: '1' })
    expect(Object.getPrototypeOf(hello)).toBe(Object.prototype)
  })
})

test('a field called __proto__ is a field', () => {
  const part = handshakePart({ name: 'x', verify: () => JSON.parse('{"__proto__":{"evil":1}}') })
  const hello = allOf(part).verify(encodeParts([['x', bytes()]]), CONTEXT)
  expect(Object.keys(hello)).toEqual(['__proto__'])
  expect(hello).not.toHaveProperty('evil')
})

test('changes of mind of all of them are told, until the subscription ends', () => {
  const tell = new Map<string, (change: HandshakeChange) => void>()
  const changing = (name: string): Handshake<{}> => ({
    ...handshakePart({ name }),
    subscribe: (listener) => {
      tell.set(name, listener)
      return () => tell.delete(name)
    }
  })
  const heard: HandshakeChange[] = []
  const handshake = allOf(CHAIN, allOf(changing('a')), changing('b'))
  const end = handshake.subscribe?.((change) => void heard.push(change))
  const changes: HandshakeChange[] = [
    { type: 'revoked', peer: 'x', reason: 'not-allowed' },
    { type: 'allowed', peer: 'x' }
  ]
  for (const name of ['a', 'b']) for (const change of changes) tell.get(name)?.(change)
  expect(heard).toEqual([...changes, ...changes])
  end?.()
  expect(tell.size).toBe(0)
})
