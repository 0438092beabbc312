/** The same side of every fork: the published vectors, and what a handshake makes of them. */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { crc32 } from '../../src/handshake/crc32.ts'
import { forkHandshake } from '../../src/handshake/fork-handshake.ts'
import { encodeParts } from '../../src/handshake/parts.ts'
import { ForkPart } from '../../src/handshake/wire/parts.js'
import { CREATION, MAINNET, NEVER, PETERSBURG, VALIDATION } from './fork-vectors.ts'
import { BOB } from './meeting.ts'
import { hex } from './raw-peer.ts'
import type { HandshakeRefusedError } from '../../src/errors.ts'
import type { ForkHandshakeInit, ForkHead, ForkHello } from '../../src/handshake/fork-handshake.ts'
import type { Handshake } from '../../src/handshake/handshake.ts'
import type { ForkNetwork } from './fork-vectors.ts'

const CONTEXT = { peerId: BOB, role: 'initiator', signal: new AbortController().signal } as const
const bytes = (...values: number[]) => new Uint8Array(values)
const hashOf = (sum: number) => `0x${sum.toString(16).padStart(8, '0')}`
const refused = (reason: string, detail: unknown) =>
  expect.objectContaining({ name: 'HandshakeRefusedError', reason, detail })

function at(network: ForkNetwork, block: number, time = 0) {
  return forkHandshake({ ...network, head: () => ({ block, time }) })
}

function said(hash: number, next: number | bigint): Uint8Array {
  const body = bytes(hash >>> 24, hash >>> 16, hash >>> 8, hash)
  return encodeParts([['fork', ForkPart.encode({ hash: body, next: BigInt(next) })]])
}

// the hello of a peer that is welcome, or what the detail of the refusal begins with
function verdictOf(handshake: Handshake<ForkHello>, payload: Uint8Array): unknown {
  try {
    return handshake.verify(payload, CONTEXT)
  } catch (error) {
    const { reason, detail } = error as HandshakeRefusedError
    return reason === 'incompatible' ? detail?.split(': ')[0] : error
  }
}

// what a chain of forks by block makes of a peer that is at the same stage, and waits for a time
const waitsUntil = (time: number) =>
  verdictOf(at(PETERSBURG, 7_279_999, 1_700_000_000), said(0xa00bc324, time))

describe('the published vectors', () => {
  test.each(CREATION)(
    'creation %#: %o at block %i and time %i',
    (network, block, time, hash, next) => {
      expect(at(network, block, time).hello(CONTEXT)).toEqual(said(hash, next))
    }
  )

  test.each(VALIDATION)(
    'validation %#: %o at block %i and time %i',
    (network, block, time, hash, next, verdict) => {
      const judged = verdictOf(at(network, block, time), said(hash, next))
      const hello = { forkHash: hashOf(hash), forkNext: BigInt(next) }
      expect(judged).toEqual(verdict === 'compatible' ? hello : verdict)
    }
  )

  test.each([
    [15_050_000, 0, 0xf0afd0e3],
    [15_050_000, 0, 0xdce96c2d],
    [20_000_000, 1_681_338_455, 0xdce96c2d],
    [20_000_000, 1_668_000_000, 0x9f3d2254]
  ])(
    'validation: at block %i and time %i, a peer beyond %i by a fork nobody knows',
    (block, time, hash) => {
      const beyond = crc32(new Uint8Array(8).fill(0xff), hash)
      const judge = () => at(MAINNET, block, time).verify(said(beyond, 0), CONTEXT)
      expect(judge).toThrow(
        refused('incompatible', expect.stringMatching('^local stale or incompatible: '))
      )
    }
  )

  // as go-ethereum does: a number that large is a time, whatever our own next fork is
  test('validation: a fork by time that we have passed without, on a chain of forks by block', () => {
    expect(waitsUntil(1_700_000_000)).toBe('local stale or incompatible')
    expect(waitsUntil(1_700_000_001)).toMatchObject({ forkNext: 1_700_000_001n })
    expect(waitsUntil(1_438_269_973)).toMatchObject({ forkNext: 1_438_269_973n })
  })

  // what was in force when the chain began is no fork
  test.each([
    [-1, 1],
    [0, 1],
    [1, 2]
  ])('creation: times %i and %i from the genesis', (first, second) => {
    const genesisTime = 1_690_475_657
    const timeForks = [genesisTime + second, genesisTime + first]
    const head = () => ({ block: 0, time: genesisTime })
    const genesis = new Uint8Array(32).fill(5)
    const init = { genesis, forks: [0, 0], timeForks, genesisTime, head }
    expect(forkHandshake(init).hello(CONTEXT)).toEqual(said(crc32(genesis), genesisTime + 1))
  })
})

test('the payload is one part of the name "fork"', () => {
  const golden = `0a 12 0a04 ${Buffer.from('fork').toString('hex')} 120a 0a04 fc64ec04 10 b09846`
  const payload = at(PETERSBURG, 0).hello(CONTEXT) as Uint8Array
  expect(hex(payload)).toBe(golden.replaceAll(' ', ''))
})

