import { expect, test } from 'vitest'
import { LINGER } from '../../src/handshake/constants.ts'
import { cut } from './linked-streams.ts'
import { settled } from '../../src/testing/settled.ts'
import { EASY, expectNothingLeft, meet, only } from './meeting.ts'
import { ACCEPT, HELLO, proof, reject } from './raw-peer.ts'
import type { Meeting } from './meeting.ts'

const LOST = { kind: 'refused', reason: 'stream-closed', by: 'network', retryAfter: 0 }

const SAID = [
  ['nothing', [], false],
  ['HELLO', [HELLO], true],
  ['HELLO and half of what follows', [HELLO, new Uint8Array([0, 2, 0x1a])], true]
] as const

const ENDS = [
  ['resets the stream', (meeting: Meeting) => meeting.peer.reset()],
  ['loses its connection', (meeting: Meeting) => cut(meeting.link)]
] as const

for (const [said, messages, acceptSent] of SAID) {
  for (const [ends, end] of ENDS) {
    test(`a peer that says ${said} and ${ends} is lost, not to blame`, async () => {
      const meeting = await meet()
      if (messages.length > 0) meeting.peer.say(...messages)
      await settled()
      end(meeting)
      await settled()
      expect(only(meeting)).toEqual({ ...LOST, acceptSent })
      await expectNothingLeft(meeting)
    })
  }
}

test('a stream that was reset before we were there is lost', async () => {
  const meeting = await meet({ before: (peer) => peer.reset() })
  expect(only(meeting)).toEqual({ ...LOST, acceptSent: false })
  await expectNothingLeft(meeting)
})

test('a peer that accepts and is lost before we have is not authorized', async () => {
  const { promise, resolve } = Promise.withResolvers<string>()
  const meeting = await meet({ handshake: { ...EASY, verify: () => promise } })
  meeting.peer.say(HELLO, ACCEPT)
  await meeting.peer.fin()
  await settled()
  cut(meeting.link)
  resolve('checked')
  await settled()
  expect(only(meeting)).toEqual({ ...LOST, acceptSent: false })
  await expectNothingLeft(meeting)
})

const BEFORE_A_VERDICT = 'the stream ended before a verdict'

test('a peer that closes its end before its verdict, and stays, violates the protocol', async () => {
  const meeting = await meet({ handshake: { ...EASY, verify: () => new Promise(() => {}) } })
  meeting.peer.say(HELLO)
  await meeting.peer.fin()
  await settled()
  meeting.clock.advance(LINGER - 1)
  expect(meeting.outcomes).toEqual([])
  meeting.clock.advance(1)
  expect(only(meeting)).toMatchObject({ reason: 'protocol-violation', detail: BEFORE_A_VERDICT })
  await settled()
  expect(meeting.peer.heard.at(-1)).toEqual(reject(5))
  await expectNothingLeft(meeting)
})

test.each([
  ['whose connection is gone', (meeting: Meeting) => cut(meeting.link)],
  ['that resets the stream', (meeting: Meeting) => meeting.link.local.onRemoteReset()]
] as const)('a peer that closes its end, and %s at once, has left', async (_, leave) => {
  for (const later of [true, false]) {
    const meeting = await meet()
    meeting.peer.say(HELLO)
    await settled()
    await meeting.peer.fin()
    if (later) await settled()
    leave(meeting)
    await settled()
    expect(only(meeting)).toEqual({ ...LOST, acceptSent: true })
    await expectNothingLeft(meeting)
  }
})

test('a peer whose end and connection are gone in the same moment has left', async () => {
  const meeting = await meet()
  meeting.peer.say(HELLO)
  await settled()
  meeting.link.local.onRemoteCloseWrite()
  meeting.link.local.onTransportClosed()
  await settled()
  expect(only(meeting)).toEqual({ ...LOST, acceptSent: true })
  await expectNothingLeft(meeting)
})

