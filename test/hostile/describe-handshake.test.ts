/** What the compliance suite makes of handshakes that are wrong, each in a way of its own. */
import { expect, test } from 'vitest'
import { HandshakeRefusedError } from '../../src/index.ts'
import { describeHandshake } from '../../src/testing/index.ts'
import { CHAIN_SUBJECT, SIGNED_SUBJECT } from './subjects.ts'
import type { Handshake, HandshakeContext } from '../../src/index.ts'
import type { HandshakeSubject } from '../../src/testing/index.ts'

const text = new TextEncoder()
const decode = (bytes: Uint8Array): string => new TextDecoder().decode(bytes)

/** A handshake that is in order: it says the name of a network, and knows one. */
const named = (network = 'main', changes: Partial<Handshake> = {}): Handshake => ({
  hello: () => text.encode(network),
  verify: (payload) => {
    if (decode(payload) !== network) throw new HandshakeRefusedError('incompatible')
    return { network }
  },
  ...changes
})

/** One that proves something, in a way that anybody can. */
const proving = (changes: Partial<Handshake> = {}): Handshake =>
  named('main', {
    prove: (transcript) => transcript.slice(0, 64).map((byte) => byte ^ 0x55),
    verifyProof: (proof, transcript) => {
      const honest = transcript.slice(0, 64).map((byte) => byte ^ 0x55)
      if (decode(proof) !== decode(honest)) throw new HandshakeRefusedError('authentication-failed')
    },
    ...changes
  })

/** The names of the tests that fail, in a runner that is as simple as can be. */
async function failing(
  subject: Omit<HandshakeSubject, 'name'>,
  { rows = [], named: piece = '' }: { rows?: readonly string[]; named?: string } = {}
): Promise<string[]> {
  const tests: [string, () => Promise<void>][] = []
  const runner = {
    describe: (_: string, body: () => void) => body(),
    it: (name: string, body: () => Promise<void>) => tests.push([name, body])
  }
  describeHandshake({ name: 'wrong', ...subject }, runner, { rows, patience: 2_000 })
  const failed: string[] = []
  for (const [name, body] of tests) {
    if (name.includes(piece)) await body().catch(() => failed.push(name))
  }
  return failed
}

const GARBAGE = 'garbage, cut and bent payloads'
const wrong = () => named('test')
let calls = 0

test.each<[string, string, Omit<HandshakeSubject, 'name'>]>([
  ['says too much', 'hello() gives at most', { handshake: () => named('x'.repeat(3_000)) }],
  [
    'says nothing in time',
    'hello() gives at most',
    { handshake: () => named('main', { hello: () => new Promise(() => {}) }) }
  ],
  [
    'throws what JSON.parse throws',
    GARBAGE,
    {
      handshake: () => named('{}', { verify: (payload) => JSON.parse(decode(payload)) as object })
    }
  ],
  [
    'refuses with a word of its own',
    GARBAGE,
    {
      handshake: () =>
        named('main', {
          verify: (payload) => {
            if (decode(payload) === 'main') return {}
            throw new HandshakeRefusedError('no' as 'refused')
          }
        })
    }
  ],
  [
    'hangs on what it does not know',
    GARBAGE,
    {
      handshake: () =>
        named('main', {
          verify: (payload) => (decode(payload) === 'main' ? {} : new Promise(() => {}))
        })
    }
  ],
  [
    'says another thing each time',
    'means the same each time',
    { handshake: () => named('main', { verify: () => ({ call: ++calls }) }) }
  ],
  [
    'gives what cannot be kept',
    'is plain data',
    { handshake: () => named('main', { verify: () => ({ later: () => 1 }) }) }
  ],
  [
    'lets everybody in',
    'must be refused is',
    { handshake: () => named('main', { verify: () => ({}) }), wrong }
  ],
  [
    'refuses one thing only',
    'garbage is refused where',
    {
      handshake: () =>
        named('main', {
          verify: (payload) => {
            if (decode(payload) === 'test') throw new HandshakeRefusedError('incompatible')
            return {}
          }
        }),
      wrong
    }
  ],
  [
    'waits for a signal that it does not hear',
    'does not wait',
    {
      handshake: () =>
        named('main', {
          verify: async (_, { signal }: HandshakeContext) => {
            await new Promise((resolve) => setTimeout(resolve, 10))
            return signal.aborted ? new Promise(() => {}) : {}
          }
        })
    }
  ],
  [
    'believes an id in the payload',
    'taken for another peer',
    {
      handshake: ({ welcome }) =>
        named('main', {
          hello: () => text.encode(welcome[1]?.toString()),
          verify: (payload) => ({ id: decode(payload) })
        })
    }
  ],
  [
    'takes any proof',
    'bent, cut or of another transcript',
    { handshake: () => proving({ verifyProof: () => {} }) }
  ],
  [
    'takes a proof for every transcript',
    'bent, cut or of another transcript',
    {
      handshake: () =>
        proving({
          prove: () => text.encode('me'),
          verifyProof: (proof) => {
            if (decode(proof) !== 'me') throw new HandshakeRefusedError('authentication-failed')
          }
        })
    }
  ],
  [
    'asks for proofs, and gives none',
    'a proof',
    { handshake: () => named('main', { verifyProof: () => {} }) }
  ],
  [
    'proves at too great length',
    'a proof is at most',
    { handshake: () => proving({ prove: () => new Uint8Array(1_025) }) }
  ]
])('one that %s fails "%s"', async (_, name, subject) => {
  expect(await failing(subject, { named: name })).toHaveLength(1)
})

test('one that is in order fails nothing', async () => {
  expect(await failing({ handshake: () => named(), wrong }, { rows: ['B1', 'B6', 'C2'] })).toEqual(
    []
  )
})

test('one that takes any proof is seen through by hostile peers, too', async () => {
  const takesAny = { handshake: () => proving({ verifyProof: () => {} }) }
  const failed = await failing(takesAny, { rows: ['B7', 'B10', 'B11', 'B12'] })
  const rows = failed.flatMap((name) => /^(B\d+) over/.exec(name)?.[1] ?? [])
  expect(rows).toEqual(['B7', 'B10', 'B11', 'B12'])
})

/** The names of the tests that say why something does not apply. */
function exempt(subject: HandshakeSubject): string[] {
  const found: string[] = []
  const runner = {
    describe: (_: string, body: () => void) => body(),
    it: (name: string) => void found.push(name)
  }
  describeHandshake(subject, runner, { rows: ['B6', 'B10'] })
  return found.filter((name) => name.includes('not applicable'))
}

test('what does not apply is said in the name of a test', () => {
  expect(exempt(SIGNED_SUBJECT)).toEqual([])
  expect(exempt(CHAIN_SUBJECT)).toHaveLength(3)
  expect(exempt({ name: 'bare', handshake: () => named() })).toContainEqual(
    expect.stringMatching(/^B6 over memory: .*: not applicable: it was given nothing/)
  )
})
