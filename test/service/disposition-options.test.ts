/**
 * What an application may want to follow from a "no", and what it may not.
 *
 * Mutations of the rules that turn this file red, each tried by hand:
 * - `isProvable` always true, or without the fault; a row of the remote's may ban
 * - the longest of the lesser cool-downs left out of the comparison; `shortest` for `longest`
 * - no floor, a floor for partings, too
 */
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { DISPOSITIONS, NOTED_REASONS, WIRE_REASONS } from '../../machines/index.ts'
import { chainHandshake } from '../../src/index.ts'
import { readOptions } from '../../src/read-options.ts'
import type { CoolDown, DispositionTable } from '../../machines/index.ts'
import type { DispositionsInit, PeerLifecycleInit } from '../../src/index.ts'

const MINUTE = 60_000
const HOUR = 60 * MINUTE

const handshake = chainHandshake({ chainId: 7, genesis: '0x1f2e' })

const read = (dispositions: unknown): DispositionTable =>
  readOptions({ protocolPrefix: '/mychain', handshake, dispositions } as PeerLifecycleInit)
    .dispositions

const fixed = (length: number): CoolDown => ({ base: length, factor: 1, cap: length, jitter: 0 })

test('without overrides, it is the table itself', () => {
  expect(read(undefined)).toBe(DISPOSITIONS)
  for (const nothing of [{}, { local: {} }, { local: undefined, remote: { busy: {} } }]) {
    expect(read(nothing)).toEqual(DISPOSITIONS)
  }
})

test('an override changes what it names, and nothing else', () => {
  const init: DispositionsInit = {
    local: {
      incompatible: { bans: true, coolDown: 72 * HOUR },
      'protocol-violation': { coolDown: 96 * HOUR },
      banned: { coolDown: Infinity },
      requested: { coolDown: 0 },
      timeout: { coolDown: { cap: HOUR }, yields: false },
      'dial-failed': { forgets: true, refusesInbound: undefined }
    },
    remote: {
      'too-many-peers': { connection: 'close', coolDown: { base: 1_000, cap: MINUTE, factor: 3 } }
    }
  }
  const table = read(init)
  const { local, network, remote } = DISPOSITIONS
  expect(table).toEqual({
    local: {
      ...local,
      incompatible: { ...local.incompatible, bans: true, coolDown: fixed(72 * HOUR) },
      'protocol-violation': { ...local['protocol-violation'], coolDown: fixed(96 * HOUR) },
      banned: { ...local.banned, coolDown: fixed(Infinity) },
      requested: { ...local.requested, coolDown: fixed(0) },
      timeout: {
        ...local.timeout,
        yields: false,
        coolDown: { base: 5_000, factor: 2, cap: HOUR, jitter: 1 }
      },
      'dial-failed': { ...local['dial-failed'], forgets: true }
    },
    network: expect.objectContaining({
      'protocol-violation': { ...network['protocol-violation'], coolDown: fixed(96 * HOUR) },
      'dial-failed': { ...local['dial-failed'], forgets: true }
    }) as unknown,
    remote: {
      ...remote,
      'dial-failed': { ...remote['dial-failed'], forgets: true },
      'too-many-peers': {
        ...remote['too-many-peers'],
        connection: 'close',
        coolDown: { base: 1_000, factor: 3, cap: MINUTE, jitter: 0 }
      }
    }
  })
  expect(Object.isFrozen(table) && Object.isFrozen(table.local)).toBe(true)
  expect(Object.isFrozen(table.local.timeout.coolDown)).toBe(true)
})

test('what the application changes later changes nothing', () => {
  const coolDown = { base: 2 * MINUTE, cap: 2 * MINUTE }
  const idle = { coolDown }
  const table = read({ local: { idle } })
  coolDown.base = 0
  expect(table.local.idle.coolDown.base).toBe(2 * MINUTE)
})

