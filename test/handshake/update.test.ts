import { getEventListeners } from 'node:events'
import { expect, test } from 'vitest'
import { HandshakeRefusedError } from '../../src/errors.ts'
import { answerUpdate, sendUpdate } from '../../src/handshake/update.ts'
import { ManualClock } from '../../src/testing/manual-clock.ts'
import { cut, link } from './linked-streams.ts'
import { settled } from '../../src/testing/settled.ts'
import { BOB, EASY, VERIFY_TIMEOUT } from './meeting.ts'
import { ACCEPT, frame, HELLO, RawPeer, reject } from './raw-peer.ts'
import type { Handshake, Verdict } from '../../src/handshake/handshake.ts'
import type { UpdateAnswer } from '../../src/handshake/update.ts'
import type { Link } from './linked-streams.ts'

const PAYLOAD = new Uint8Array([1, 2, 3])
const REFUSED = { kind: 'refused', retryAfter: 0 } as const
const LOST: UpdateAnswer = { ...REFUSED, reason: 'stream-closed', by: 'network' }

function send(signal?: AbortSignal) {
  const between = link()
  const peer = new RawPeer(between.remote)
  const options = signal === undefined ? {} : { signal }
  const answer = sendUpdate({ stream: between.local, payload: PAYLOAD, ...options })
  return { between, peer, answer }
}

function violated(detail: string): UpdateAnswer {
  return { ...REFUSED, reason: 'protocol-violation', by: 'local', detail }
}

const ANSWERS: Array<[string, Parameters<RawPeer['say']>[0], UpdateAnswer]> = [
  ['ACCEPT', ACCEPT, { kind: 'accepted' }],
  [
    'REJECT',
    reject(1, 300),
    { kind: 'refused', reason: 'incompatible', by: 'remote', retryAfter: 300 }
  ],
  // to the peer we are not authorized any more, and its goodbye is on the way: no fault of its
  ['HELLO', HELLO, LOST],
  ['UPDATE', { type: 'update', payload: PAYLOAD }, violated('update instead of accept or reject')],
  ['an oversized frame', frame(9_999), violated('frame length 9999, expected 1 to 4096')],
  ['an unreadable frame', new Uint8Array([0, 1, 0]), violated('field number 0')]
]

test.each(ANSWERS)('UPDATE is said, and the answer is %s', async (_, said, expected) => {
  const { between, peer, answer } = send()
  await settled()
  expect(peer.heard).toEqual([{ type: 'update', payload: PAYLOAD }])
  expect(peer.finished).toBe(true)
  peer.say(said)
  expect(await answer).toStrictEqual(expected)
  // an answer of the peer's ends the stream in good order, and whatever is none resets it
  const isAnswer = expected.kind === 'accepted' || expected.by === 'remote'
  expect(between.local.status).toBe(isAnswer ? 'open' : 'aborted')
  expect(between.local.listeners).toBe(0)
  if (between.local.status === 'open') await peer.fin()
  await settled()
  expect(between.local.status).not.toBe('open')
  expect(between.local.listeners).toBe(0)
})

const ENDS: Array<[string, (between: Link) => unknown, UpdateAnswer]> = [
  ['closes its end', ({ remote }) => remote.close(), LOST],
  ['resets the stream', ({ remote }) => remote.abort(new Error('reset')), LOST],
  ['loses its connection', cut, LOST],
  [
    'closes its end within a frame',
    ({ remote }) => {
      remote.send(frame(2))
      return remote.close()
    },
    violated('the stream ended within a frame')
  ]
]

test.each(ENDS)('a peer that %s instead of an answer', async (_, end, expected) => {
  const { between, answer } = send()
  await settled()
  await end(between)
  expect(await answer).toEqual(expected)
  await settled()
  expect(between.local.status).not.toBe('open')
  expect(between.local.listeners).toBe(0)
})

test('a peer that does not answer is given up with the signal', async () => {
  const controller = new AbortController()
  const { between, answer } = send(controller.signal)
  await settled()
  controller.abort()
  expect(await answer).toEqual({ ...REFUSED, reason: 'aborted', by: 'local' })
  expect(between.local.status).toBe('aborted')
  expect(between.local.listeners).toBe(0)
  expect(await send(controller.signal).answer).toMatchObject({ reason: 'aborted' })
})

test('an answer stands, whatever becomes of the stream after it', async () => {
  const between = link()
  const peer = new RawPeer(between.remote)
  const { promise, reject: fail } = Promise.withResolvers<never>()
  between.local.close = async () => promise
  const answer = sendUpdate({ stream: between.local, payload: PAYLOAD })
  await settled()
  peer.say(ACCEPT)
  expect(await answer).toEqual({ kind: 'accepted' })
  fail(new Error('the socket is gone'))
  await settled()
  expect(between.local.status).toBe('open')
})

