import fc from 'fast-check'
import { expect, test } from 'vitest'
import { LINGER } from '../../src/handshake/constants.ts'
import { encodeMessage } from '../../src/handshake/messages.ts'
import { settled } from '../../src/testing/settled.ts'
import { EASY, expectNothingLeft, meet, only } from './meeting.ts'
import { ACCEPT, concat, frame, framed, HELLO, hex, proof, reject } from './raw-peer.ts'
import type { Handshake } from '../../src/handshake/handshake.ts'
import type { Message } from '../../src/handshake/messages.ts'

const UPDATE: Message = { type: 'update', payload: new Uint8Array(1) }
const GOODBYE: Message = { type: 'goodbye', code: 12, retryAfter: 0 }

/** An application whose verdict is still to come when the peer misbehaves. */
const THINKING: Handshake<string> = { ...EASY, verify: () => new Promise(() => {}) }

const VIOLATIONS: Array<[string, Array<Message | Uint8Array>, string]> = [
  ['a frame of length 0', [frame(0)], 'frame length 0, expected 1 to 4096'],
  ['a frame of 4,097 bytes', [frame(4_097)], 'frame length 4097, expected 1 to 4096'],
  ['a frame of 65,535 bytes', [frame(65_535)], 'frame length 65535, expected 1 to 4096'],
  [
    'an oversized frame after HELLO',
    [HELLO, frame(4_097)],
    'frame length 4097, expected 1 to 4096'
  ],
  ['a frame of no known body', [framed(new Uint8Array([0x3a, 0]))], 'a frame without a known body'],
  ['a frame of 4,096 unreadable bytes', [framed(new Uint8Array(4_096))], 'field number 0'],
  ['a second HELLO', [HELLO, HELLO], 'hello instead of proof or accept or reject'],
  ['a third HELLO after a proof', [HELLO, proof(1), HELLO], 'hello instead of accept or reject'],
  ['a second proof', [HELLO, proof(1), proof(1)], 'proof instead of accept or reject'],
  ['a proof first', [proof(1)], 'proof instead of hello or reject'],
  ['ACCEPT first', [ACCEPT], 'accept instead of hello or reject'],
  ['UPDATE after HELLO', [HELLO, UPDATE], 'update instead of proof or accept or reject'],
  ['GOODBYE after HELLO', [HELLO, GOODBYE], 'goodbye instead of proof or accept or reject'],
  ['a second ACCEPT', [HELLO, ACCEPT, ACCEPT], 'bytes after the last frame'],
  ['REJECT after ACCEPT', [HELLO, ACCEPT, reject(1)], 'bytes after the last frame'],
  ['a byte after ACCEPT', [HELLO, ACCEPT, new Uint8Array([0])], 'bytes after the last frame'],
  [
    'a nonce of 31 bytes',
    [{ ...HELLO, nonce: new Uint8Array(31) }],
    'a nonce of 31 bytes, expected 32'
  ],
  ['no nonce', [{ ...HELLO, nonce: new Uint8Array(0) }], 'a nonce of 0 bytes, expected 32'],
  [
    'a payload of 2,049 bytes',
    [{ ...HELLO, payload: new Uint8Array(2_049) }],
    'a payload of 2049 bytes, expected at most 2048'
  ],
  [
    'a proof of 1,025 bytes',
    [HELLO, { type: 'proof', proof: new Uint8Array(1_025) }],
    'a proof of 1025 bytes, expected at most 1024'
  ]
]

for (const chunk of [Infinity, 1]) {
  const arrives = chunk === 1 ? 'byte by byte' : 'at once'
  test.each(VIOLATIONS)(
    `%s, ${arrives}: the peer is told, once, and not read any further`,
    async (_, said, detail) => {
      const meeting = await meet({ handshake: THINKING, chunk })
      meeting.peer.say(...said)
      await settled()
      expect(only(meeting)).toEqual({
        kind: 'refused',
        reason: 'protocol-violation',
        by: 'local',
        retryAfter: 0,
        detail,
        acceptSent: false
      })
      expect(meeting.peer.heard.slice(1)).toEqual([reject(5)])
      meeting.peer.say(HELLO, ACCEPT)
      await settled()
      expect(meeting.link.local.readBufferLength).toBe(0)
      await expectNothingLeft(meeting)
      expect(meeting.peer.words).toEqual(['hello', 'reject'])
    }
  )
}