const refused: [string, unknown, RegExp][] = [
  ['no object', 5, /dispositions to be an object, got 5/],
  ['null', null, /dispositions to be an object, got null/],
  ['a list', [], /dispositions to be an object, got an array/],
  ['a side that is none', { network: {} }, /one of local, remote, got "network"/],
  ['a side that is no object', { local: 'x' }, /dispositions\.local to be an object, got "x"/],
  ['an unknown word', { local: { evil: {} } }, /dispositions\.local .*incompatible.*got "evil"/],
  [
    'a word with control characters',
    { local: { 'a\u001B[2J\n': {} } },
    // oxlint-disable-next-line no-control-regex -- what must not be there
    /^Expected [^\u0000-\u001F]*$/
  ],
  ['a word of a prototype', { local: { constructor: {} } }, /got "constructor"/],
  ['a word that nothing follows from', { local: { offline: {} } }, /got "offline"/],
  ['a word that no peer can say', { remote: { 'dial-failed': {} } }, /got "dial-failed"/],
  [
    'a row that is none',
    { local: { busy: 3 } },
    /dispositions\.local\.busy to be an object, got 3/
  ],
  ['an unknown part', { local: { busy: { cooldown: 3 } } }, /got "cooldown"/],
  ['another fault', { local: { timeout: { fault: 'peer' } } }, /got "fault"/],
  [
    'half a connection',
    { local: { busy: { connection: 'half' } } },
    /'keep' or 'close', got "half"/
  ],
  [
    'a truth that is none',
    { local: { busy: { yields: 1 } } },
    /busy\.yields .*true or false, got 1/
  ],
  ['time that is none', { local: { busy: { coolDown: Number.NaN } } }, /coolDown .*got NaN/],
  ['negative time', { remote: { busy: { coolDown: -1 } } }, /remote\.busy\.coolDown .*got -1/],
  ['time as text', { local: { busy: { coolDown: '1h' } } }, /milliseconds from 0.*got "1h"/],
  [
    'a base that is none',
    { local: { busy: { coolDown: { base: -5 } } } },
    /coolDown\.base .*got -5/
  ],
  ['what shrinks', { local: { busy: { coolDown: { factor: 0.5 } } } }, /factor .*from 1, got 0\.5/],
  ['what explodes', { local: { busy: { coolDown: { factor: Infinity } } } }, /got Infinity/],
  ['too much luck', { local: { busy: { coolDown: { jitter: 1.1 } } } }, /jitter .*got 1\.1/],
  ['an unknown length', { local: { busy: { coolDown: { min: 1 } } } }, /got "min"/],
  [
    'a cap below the base',
    { local: { timeout: { coolDown: { base: HOUR } } } },
    /coolDown\.cap .*3600000 ms, got 1800000/
  ],
  // what bans
  ...(
    [
      'timeout',
      'internal',
      'dial-failed',
      'stream-closed',
      'connection-closed',
      'no-address',
      'busy',
      'too-many-peers',
      'not-allowed',
      'requested',
      'banned',
      'filtered'
    ] as const
  ).map((word): [string, unknown, RegExp] => [
    `a ban for ${word}`,
    { local: { [word]: { bans: true, connection: 'close', refusesInbound: true, yields: false } } },
    new RegExp(
      `local\\.${word}\\.bans to be false: only what is proven here bans \\(incompatible, `
    )
  ]),
  ...WIRE_REASONS.map((word): [string, unknown, RegExp] => [
    `a ban because the peer says ${word}`,
    {
      remote: {
        [word]: { bans: true, connection: 'close', refusesInbound: true, yields: false }
      }
    },
    new RegExp(`remote\\.${word}\\.bans to be false`)
  ]),
  ['a ban that yields', { local: { 'protocol-violation': { yields: true } } }, /not to yield/],
  ['a ban that keeps', { local: { 'protocol-violation': { connection: 'keep' } } }, /to close/],
  ['a ban at one door', { local: { 'protocol-violation': { refusesInbound: false } } }, /inbound/],
  // contradictions
  [
    'a ban shorter than a lesser cool-down',
    { local: { 'protocol-violation': { coolDown: 24 * HOUR } } },
    /local\.protocol-violation\.coolDown, a ban, .* longer than dispositions\.\w+\.\w+\.coolDown, got 86400000 and 86400000/
  ],
  [
    'a lesser cool-down longer than a ban',
    { remote: { busy: { coolDown: 48 * HOUR } } },
    /a ban, to be longer than dispositions\.remote\.busy\.coolDown, got 172800000 and 172800000/
  ],
  [
    'a lesser cool-down that grows longer than a ban',
    { local: { refused: { coolDown: { cap: 50 * HOUR } } } },
    /longer than dispositions\.local\.refused\.coolDown, got 172800000 and 180000000/
  ],
  [
    'a ban that luck makes shorter',
    { local: { 'protocol-violation': { coolDown: { jitter: 1 } } } },
    /got 1000 and 86400000/
  ],
  [
    'a lesser cool-down without an end',
    { local: { idle: { coolDown: Infinity } } },
    /and Infinity/
  ],
  ['a hot loop', { local: { 'dial-failed': { coolDown: 999 } } }, /at least 1000 ms.*hot, got 999/],
  ['a hot loop by words', { remote: { busy: { coolDown: 0 } } }, /remote\.busy\.coolDown .*got 0/],
  [
    'a connection that cannot be closed',
    { local: { 'dial-failed': { connection: 'close' } } },
    /dial-failed\.connection to be 'keep'/
  ]
]