test('a peer that closed its end too early is not judged after an end of our own', async () => {
  for (const reason of ['timeout', undefined] as const) {
    const meeting = await meet({ handshake: { ...EASY, verify: () => new Promise(() => {}) } })
    meeting.peer.say(HELLO)
    await meeting.peer.fin()
    await settled()
    // our last word does not get through, so the stream stays until we give it up
    meeting.link.local.sendData = () => ({ sentBytes: 0, canSendMore: false })
    meeting.clock.advance(1)
    meeting.exchange.abort(reason)
    await expectNothingLeft(meeting)
    expect([meeting.outcomes, meeting.violations]).toEqual([[], []])
  }
})

test('an ACCEPT that breaks the stream while it is sent counts as sent', async () => {
  const { promise, resolve } = Promise.withResolvers<string>()
  const meeting = await meet({ handshake: { ...EASY, verify: () => promise } })
  meeting.peer.say(HELLO, ACCEPT)
  await settled()
  meeting.link.local.sendData = () => {
    throw new Error('broken')
  }
  resolve('checked')
  await settled()
  expect(only(meeting)).toEqual({ ...LOST, acceptSent: true })
  await expectNothingLeft(meeting)
})

test("after both have accepted our end is closed in good order, and the stream with the peer's", async () => {
  const meeting = await meet()
  meeting.peer.say(HELLO, ACCEPT)
  await settled()
  expect(meeting.peer.finished).toBe(true)
  expect(meeting.link.local.status).toBe('open')
  await meeting.peer.fin()
  await settled()
  expect(meeting.link.local.status).toBe('closed')
  expect(meeting.violations).toEqual([])
  await expectNothingLeft(meeting)
})

test('a peer that never closes its end is not waited for', async () => {
  for (const ending of [ACCEPT, reject(10), proof(1)]) {
    const meeting = await meet()
    meeting.peer.say(HELLO, ending)
    if (ending.type === 'proof') meeting.exchange.abort('requested')
    await settled()
    expect(meeting.peer.finished).toBe(true)
    meeting.clock.advance(LINGER - 1)
    await settled()
    expect(meeting.link.local.status).toBe('open')
    meeting.clock.advance(1)
    await meeting.exchange.done
    expect(meeting.link.local.status).toBe('aborted')
    await expectNothingLeft(meeting)
  }
})

test('a peer that does not read is not waited for, either', async () => {
  const meeting = await meet()
  meeting.link.local.sendData = () => ({ sentBytes: 0, canSendMore: false })
  meeting.exchange.abort('shutting-down')
  await settled()
  expect(meeting.link.local.status).toBe('open')
  meeting.clock.advance(LINGER)
  await meeting.exchange.done
  expect(meeting.link.local.status).toBe('aborted')
  await expectNothingLeft(meeting)
})

test('what is sent after both have accepted is a violation of its own', async () => {
  for (const piece of [[ACCEPT], [HELLO], [new Uint8Array([0])]]) {
    for (const together of [true, false]) {
      const meeting = await meet()
      if (together) meeting.peer.say(HELLO, ACCEPT, ...piece)
      else {
        meeting.peer.say(HELLO, ACCEPT)
        await settled()
        meeting.peer.say(...piece)
      }
      await settled()
      expect(only(meeting)).toMatchObject({ kind: 'accepted' })
      expect(meeting.violations).toEqual(['bytes after the last frame'])
      expect(meeting.link.local.status).toBe('aborted')
      await expectNothingLeft(meeting)
    }
  }
})

test('a violation that nobody wants to hear of ends the stream all the same', async () => {
  const meeting = await meet({ isWatched: false })
  meeting.peer.say(HELLO, ACCEPT, ACCEPT)
  await settled()
  expect(only(meeting)).toMatchObject({ kind: 'accepted' })
  expect(meeting.link.local.status).toBe('aborted')
  await expectNothingLeft(meeting)
})