test.each([
  ['UPDATE', UPDATE],
  ['GOODBYE', GOODBYE]
])('%s first is meant for an authorization that is over, and no violation', async (_, said) => {
  const meeting = await meet({ handshake: THINKING })
  meeting.peer.say(said)
  await settled()
  expect(only(meeting)).toEqual({
    kind: 'refused',
    reason: 'stream-closed',
    by: 'network',
    retryAfter: 0,
    acceptSent: false
  })
  expect(meeting.peer.stream.status).toBe('reset')
  await expectNothingLeft(meeting)
})

test('a violation after our ACCEPT resets the stream, and says that we had accepted', async () => {
  const meeting = await meet()
  meeting.peer.say(HELLO)
  await settled()
  meeting.peer.say(HELLO)
  await settled()
  expect(only(meeting)).toMatchObject({
    reason: 'protocol-violation',
    by: 'local',
    acceptSent: true
  })
  expect(meeting.peer.words).toEqual(['hello', 'accept'])
  expect(meeting.peer.stream.status).toBe('reset')
  await expectNothingLeft(meeting)
})

test('what is read is all within the bounds of the largest frames', async () => {
  const meeting = await meet()
  // HELLO filled up to a frame of 4,095 and of 4,096 bytes with an unknown field
  for (const length of [4_095, 4_096]) {
    const body = encodeMessage(HELLO).subarray(2)
    const filling = length - body.byteLength - 3
    const filler = concat(
      new Uint8Array([0x3a, (filling & 0x7f) | 0x80, filling >> 7]),
      new Uint8Array(filling)
    )
    const { peer, link, outcomes } = await meet()
    peer.say(framed(concat(body, filler)), ACCEPT)
    await settled()
    expect(outcomes).toEqual([{ kind: 'accepted', hello: hex(HELLO.payload) }])
    link.local.abort(new Error('enough'))
  }
  meeting.exchange.abort()
})

// every beginning of everything an honest peer says, in bytes
const WHOLE = concat(...[HELLO, proof(1, 2), ACCEPT].map(encodeMessage))
const BORDERS = [0, 43, 51, 55]

test('the borders are where the frames end', () => {
  expect(WHOLE.byteLength).toBe(BORDERS.at(-1))
})

test('an exchange cut off by the end of the stream, at every byte', async () => {
  for (let length = 1; length < WHOLE.byteLength; length++) {
    const meeting = await meet({ chunk: 3 })
    meeting.peer.say(WHOLE.subarray(0, length))
    await meeting.peer.fin()
    await settled()
    const acceptSent = length >= 43
    // between two frames it may be the connection that is being closed: that is waited for
    if (BORDERS.includes(length)) meeting.clock.advance(LINGER)
    await settled()
    expect(only(meeting), `${length} bytes`).toEqual({
      kind: 'refused',
      reason: 'protocol-violation',
      by: 'local',
      retryAfter: 0,
      detail: BORDERS.includes(length)
        ? 'the stream ended before a verdict'
        : 'the stream ended within a frame',
      acceptSent
    })
    expect(meeting.peer.words).toEqual(['hello', acceptSent ? 'accept' : 'reject'])
    await expectNothingLeft(meeting)
  }
})

test('an exchange cut off by silence, at every byte', async () => {
  for (let length = 0; length < WHOLE.byteLength; length++) {
    const meeting = await meet({ chunk: 3 })
    meeting.peer.say(WHOLE.subarray(0, length))
    await settled()
    // silence is the caller's to end: no byte made or moved a deadline of the exchange
    expect(meeting.outcomes).toEqual([])
    expect(meeting.clock.pending).toBe(0)
    meeting.exchange.abort(meeting.exchange.overdue)
    await expectNothingLeft(meeting)
    expect(meeting.outcomes).toEqual([])
    expect(meeting.peer.words.at(-1)).toBe(length >= 43 ? 'accept' : 'reject')
  }
})