test.each(refused)('refuses %s', (_name, init, message) => {
  expect(() => read(init)).toThrow(message)
  expect(() => read(init)).toThrow(expect.objectContaining({ name: 'InvalidOptionsError' }))
})

test('a proven offence may ban, or not; a parting may have no cool-down', () => {
  const proven = ['incompatible', 'unsupported-version', 'authentication-failed', 'self', 'refused']
  for (const word of proven) {
    expect(
      () => read({ local: { [word]: { bans: true, coolDown: 48 * HOUR } } }),
      word
    ).not.toThrow()
  }
  expect(() =>
    read({ local: { 'protocol-violation': { bans: false, coolDown: HOUR } } })
  ).not.toThrow()
  for (const word of ['requested', 'idle', 'evicted', 'shutting-down', 'busy', 'too-many-peers']) {
    expect(() => read({ local: { [word]: { coolDown: 0 } } }), word).not.toThrow()
  }
})

const anyLength = fc.oneof(
  fc.integer({ min: -1, max: 100 * HOUR }),
  fc.constantFrom(0, 1_000, Infinity, Number.NaN)
)
const anyRow = fc.record(
  {
    connection: fc.constantFrom('keep', 'close'),
    coolDown: fc.oneof(
      anyLength,
      fc.record(
        {
          base: anyLength,
          factor: fc.double({ min: 0.5, max: 4 }),
          cap: anyLength,
          jitter: fc.double({ min: 0, max: 1.1 })
        },
        { requiredKeys: [] }
      )
    ),
    refusesInbound: fc.boolean(),
    yields: fc.boolean(),
    bans: fc.boolean(),
    forgets: fc.boolean()
  },
  { requiredKeys: [] }
)
const anySide = (words: readonly string[]): fc.Arbitrary<Record<string, unknown>> =>
  fc.dictionary(fc.constantFrom(...words), anyRow, { maxKeys: 3 })
const anyInit = fc.record({ local: anySide(NOTED_REASONS), remote: anySide(WIRE_REASONS) })

const tableOrError = (init: unknown): DispositionTable | Error => {
  try {
    return read(init)
  } catch (error) {
    return error as Error
  }
}

/** What is wrong with the answer; nothing should be. */
function wrongWith(answer: DispositionTable | Error): string[] {
  if (answer instanceof Error) {
    return answer.name === 'InvalidOptionsError' ? [] : [answer.name]
  }
  const { local, network, remote } = answer
  const others = [network, remote].flatMap((rows) => Object.values(rows))
  const lengths = [local, remote].flatMap((rows) => Object.values(rows))
  return [
    ...others.filter(({ bans }) => bans).map(() => 'bans what nobody here has seen'),
    ...NOTED_REASONS.filter((word) => local[word].bans && local[word].fault !== 'peer'),
    ...lengths
      .filter(({ coolDown: { base, cap } }) => !(base >= 0 && cap >= base))
      .map(({ coolDown }) => JSON.stringify(coolDown))
  ]
}

test('whatever is wanted is refused with an error, or keeps the rules', () => {
  let taken = 0
  fc.assert(
    fc.property(anyInit, (init) => {
      const answer = tableOrError(init)
      if (!(answer instanceof Error)) taken++
      expect(wrongWith(answer)).toEqual([])
    }),
    { numRuns: 3_000 }
  )
  expect(taken).toBeGreaterThan(50)
})
