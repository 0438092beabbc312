import { expect, test } from 'vitest'
import { chainHandshake } from '../../src/handshake/chain-handshake.ts'
import { decodeParts, encodeParts } from '../../src/handshake/parts.ts'
import { BOB } from './meeting.ts'
import { hex } from './raw-peer.ts'
import type { ChainHandshakeInit } from '../../src/handshake/chain-handshake.ts'

const GENESIS = `0x${'ab'.repeat(32)}`
const CONTEXT = { peerId: BOB, role: 'initiator', signal: new AbortController().signal } as const
const OURS = chainHandshake({ chainId: 7, genesis: GENESIS })

const bytes = (text: string) => new Uint8Array(Buffer.from(text.replaceAll(' ', ''), 'hex'))

async function helloOf(init: ChainHandshakeInit): Promise<Uint8Array> {
  return chainHandshake(init).hello(CONTEXT)
}

function verify(payload: Uint8Array) {
  return OURS.verify(payload, CONTEXT)
}

test('the payload is one part of the name "chain"', async () => {
  const golden = `0a 2d 0a05 ${Buffer.from('chain').toString('hex')} 1224 0807 1220 ${'ab'.repeat(32)}`
  expect(hex(await OURS.hello(CONTEXT))).toBe(golden.replaceAll(' ', ''))
})

test('a peer on the same chain is welcome, however it writes it', async () => {
  const expected = { chainId: 7n, genesis: GENESIS }
  for (const init of [
    { chainId: 7n, genesis: GENESIS },
    { chainId: 7, genesis: GENESIS.toUpperCase().replace('0X', '0x') },
    { chainId: 7, genesis: new Uint8Array(32).fill(0xab) }
  ]) {
    expect(verify(await helloOf(init))).toEqual(expected)
  }
})

const refused = (reason: string, detail: string) =>
  expect.objectContaining({ name: 'HandshakeRefusedError', reason, detail })

test('a peer on another chain is incompatible, and the detail says in what', async () => {
  const cases: Array<[ChainHandshakeInit, string]> = [
    [{ chainId: 9, genesis: GENESIS }, 'chain id 9, expected 7'],
    [{ chainId: 0, genesis: GENESIS }, 'chain id 0, expected 7'],
    [{ chainId: 2n ** 64n - 1n, genesis: GENESIS }, 'chain id 18446744073709551615, expected 7'],
    [{ chainId: 7, genesis: '0x01' }, 'genesis 0x01, expected 0xabababab…abababab'],
    [
      { chainId: 7, genesis: `${GENESIS}ab` },
      'genesis 0xabababab…abababab, expected 0xabababab…abababab'
    ],
    [{ chainId: 9, genesis: '0x01' }, 'chain id 9, expected 7']
  ]
  for (const [init, detail] of cases) {
    const payload = await helloOf(init)
    expect(() => verify(payload)).toThrow(refused('incompatible', detail))
  }
})

test('a peer that says nothing of its chain is incompatible', () => {
  const detail = 'no part "chain"'
  expect(() => verify(new Uint8Array(0))).toThrow(refused('incompatible', detail))
  expect(() => verify(bytes('0a02 0a00'))).toThrow(refused('incompatible', detail))
  const others = encodeParts(
    new Map([
      ['Chain', new Uint8Array(1)],
      ['__proto__', new Uint8Array(1)]
    ])
  )
  expect(() => verify(others)).toThrow(refused('incompatible', detail))
})

test('an empty part is chain 0 without a genesis', () => {
  const payload = encodeParts(new Map([['chain', new Uint8Array(0)]]))
  expect(() => verify(payload)).toThrow(refused('incompatible', 'chain id 0, expected 7'))
})

test('parts of names that we do not know are ignored', async () => {
  const chain = decodeParts(await OURS.hello(CONTEXT)).get('chain') ?? new Uint8Array(0)
  const others = Array.from({ length: 15 }, (_, i): [string, Uint8Array] => [
    `${i}`,
    new Uint8Array(i)
  ])
  const payload = encodeParts(new Map([...others, ['chain', chain]]))
  expect(verify(payload)).toEqual({ chainId: 7n, genesis: GENESIS })
})

const part = (name: string) =>
  `0a ${(2 + name.length).toString(16).padStart(2, '0')} 0a 0${name.length} ${hex(new TextEncoder().encode(name))}`