test('who is not admitted is told when to come again, and nothing is said of why', async () => {
  const meeting = await meet({ admit: () => ({ reason: 'too-many-peers', retryAfter: 300 }) })
  meeting.peer.say(HELLO)
  await settled()
  expect(only(meeting)).toStrictEqual({
    kind: 'refused',
    reason: 'too-many-peers',
    by: 'local',
    retryAfter: 0,
    acceptSent: false
  })
  expect(meeting.peer.heard.slice(1)).toEqual([reject(3, 300)])
  await expectNothingLeft(meeting)
})

test('whoever says no within an abort of its own has said nothing', async () => {
  const meeting = await meet({
    admit: (exchange) => {
      exchange.abort('shutting-down')
      return { reason: 'too-many-peers', retryAfter: 0 }
    }
  })
  meeting.peer.say(HELLO)
  await settled()
  expect(meeting.outcomes).toEqual([])
  expect(meeting.peer.heard.slice(1)).toEqual([reject(12)])
  await expectNothingLeft(meeting)
})

test('an abort with a reason tells the peer, and reports nothing', async () => {
  for (const before of [[], [HELLO]]) {
    const meeting = await meet({ handshake: { ...EASY, verify: () => new Promise(() => {}) } })
    if (before.length > 0) meeting.peer.say(...before)
    await settled()
    meeting.exchange.abort('too-many-peers', 300)
    await settled()
    expect(meeting.peer.heard.slice(1)).toEqual([reject(3, 300)])
    expect(meeting.peer.finished).toBe(true)
    meeting.peer.say(ACCEPT)
    await expectNothingLeft(meeting)
    expect(meeting.outcomes).toEqual([])
  }
})

test('an abort before HELLO was ready tells the peer, too', async () => {
  const meeting = await meet({ handshake: { ...EASY, hello: () => new Promise(() => {}) } })
  meeting.exchange.abort('timeout')
  await settled()
  expect(meeting.peer.heard).toEqual([reject(6)])
  await expectNothingLeft(meeting)
  expect(meeting.outcomes).toEqual([])
})

test('an abort without a reason resets the stream', async () => {
  const meeting = await meet()
  meeting.exchange.abort()
  await settled()
  expect(meeting.peer.words).toEqual(['hello'])
  expect(meeting.peer.stream.status).toBe('reset')
  await expectNothingLeft(meeting)
  expect(meeting.outcomes).toEqual([])
})

test('an abort after our ACCEPT resets the stream, so that the peer cannot complete it', async () => {
  const meeting = await meet()
  meeting.peer.say(HELLO)
  await settled()
  expect(meeting.exchange.acceptSent).toBe(true)
  meeting.exchange.abort('timeout')
  await settled()
  expect(meeting.peer.words).toEqual(['hello', 'accept'])
  expect(meeting.peer.stream.status).toBe('reset')
  expect(meeting.peer.stream.writeStatus).toBe('closed')
  await expectNothingLeft(meeting)
  expect(meeting.outcomes).toEqual([])
})

test('an abort after the end, and a second one, do nothing', async () => {
  const meeting = await meet()
  meeting.peer.say(HELLO, ACCEPT)
  await settled()
  meeting.exchange.abort('requested')
  meeting.exchange.abort()
  await settled()
  expect(meeting.peer.words).toEqual(['hello', 'accept'])
  expect(meeting.link.local.status).toBe('open')
  await meeting.peer.fin()
  await expectNothingLeft(meeting)
  expect(meeting.link.local.status).toBe('closed')
})

test('an abort within the outcome does nothing', async () => {
  const meeting = await meet()
  const outcomes = meeting.outcomes
  outcomes.push = (...items) => {
    meeting.exchange.abort('requested')
    return Array.prototype.push.apply(outcomes, items)
  }
  meeting.peer.say(HELLO, ACCEPT)
  await settled()
  expect(only(meeting).kind).toBe('accepted')
  expect(meeting.peer.words).toEqual(['hello', 'accept'])
})
