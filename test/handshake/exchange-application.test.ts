import { expect, test } from 'vitest'
import { HandshakeRefusedError } from '../../src/errors.ts'
import { settled } from '../../src/testing/settled.ts'
import { EASY, expectNothingLeft, meet, only, VERIFY_TIMEOUT } from './meeting.ts'
import { ACCEPT, HELLO, proof, reject } from './raw-peer.ts'
import type { Handshake, HandshakeFunction } from '../../src/handshake/handshake.ts'

const FUNCTIONS: HandshakeFunction[] = ['hello', 'verify', 'prove', 'verifyProof']

const never = () => new Promise<never>(() => {})

/** An application with all four functions, one of which does something else. */
function withOne(
  name: HandshakeFunction,
  instead: (...args: unknown[]) => unknown
): Handshake<string> {
  const all: Handshake<string> = {
    hello: () => new Uint8Array([9]),
    verify: () => 'checked',
    prove: () => new Uint8Array([8]),
    verifyProof: () => {}
  }
  return { ...all, [name]: instead }
}

function refuse(): never {
  throw new HandshakeRefusedError('not-allowed', 'key \u001b[31mred')
}

/** Everything an honest peer says, so that every function is called. */
async function shake(handshake: Handshake<string>) {
  const meeting = await meet({ handshake })
  meeting.peer.say(HELLO, proof(1))
  await settled()
  return meeting
}

test('with all four functions in order the peer is accepted', async () => {
  const meeting = await shake(withOne('prove', () => new Uint8Array([8])))
  meeting.peer.say(ACCEPT)
  await settled()
  expect(meeting.peer.words).toEqual(['hello', 'proof', 'accept'])
  expect(only(meeting)).toEqual({ kind: 'accepted', hello: 'checked' })
  await expectNothingLeft(meeting)
})

const THROWN: Array<[string, () => unknown]> = [
  ['an error', () => new Error('broken')],
  ['undefined', () => undefined],
  ['a string', () => 'broken'],
  [
    'something with getters that throw',
    () => ({
      get name() {
        throw new Error('worse')
      }
    })
  ]
]

for (const name of FUNCTIONS) {
  for (const [what, thrown] of THROWN) {
    for (const how of ['throws', 'rejects with'] as const) {
      test(`${name} ${how} ${what}: internal, reported once`, async () => {
        const error = thrown()
        const fail = () => {
          throw error
        }
        const meeting = await shake(withOne(name, how === 'throws' ? fail : async () => fail()))
        expect(only(meeting)).toEqual({
          kind: 'refused',
          reason: 'internal',
          by: 'local',
          retryAfter: 0,
          detail: `${name} failed`,
          acceptSent: false
        })
        expect(meeting.faults).toEqual([[name, error]])
        expect(meeting.peer.heard.at(-1)).toEqual(reject(11))
        await expectNothingLeft(meeting)
      })
    }
  }

  test(`${name} takes too long: timeout, the signal is aborted, a late answer is ignored`, async () => {
    const signals: AbortSignal[] = []
    const { promise, resolve } = Promise.withResolvers<unknown>()
    const late = (...args: unknown[]) => {
      signals.push((args.at(-1) as { signal: AbortSignal }).signal)
      return promise
    }
    const meeting = await shake(withOne(name, late))
    meeting.clock.advance(VERIFY_TIMEOUT - 1)
    expect(meeting.outcomes).toEqual([])
    expect(signals.map((signal) => signal.aborted)).toEqual([false])
    meeting.clock.advance(1)
    await settled()
    expect(only(meeting)).toMatchObject({
      reason: 'timeout',
      by: 'local',
      detail: `${name} took too long`
    })
    expect(signals.map((signal) => signal.aborted)).toEqual([true])
    expect(meeting.peer.heard.at(-1)).toEqual(reject(6))
    resolve(new Uint8Array([1]))
    await expectNothingLeft(meeting)
    expect(meeting.peer.words).not.toContain('accept')
    expect(meeting.faults).toEqual([])
  })

  test(`${name} fails too late: nobody is told, nothing is unhandled`, async () => {
    const { promise, reject: fail } = Promise.withResolvers<unknown>()
    const meeting = await shake(withOne(name, () => promise))
    meeting.exchange.abort('requested')
    fail(new Error('late'))
    await expectNothingLeft(meeting)
    expect([meeting.outcomes, meeting.faults]).toEqual([[], []])
  })

  test(`${name} ends the exchange from within: what it returns is ignored`, async () => {
    const signals: AbortSignal[] = []
    const { promise: met, resolve } = Promise.withResolvers<void>()
    const end = (context: unknown) => {
      signals.push((context as { signal: AbortSignal }).signal)
      meeting.exchange.abort('banned')
      return new Uint8Array([1])
    }
    // hello is called before there is anything to abort: it alone has to wait
    const handshake = withOne(name, (...args) =>
      name === 'hello' ? met.then(() => end(args.at(-1))) : end(args.at(-1))
    )
    const meeting = await meet({ handshake })
    resolve()
    meeting.peer.say(HELLO, proof(1), ACCEPT)
    await settled()
    expect(meeting.outcomes).toEqual([])
    expect(signals.map((signal) => signal.aborted)).toEqual([true])
    expect(meeting.peer.words).not.toContain('accept')
    expect(meeting.peer.heard.at(-1)).toEqual(reject(7))
    await expectNothingLeft(meeting)
  })
}

const NO_BYTES: Array<[string, unknown, string]> = [
  ['nothing', undefined, 'undefined'],
  ['a string', 'hello', 'string'],
  ['an array', [1], 'object'],
  ['too many bytes', new Uint8Array(2_049), '2049 bytes']
]