test('an exchange cut off by a reset, at every byte', async () => {
  for (let length = 0; length <= WHOLE.byteLength; length++) {
    const meeting = await meet({ chunk: 3 })
    meeting.peer.say(WHOLE.subarray(0, length))
    await settled()
    meeting.peer.reset()
    await settled()
    expect(only(meeting), `${length} bytes`).toMatchObject(
      length === WHOLE.byteLength
        ? { kind: 'accepted' }
        : { kind: 'refused', reason: 'stream-closed', by: 'network', acceptSent: length >= 43 }
    )
    await expectNothingLeft(meeting)
  }
})

// property: what a peer may say, in frames; which of it is honest is told by the grammar below
const nonce = fc.uint8Array({ minLength: 32, maxLength: 32 })
const anyFrame: fc.Arbitrary<[string, Message | Uint8Array]> = fc.oneof(
  nonce.map((it): [string, Message] => ['H', { ...HELLO, nonce: it }]),
  fc.constant<[string, Message]>(['P', proof(1)]),
  fc.constant<[string, Message]>(['A', ACCEPT]),
  fc.nat(20).map((code): [string, Message] => ['R', reject(code)]),
  fc.constantFrom<[string, Message]>(['U', UPDATE], ['G', GOODBYE]),
  fc
    .uint8Array({ minLength: 1, maxLength: 9 })
    .map((body): [string, Uint8Array] => ['?', framed(body)])
)
const END = fc.constantFrom('fin' as const, 'reset' as const, 'silence' as const)

test('only the grammar is accepted: any frames, in any order, chunking and end', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(anyFrame, { maxLength: 6 }),
      fc.constantFrom(1, 5, Infinity),
      END,
      async (frames, chunk, end) => {
        const word = frames.map(([letter]) => letter).join('')
        const meeting = await meet({ chunk })
        if (frames.length > 0) meeting.peer.say(...frames.map(([, it]) => it))
        if (end === 'fin') await meeting.peer.fin()
        await settled()
        if (end === 'fin') meeting.clock.advance(LINGER)
        if (end === 'reset') meeting.peer.reset()
        await settled()
        if (meeting.outcomes.length === 0) meeting.exchange.abort('timeout')
        const accepted = meeting.outcomes[0]?.kind === 'accepted' && meeting.violations.length === 0
        expect(accepted).toBe(/^HP?A$/.test(word))
        await expectNothingLeft(meeting)
      }
    ),
    { numRuns: 600 }
  )
})

test('any bytes end in exactly one outcome, and leave nothing', async () => {
  const begin = fc.constantFrom(new Uint8Array(0), encodeMessage(HELLO), frame(2), frame(300))
  await fc.assert(
    fc.asyncProperty(
      begin,
      fc.uint8Array({ maxLength: 120 }),
      fc.constantFrom(1, 7, Infinity),
      async (start, soup, chunk) => {
        const meeting = await meet({ chunk })
        meeting.peer.say(start, soup)
        await meeting.peer.fin()
        await settled()
        meeting.clock.advance(LINGER)
        expect(meeting.outcomes).toHaveLength(1)
        expect(meeting.faults).toEqual([])
        await expectNothingLeft(meeting)
      }
    ),
    { numRuns: 600 }
  )
})

test('endless bytes are dropped as they come: nothing of them is kept', async () => {
  const meeting = await meet()
  const chunk = new Uint8Array(4_096).fill(0xff)
  for (let i = 0; i < 256; i++) meeting.link.local.onData(chunk)
  expect(only(meeting)).toMatchObject({ reason: 'protocol-violation' })
  expect(meeting.link.local.readBufferLength).toBe(0)
  expect(meeting.link.local.listenerCount('message')).toBe(0)
  await expectNothingLeft(meeting)
})

test('endless small frames end with the one that the grammar does not have', async () => {
  const meeting = await meet({ handshake: THINKING })
  const unknown = framed(new Uint8Array([0x1a, 0]))
  meeting.peer.say(HELLO, proof(1), ...Array.from({ length: 10_000 }, () => unknown))
  await settled()
  expect(only(meeting)).toMatchObject({ detail: 'bytes after the last frame' })
  expect(meeting.link.local.readBufferLength).toBe(0)
  await expectNothingLeft(meeting)
})