const VIOLATIONS: Array<[string, Uint8Array, string]> = [
  ['a name twice', bytes(`${part('chain')} ${part('chain')}`), 'part "chain" twice'],
  ['an unknown name twice', bytes(`${part('a')} ${part('a')}`), 'part "a" twice'],
  [
    '17 parts',
    bytes(Array.from({ length: 17 }, (_, i) => part(String.fromCharCode(97 + i))).join('')),
    'more than 16 parts'
  ],
  ['no protobuf', bytes('ff'), 'malformed payload: a number is cut off'],
  ['a part beyond the payload', bytes('0a05 0a01'), 'malformed payload: field 1 is cut off'],
  ['a name that is not UTF-8', bytes('0a03 0a01ff'), 'malformed payload: field 1 is not UTF-8'],
  [
    'a chain that is no protobuf',
    encodeParts(new Map([['chain', bytes('0a')]])),
    'malformed part "chain": a number is cut off'
  ],
  [
    'a chain id of the wrong type',
    encodeParts(new Map([['chain', bytes('0a0107')]])),
    'malformed part "chain": field 1 has wire type 2'
  ]
]

test.each(VIOLATIONS)('%s is a violation', (_, payload, detail) => {
  expect(() => verify(payload)).toThrow(refused('protocol-violation', detail))
})

test("what hello gives is the caller's to keep", async () => {
  const first = await OURS.hello(CONTEXT)
  first.fill(0)
  expect(await OURS.hello(CONTEXT)).not.toEqual(first)
})

const chainId =
  'chainId: expected a whole number from 0 to 2^64 - 1, as a bigint above 2^53 - 1, got'
const genesis = 'genesis: expected 1 to 64 bytes, as 0x and hex digits or a Uint8Array, got'
const INVALID: Array<[Record<string, unknown>, string]> = [
  [{ chainId: -1 }, `${chainId} -1`],
  [{ chainId: 1.5 }, `${chainId} 1.5`],
  [{ chainId: Number.NaN }, `${chainId} NaN`],
  [{ chainId: Infinity }, `${chainId} Infinity`],
  [{ chainId: 2 ** 53 }, `${chainId} 9007199254740992`],
  [{ chainId: -1n }, `${chainId} -1`],
  [{ chainId: 2n ** 64n }, `${chainId} 18446744073709551616`],
  [{ chainId: '7' }, `${chainId} "7"`],
  [{ chainId: undefined }, `${chainId} undefined`],
  [{ genesis: '' }, `${genesis} ""`],
  [{ genesis: '0x' }, `${genesis} "0x"`],
  [{ genesis: '0xabc' }, `${genesis} "0xabc"`],
  [{ genesis: 'ab' }, `${genesis} "ab"`],
  [{ genesis: '0xzz' }, `${genesis} "0xzz"`],
  [{ genesis: `0x${'00'.repeat(65)}` }, `${genesis} "0x${'0'.repeat(77)}…"`],
  [{ genesis: new Uint8Array(0) }, `${genesis} 0 bytes`],
  [{ genesis: new Uint8Array(65) }, `${genesis} 65 bytes`],
  [{ genesis: { a: 1n } }, `${genesis} object`]
]

test.each(INVALID)('%o is not an option', (wrong, message) => {
  const init = { chainId: 7, genesis: GENESIS, ...wrong } as ChainHandshakeInit
  expect(() => chainHandshake(init)).toThrow(
    expect.objectContaining({ name: 'InvalidOptionsError', message })
  )
})

test.each([undefined, null, 7, { chainId: 7, genesis: GENESIS, genesisHash: GENESIS }])(
  '%o are no options',
  (init) => {
    expect(() => chainHandshake(init as unknown as ChainHandshakeInit)).toThrow(
      expect.objectContaining({
        name: 'InvalidOptionsError',
        message: expect.stringMatching(/^Expected (an object with|one of) chainId, genesis/)
      })
    )
  }
)

test.each([
  [{ chainId: 0, genesis: '0x00' }],
  [{ chainId: Number.MAX_SAFE_INTEGER, genesis: new Uint8Array(64) }],
  [{ chainId: 2n ** 64n - 1n, genesis: `0x${'00'.repeat(64)}` }]
])('%o is one at the edge', async (init) => {
  const handshake = chainHandshake(init)
  expect(handshake.verify(await handshake.hello(CONTEXT), CONTEXT)).toMatchObject({
    chainId: BigInt(init.chainId)
  })
})