for (const name of ['hello', 'prove'] as const) {
  test.each(NO_BYTES)(
    `${name} gives %s: internal, and the fault says what was expected`,
    async (_, value, got) => {
      const meeting = await shake(withOne(name, () => value))
      expect(only(meeting)).toMatchObject({
        reason: 'internal',
        by: 'local',
        detail: `${name} failed`
      })
      const max = name === 'hello' ? 2_048 : 1_024
      expect(meeting.faults).toEqual([
        [
          name,
          expect.objectContaining({
            name: 'TypeError',
            message: `Expected ${name} to give up to ${max} bytes, got ${got}`
          })
        ]
      ])
      await expectNothingLeft(meeting)
    }
  )

  test(`${name} gives as many bytes as it may, or none`, async () => {
    for (const length of [name === 'hello' ? 2_048 : 1_024, 0]) {
      const meeting = await shake(withOne(name, () => new Uint8Array(length)))
      expect(meeting.peer.words).toEqual(['hello', 'proof', 'accept'])
    }
  })
}

for (const name of ['verify', 'prove', 'verifyProof'] as const) {
  test(`${name} refuses: the peer is told the word, we keep the detail`, async () => {
    for (const how of ['now', 'later']) {
      const meeting = await shake(withOne(name, how === 'now' ? refuse : async () => refuse()))
      expect(only(meeting)).toEqual({
        kind: 'refused',
        reason: 'not-allowed',
        by: 'local',
        retryAfter: 0,
        detail: 'key \\u{1b}[31mred',
        acceptSent: false
      })
      expect(meeting.peer.heard.at(-1)).toEqual(reject(8))
      expect(meeting.faults).toEqual([])
      await expectNothingLeft(meeting)
    }
  })
}

test('a refusal is known by its name, and its word by the list', async () => {
  const name = 'HandshakeRefusedError'
  const refusals: Array<[object, object]> = [
    [{ name, reason: 'idle' }, { reason: 'idle' }],
    [{ name, reason: 'dial-failed', detail: 7 }, { reason: 'refused' }],
    [
      { name, detail: 'x'.repeat(300) },
      { reason: 'refused', detail: `${'x'.repeat(199)}…` }
    ],
    [{ name, reason: '__proto__' }, { reason: 'refused' }]
  ]
  const rest = { kind: 'refused', by: 'local', retryAfter: 0, acceptSent: false }
  for (const [init, expected] of refusals) {
    const thrown = Object.assign(new Error('from another copy'), init)
    const meeting = await shake(withOne('verify', () => Promise.reject(thrown)))
    expect(only(meeting)).toEqual({ ...rest, ...expected })
  }
})

test('a refusal thrown by hello is a fault: a peer is refused for what it says, not for what we are', async () => {
  const error = new HandshakeRefusedError('incompatible')
  const meeting = await shake(withOne('hello', () => Promise.reject(error)))
  expect(only(meeting)).toMatchObject({ reason: 'internal' })
  expect(meeting.faults).toEqual([['hello', error]])
})

test('the signal is aborted after the outcome is told, however it ends', async () => {
  for (const end of [[HELLO, ACCEPT], [HELLO, reject(1)], [ACCEPT]]) {
    let signal: AbortSignal | undefined
    const order: string[] = []
    const meeting = await meet({
      handshake: {
        ...EASY,
        hello: (context) => {
          signal = context.signal
          context.signal.addEventListener('abort', () => order.push('signal'))
          return new Uint8Array(0)
        }
      }
    })
    meeting.outcomes.push = (...outcomes) => order.push(...outcomes.map((it) => it.kind))
    expect(signal?.aborted).toBe(false)
    meeting.peer.say(...end)
    await settled()
    expect(signal?.aborted).toBe(true)
    expect(signal?.reason).toEqual(new Error('The handshake has ended'))
    expect(order).toEqual([expect.any(String), 'signal'])
  }
})

test('what the application does to its arrays later changes nothing on the wire', async () => {
  const mine = new Uint8Array([9])
  let transcript = new Uint8Array(0)
  const meeting = await meet({
    handshake: {
      hello: () => mine,
      verify: (payload) => {
        payload.fill(0)
        mine.fill(0)
        return ''
      },
      prove: (bytes) => {
        transcript = new Uint8Array(bytes)
        return mine
      }
    }
  })
  meeting.peer.say(HELLO)
  await settled()
  // the last two items of a transcript are the payloads, ours and theirs
  expect([...transcript.subarray(-8)]).toEqual([0, 1, 9, 0, 3, 1, 2, 3])
})

test('cheap checks come before the application', async () => {
  const called: string[] = []
  const handshake = withOne('verify', () => called.push('verify'))
  const meeting = await meet({ handshake })
  meeting.peer.say({ ...HELLO, nonce: new Uint8Array(31) })
  await settled()
  expect(only(meeting)).toMatchObject({ reason: 'protocol-violation' })
  expect(called).toEqual([])
})

test('a call of the application has a deadline of its own, none for the handshake', async () => {
  const meeting = await meet({ handshake: { ...EASY, verify: never } })
  expect(meeting.clock.pending).toBe(0)
  meeting.clock.advance(VERIFY_TIMEOUT * 10)
  expect(meeting.outcomes).toEqual([])
  meeting.peer.say(HELLO)
  await settled()
  expect(meeting.clock.pending).toBe(1)
  meeting.clock.advance(VERIFY_TIMEOUT)
  expect(only(meeting)).toMatchObject({ reason: 'timeout' })
})
