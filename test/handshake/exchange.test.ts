import { expect, test } from 'vitest'
import { LINGER } from '../../src/handshake/constants.ts'
import { Exchange } from '../../src/handshake/exchange.ts'
import { streamLine } from '../../src/handshake/line.ts'
import { Turns } from '../../src/handshake/turns.ts'
import { ManualClock } from '../../src/testing/manual-clock.ts'
import { link } from './linked-streams.ts'
import { settled } from '../../src/testing/settled.ts'
import { ALICE, BOB, EASY, expectNothingLeft, meet, only, PROTOCOL } from './meeting.ts'
import { ACCEPT, HELLO, NONCE, reject } from './raw-peer.ts'
import type { Handshake, Outcome, Role } from '../../src/handshake/handshake.ts'

const ROLES: Role[] = ['initiator', 'responder']
const ACCEPTED = { kind: 'accepted', hello: '010203' }

test.each(ROLES)('as %s: HELLO is sent without waiting for the other', async (role) => {
  const { peer, outcomes } = await meet({ role })
  expect(peer.words).toEqual(['hello'])
  expect(peer.hello).toMatchObject({ payload: new Uint8Array([9]), intent: 'promote' })
  expect(outcomes).toEqual([])
})

test.each(ROLES)('as %s: a peer that says everything after us is accepted', async (role) => {
  const meeting = await meet({ role })
  meeting.peer.say(HELLO)
  await settled()
  expect(meeting.peer.words).toEqual(['hello', 'accept'])
  expect(meeting.exchange.acceptSent).toBe(true)
  expect(meeting.outcomes).toEqual([])
  meeting.peer.say(ACCEPT)
  await settled()
  expect(only(meeting)).toEqual(ACCEPTED)
  await meeting.peer.fin()
  await expectNothingLeft(meeting)
  expect(meeting.peer.finished).toBe(true)
})

test.each(ROLES)('as %s: a peer that said HELLO before we were there is accepted', async (role) => {
  const meeting = await meet({ role, before: (peer) => peer.say(HELLO) })
  expect(meeting.peer.words).toEqual(['hello', 'accept'])
  meeting.peer.say(ACCEPT)
  await settled()
  expect(only(meeting)).toEqual(ACCEPTED)
  await expectNothingLeft(meeting)
})

test.each(ROLES)('as %s: a peer that accepts before we have checked waits for us', async (role) => {
  const { promise, resolve } = Promise.withResolvers<string>()
  const meeting = await meet({ role, handshake: { ...EASY, verify: () => promise } })
  meeting.peer.say(HELLO, ACCEPT)
  await settled()
  expect(meeting.peer.words).toEqual(['hello'])
  expect(meeting.outcomes).toEqual([])
  resolve('checked')
  await settled()
  expect(meeting.peer.words).toEqual(['hello', 'accept'])
  expect(only(meeting)).toEqual({ kind: 'accepted', hello: 'checked' })
  await expectNothingLeft(meeting)
})

test('a peer that accepts and closes its end at once is accepted', async () => {
  const { promise, resolve } = Promise.withResolvers<string>()
  const meeting = await meet({ handshake: { ...EASY, verify: () => promise } })
  meeting.peer.say(HELLO, ACCEPT)
  await meeting.peer.fin()
  await settled()
  meeting.clock.advance(LINGER)
  expect(meeting.outcomes).toEqual([])
  resolve('checked')
  await settled()
  expect(only(meeting)).toEqual({ kind: 'accepted', hello: 'checked' })
  await expectNothingLeft(meeting)
})

test('one byte at a time makes no difference', async () => {
  const meeting = await meet({ chunk: 1 })
  meeting.peer.say(HELLO, ACCEPT)
  await settled()
  expect(only(meeting)).toEqual(ACCEPTED)
  await expectNothingLeft(meeting)
})

test('authorized is reported within the message event that brings ACCEPT', async () => {
  const meeting = await meet()
  meeting.peer.say(HELLO)
  await settled()
  meeting.link.local.onData(new Uint8Array([0, 2, 0x1a, 0]))
  expect(only(meeting)).toEqual(ACCEPTED)
})

test('authorized is reported before the call that sends ACCEPT is over, if theirs is there', async () => {
  const { promise, resolve } = Promise.withResolvers<string>()
  const meeting = await meet({ handshake: { ...EASY, verify: () => promise } })
  meeting.peer.say(HELLO, ACCEPT)
  await settled()
  const reports: number[] = []
  const { local } = meeting.link
  const send = local.send.bind(local)
  local.send = (data) => {
    queueMicrotask(() => reports.push(meeting.outcomes.length))
    return send(data)
  }
  resolve('checked')
  await settled()
  expect(reports).toEqual([1])
  expect(only(meeting)).toEqual({ kind: 'accepted', hello: 'checked' })
})