// on this chain a block after the last fork by block has a time after it, and the other way round
const isReal = ({ block, time }: { block: number; time: number }) =>
  block >= 15_050_000 || time < 1_681_338_455

test('a peer that is ahead of us is welcome, whatever it says is next', () => {
  const network: ForkNetwork = { genesis: '0x1a2b', forks: [10, 20] }
  const behind = at(network, 15)
  const ahead = at(network, 25).hello(CONTEXT) as Uint8Array
  const { forkHash } = at(network, 25).verify(ahead, CONTEXT) as ForkHello
  for (const next of [0, 1, 15, 30]) {
    const hello = { forkHash, forkNext: BigInt(next) }
    expect(verdictOf(behind, said(Number(forkHash), next))).toEqual(hello)
  }
})

test('both sides of a chain agree, wherever they are on it, as long as they know the same forks', () => {
  const position = fc.record({
    block: fc.nat({ max: 20_000_000 }),
    time: fc.integer({ min: 1_600_000_000, max: 1_800_000_000 })
  })
  fc.assert(
    fc.property(position.filter(isReal), position.filter(isReal), (ours, theirs) => {
      const payload = at(MAINNET, theirs.block, theirs.time).hello(CONTEXT) as Uint8Array
      expect(at(MAINNET, ours.block, ours.time).verify(payload, CONTEXT)).toBeDefined()
    })
  )
})

describe('forks', () => {
  test('are taken in their order, each once, and none of the genesis', () => {
    const messy = [7_280_000n, ...PETERSBURG.forks, 1_150_000, 0, 0n].toReversed()
    const init = { genesis: PETERSBURG.genesis, forks: messy }
    for (const [network, block, , hash, next] of CREATION.slice(0, 14)) {
      expect(network.forks).toEqual(PETERSBURG.forks)
      const handshake = forkHandshake({ ...init, head: () => ({ block: BigInt(block) }) })
      expect(handshake.hello(CONTEXT)).toEqual(said(hash, next))
    }
  })

  test('may be none', () => {
    const handshake = forkHandshake({ genesis: '0x00', forks: [], head: () => ({ block: 9 }) })
    const ours = crc32(bytes(0))
    expect(handshake.hello(CONTEXT)).toEqual(said(ours, 0))
    expect(handshake.verify(said(ours, 10), CONTEXT)).toMatchObject({ forkNext: 10n })
    expect(() => handshake.verify(said(ours, 9), CONTEXT)).toThrow(
      refused(
        'incompatible',
        `local stale or incompatible: fork id ${hashOf(ours)} before 9, ours ${hashOf(ours)}`
      )
    )
  })

  test('reach to the last number there is', () => {
    const handshake = forkHandshake({
      genesis: '0x00',
      forks: [NEVER],
      head: () => ({ block: NEVER })
    })
    const payload = handshake.hello(CONTEXT) as Uint8Array
    expect(handshake.verify(payload, CONTEXT)).toMatchObject({ forkNext: 0n })
  })
})

test('the refusal says both fork ids', () => {
  expect(() => at(PETERSBURG, 7_987_396).verify(said(0xa00bc324, 0), CONTEXT)).toThrow(
    refused('incompatible', 'remote stale: fork id 0xa00bc324, ours 0x668db0af')
  )
  expect(() => at(PETERSBURG, 1_150_000).verify(said(0x97c2c34c, 1_150_000), CONTEXT)).toThrow(
    refused(
      'incompatible',
      'local stale or incompatible: fork id 0x97c2c34c before 1150000, ours 0x97c2c34c before 1920000'
    )
  )
})

test('the head is that of the moment, and may be promised', async () => {
  let block = 1_149_999
  const handshake = forkHandshake({ ...PETERSBURG, head: async () => ({ block }) })
  expect(await handshake.hello(CONTEXT)).toEqual(said(0xfc64ec04, 1_150_000))
  const stale = said(0xfc64ec04, 0)
  expect(await handshake.verify(stale, CONTEXT)).toMatchObject({ forkNext: 0n })
  block++
  expect(await handshake.hello(CONTEXT)).toEqual(said(0x97c2c34c, 1_920_000))
  await expect(handshake.verify(stale, CONTEXT)).rejects.toEqual(
    refused('incompatible', expect.stringMatching('^remote stale: '))
  )
})