test('the signal of an update is that of its end, too, and is left with the answer', async () => {
  const { signal } = new AbortController()
  for (const options of [{}, { signal }]) {
    const between = link()
    const peer = new RawPeer(between.remote)
    const close = between.local.close.bind(between.local)
    const closed: unknown[] = []
    between.local.close = (given) => {
      closed.push(given)
      return close(given)
    }
    const answer = sendUpdate({ stream: between.local, payload: PAYLOAD, ...options })
    await settled()
    expect(closed).toStrictEqual([options])
    peer.say(ACCEPT)
    expect(await answer).toEqual({ kind: 'accepted' })
    await peer.fin()
    await settled()
  }
  expect(getEventListeners(signal, 'abort')).toEqual([])
})

test('a stream that is gone takes no update', async () => {
  const between = link()
  cut(between)
  expect(await sendUpdate({ stream: between.local, payload: PAYLOAD })).toEqual(LOST)
})

function receive(handshake: Handshake<string>, signal?: AbortSignal) {
  const between = link()
  const peer = new RawPeer(between.remote)
  const clock = new ManualClock()
  const verdicts: Array<Verdict<string>> = []
  const faults: unknown[] = []
  const done = answerUpdate({
    stream: between.local,
    payload: PAYLOAD,
    peerId: BOB,
    role: 'responder',
    current: 'what was said before',
    handshake,
    clock,
    verifyTimeout: VERIFY_TIMEOUT,
    onVerdict: (verdict) => verdicts.push(verdict),
    onFault: (...fault) => faults.push(fault),
    ...(signal !== undefined && { signal })
  })
  return { between, peer, clock, verdicts, faults, done }
}

async function expectNothingLeft({ between, clock, done }: ReturnType<typeof receive>) {
  await settled()
  clock.advance(1_000)
  await done
  expect(between.local.status).not.toBe('open')
  expect(between.local.listeners).toBe(0)
  expect(clock.pending).toBe(0)
}

test('an update that passes is answered by ACCEPT', async () => {
  const told: unknown[] = []
  const update = receive({
    ...EASY,
    verify: (payload, { peerId, role }) => {
      told.push([...payload], peerId, role)
      // what the application does to its array is its own affair
      payload.fill(0)
      return 'anew'
    }
  })
  expect(told).toEqual([[1, 2, 3], BOB, 'responder'])
  expect([...PAYLOAD]).toEqual([1, 2, 3])
  expect(update.verdicts).toEqual([{ kind: 'accepted', hello: 'anew' }])
  await settled()
  expect(update.peer.heard).toEqual([ACCEPT])
  await expectNothingLeft(update)
})

test('an update that does not pass is answered by REJECT', async () => {
  const error = new Error('broken')
  const cases: Array<[Error, Partial<Verdict<string>>, number, unknown[]]> = [
    [
      new HandshakeRefusedError('incompatible', 'another fork'),
      { reason: 'incompatible', detail: 'another fork' },
      1,
      []
    ],
    [error, { reason: 'internal', detail: 'verify failed' }, 11, [['verify', error]]]
  ]
  for (const [thrown, expected, code, faults] of cases) {
    const update = receive({ ...EASY, verify: () => Promise.reject(thrown) })
    await settled()
    expect(update.verdicts).toEqual([{ ...REFUSED, by: 'local', ...expected }])
    expect(update.faults).toEqual(faults)
    expect(update.peer.heard).toEqual([reject(code)])
    await expectNothingLeft(update)
  }
})

test('a verify that takes too long is a timeout, and its late answer nothing', async () => {
  const { promise, resolve } = Promise.withResolvers<string>()
  const signals: AbortSignal[] = []
  const update = receive({
    ...EASY,
    verify: (_, { signal }) => {
      signals.push(signal)
      return promise
    }
  })
  update.clock.advance(VERIFY_TIMEOUT)
  resolve('late')
  await settled()
  expect(update.verdicts).toEqual([
    { ...REFUSED, by: 'local', reason: 'timeout', detail: 'verify took too long' }
  ])
  expect(signals.map((signal) => signal.aborted)).toEqual([true])
  expect(update.peer.heard).toEqual([reject(6)])
  await expectNothingLeft(update)
})

test('an update that is given up resets the stream', async () => {
  for (const early of [true, false]) {
    const controller = new AbortController()
    if (early) controller.abort()
    const update = receive({ ...EASY, verify: () => new Promise(() => {}) }, controller.signal)
    controller.abort()
    expect(update.verdicts).toEqual([{ ...REFUSED, by: 'local', reason: 'aborted' }])
    expect(getEventListeners(controller.signal, 'abort')).toEqual([])
    await settled()
    expect(update.peer.stream.status).toBe('reset')
    await expectNothingLeft(update)
  }
})

test('an ACCEPT that cannot be sent is no verdict', async () => {
  const { promise, resolve } = Promise.withResolvers<string>()
  const update = receive({ ...EASY, verify: () => promise })
  cut(update.between)
  resolve('anew')
  await settled()
  expect(update.verdicts).toEqual([LOST])
  await expectNothingLeft(update)
})

test('what follows an UPDATE is dropped as it comes', async () => {
  const update = receive({ ...EASY, verify: () => new Promise(() => {}) })
  update.peer.say(new Uint8Array(100_000))
  await settled()
  expect(update.between.local.readBufferLength).toBe(0)
  update.clock.advance(VERIFY_TIMEOUT)
  await expectNothingLeft(update)
})