test('two exchanges authorize each other, whoever starts first', async () => {
  for (const first of ROLES) {
    const { local, remote } = link()
    const clock = new ManualClock()
    const outcomes: Array<[Role, Outcome<string>]> = []
    const make = (role: Role) =>
      new Exchange({
        line: streamLine(role === 'initiator' ? local : remote, clock),
        role,
        peerId: role === 'initiator' ? BOB : ALICE,
        self: role === 'initiator' ? ALICE : BOB,
        protocol: PROTOCOL,
        handshake: EASY,
        clock,
        verifyTimeout: 3_000,
        turns: new Turns(1),
        onOutcome: (outcome) => outcomes.push([role, outcome]),
        onFault: (source, error) => expect.unreachable(`${source}: ${String(error)}`)
      })
    const exchanges = { initiator: make('initiator'), responder: make('responder') }
    exchanges[first].start()
    await settled()
    for (const role of ROLES) if (role !== first) exchanges[role].start()
    await Promise.all([exchanges.initiator.done, exchanges.responder.done])
    const accepted = { kind: 'accepted', hello: '09' }
    expect(Object.fromEntries(outcomes)).toEqual({ initiator: accepted, responder: accepted })
    expect([local.status, remote.status]).toEqual(['closed', 'closed'])
    expect([local.listeners, remote.listeners, clock.pending]).toEqual([0, 0, 0])
  }
})

test('every exchange has a nonce of its own, of 32 bytes', async () => {
  const nonces = await Promise.all([meet(), meet()].map(async (it) => (await it).peer.hello.nonce))
  expect(nonces.map((nonce) => nonce.byteLength)).toEqual([32, 32])
  expect(nonces[0]).not.toEqual(nonces[1])
})

test('the application is told the peer, our role and nothing of the message but its payload', async () => {
  const told: unknown[] = []
  const handshake: Handshake<string> = {
    hello: (context) => {
      told.push(['hello', context.peerId, context.role])
      return new Uint8Array([9])
    },
    verify: (payload, context) => {
      told.push(['verify', context.peerId, context.role, [...payload]])
      return ''
    }
  }
  const meeting = await meet({ role: 'responder', handshake })
  meeting.peer.say(HELLO, ACCEPT)
  await settled()
  expect(told).toEqual([
    ['hello', BOB, 'responder'],
    ['verify', BOB, 'responder', [1, 2, 3]]
  ])
})

test('REJECT of the peer is reported with its word and its time', async () => {
  for (const [before, words] of [
    [[], ['hello']],
    [[HELLO], ['hello', 'accept']]
  ] as const) {
    const meeting = await meet()
    meeting.peer.say(...before, reject(3, 300))
    await settled()
    expect(only(meeting)).toEqual({
      kind: 'refused',
      reason: 'too-many-peers',
      by: 'remote',
      retryAfter: 300,
      acceptSent: before.length > 0
    })
    expect(meeting.peer.words).toEqual(words)
    expect(meeting.peer.finished).toBe(true)
    await expectNothingLeft(meeting)
  }
})

test('a code of a later version is a plain refusal', async () => {
  const meeting = await meet()
  meeting.peer.say(HELLO, reject(4_000_000_000))
  await settled()
  expect(only(meeting)).toMatchObject({ reason: 'refused', by: 'remote', retryAfter: 0 })
})

test('after REJECT came, nothing is sent and nothing is heard', async () => {
  const { promise, resolve } = Promise.withResolvers<string>()
  const meeting = await meet({ handshake: { ...EASY, verify: () => promise } })
  meeting.peer.say(HELLO, reject(10), ACCEPT)
  resolve('too late')
  await settled()
  meeting.peer.say(ACCEPT)
  await settled()
  expect(only(meeting)).toMatchObject({ reason: 'refused', by: 'remote' })
  expect(meeting.peer.words).toEqual(['hello'])
  await expectNothingLeft(meeting)
})

test('our own nonce that comes back is ourselves', async () => {
  const meeting = await meet()
  meeting.peer.say(meeting.peer.hello)
  await settled()
  expect(only(meeting)).toMatchObject({
    reason: 'self',
    by: 'local',
    detail: 'our own nonce came back',
    acceptSent: false
  })
  expect(meeting.peer.heard.slice(1)).toEqual([reject(9)])
  await expectNothingLeft(meeting)
})

test('an echo of everything we say is ourselves', async () => {
  const meeting = await meet()
  meeting.peer.say(...meeting.peer.heard)
  await settled()
  meeting.peer.say(...meeting.peer.heard)
  await settled()
  expect(only(meeting)).toMatchObject({ reason: 'self', by: 'local' })
})

test('a nonce that shares but its beginning with ours is not ours', async () => {
  const meeting = await meet()
  const nonce = meeting.peer.hello.nonce.slice()
  nonce[31] = (nonce[31] ?? 0) ^ 1
  meeting.peer.say({ ...HELLO, nonce }, ACCEPT)
  await settled()
  expect(only(meeting)).toEqual(ACCEPTED)
  expect(nonce).not.toEqual(NONCE)
})

test('a peer that closes its end without a word has yielded', async () => {
  for (const hello of [() => new Uint8Array(1), () => new Promise<never>(() => {})]) {
    const meeting = await meet({ handshake: { ...EASY, hello } })
    await meeting.peer.fin()
    await settled()
    expect(only(meeting)).toEqual({ kind: 'yielded' })
    expect(meeting.peer.finished).toBe(true)
    expect(meeting.peer.words).not.toContain('reject')
    await expectNothingLeft(meeting)
  }
})

test('a peer that had yielded before we were there has yielded', async () => {
  const meeting = await meet({ before: (peer) => peer.fin() })
  expect(only(meeting)).toEqual({ kind: 'yielded' })
  await expectNothingLeft(meeting)
})