const part = (body: Uint8Array) => encodeParts([['fork', body]])
test.each([
  ['no part', encodeParts([]), 'incompatible', 'no part "fork"'],
  ['an empty part', part(bytes()), 'protocol-violation', 'a fork hash of 0 bytes, expected 4'],
  [
    'a short hash',
    part(bytes(0x0a, 1, 1)),
    'protocol-violation',
    'a fork hash of 1 bytes, expected 4'
  ],
  [
    'a long hash',
    part(ForkPart.encode({ hash: new Uint8Array(2_000) })),
    'protocol-violation',
    'a fork hash of 2000 bytes, expected 4'
  ],
  [
    'no protobuf',
    part(bytes(0x0a)),
    'protocol-violation',
    'malformed part "fork": a number is cut off'
  ],
  [
    'a number of 11 bytes',
    part(bytes(0x10, ...Array.from({ length: 10 }, () => 0xff), 1)),
    'protocol-violation',
    'malformed part "fork": a number of more than 10 bytes'
  ],
  [
    'a hash that is a number',
    part(bytes(0x08, 1)),
    'protocol-violation',
    'malformed part "fork": field 1 has wire type 0'
  ]
])('a peer that says %s is refused', (_, payload, reason, detail) => {
  expect(() => at(PETERSBURG, 0).verify(payload, CONTEXT)).toThrow(refused(reason, detail))
})

const failing = (head: () => never | Promise<never>) => forkHandshake({ ...PETERSBURG, head })

describe('a head that is none is a fault of ours, not a refusal', () => {
  const BLOCK = 'Expected head() to give block as whole numbers, got block'
  test.each<[unknown, string]>([
    [undefined, `${BLOCK} undefined and time undefined`],
    [7, `${BLOCK} undefined and time undefined`],
    [{ block: -1 }, `${BLOCK} -1 and time undefined`],
    [{ block: 1.5 }, `${BLOCK} 1.5 and time undefined`],
    [{ block: '7' }, `${BLOCK} "7" and time undefined`],
    [{ block: 7, time: Number.NaN }, `${BLOCK} 7 and time NaN`],
    [{ block: 2n ** 64n }, `${BLOCK} 18446744073709551616 and time undefined`]
  ])('%o', (head, message) => {
    const handshake = forkHandshake({ ...PETERSBURG, head: () => head as ForkHead })
    const fault = expect.objectContaining({ name: 'TypeError', message })
    expect(() => handshake.hello(CONTEXT)).toThrow(fault)
    expect(() => handshake.verify(said(0xfc64ec04, 0), CONTEXT)).toThrow(fault)
  })

  test('without a time, where there are forks by time', () => {
    const handshake = forkHandshake({ ...MAINNET, head: () => ({ block: 7 }) })
    expect(() => handshake.hello(CONTEXT)).toThrow(
      new TypeError(
        'Expected head() to give block and time as whole numbers, got block 7 and time undefined'
      )
    )
  })

  test('that throws', async () => {
    const error = new Error('the database is gone')
    const throwing = failing(() => {
      throw error
    })
    expect(() => throwing.hello(CONTEXT)).toThrow(error)
    expect(() => throwing.verify(said(1, 0), CONTEXT)).toThrow(error)
    await expect(failing(() => Promise.reject(error)).verify(said(1, 0), CONTEXT)).rejects.toBe(
      error
    )
  })
})

const WHOLE = 'expected a whole number from 0 to 2^64 - 1, as a bigint above 2^53 - 1, got'
test.each<[Record<string, unknown>, string]>([
  [
    { genesis: '0x' },
    'genesis: expected 1 to 64 bytes, as 0x and hex digits or a Uint8Array, got "0x"'
  ],
  [
    { genesis: new Uint8Array(65) },
    'genesis: expected 1 to 64 bytes, as 0x and hex digits or a Uint8Array, got 65 bytes'
  ],
  [
    { genesis: ['0x1a2b'] },
    'genesis: expected 1 to 64 bytes, as 0x and hex digits or a Uint8Array, got object'
  ],
  [{ forks: undefined }, 'forks: expected a list of whole numbers, got undefined'],
  [{ forks: 7 }, 'forks: expected a list of whole numbers, got 7'],
  [{ forks: [1, -1] }, `forks[1]: ${WHOLE} -1`],
  [{ forks: [1.5] }, `forks[0]: ${WHOLE} 1.5`],
  [{ forks: [2 ** 53] }, `forks[0]: ${WHOLE} 9007199254740992`],
  [{ forks: [2n ** 64n] }, `forks[0]: ${WHOLE} 18446744073709551616`],
  [{ forks: ['7'] }, `forks[0]: ${WHOLE} "7"`],
  [{ timeForks: [null] }, `timeForks[0]: ${WHOLE} object`],
  [{ timeForks: {} }, 'timeForks: expected a list of whole numbers, got object'],
  [{ genesisTime: -5 }, `genesisTime: ${WHOLE} -5`],
  [{ head: undefined }, 'head: expected a function, got undefined'],
  [{ head: { block: 7 } }, 'head: expected a function, got object'],
  [
    { timeFork: [7] },
    'Expected one of genesis, forks, timeForks, genesisTime, head, got the unknown option "timeFork"'
  ]
])('%o is not an option', (wrong, message) => {
  const init = { ...PETERSBURG, head: () => ({ block: 0 }), ...wrong } as ForkHandshakeInit
  expect(() => forkHandshake(init)).toThrow(
    expect.objectContaining({ name: 'InvalidOptionsError', message })
  )
})
