import { getEventListeners } from 'node:events'
import { expect, test } from 'vitest'
import { Exchange } from '../../src/handshake/exchange.ts'
import { streamLine } from '../../src/handshake/line.ts'
import { readRequest } from '../../src/handshake/request.ts'
import { Turns } from '../../src/handshake/turns.ts'
import { ManualClock } from '../../src/testing/manual-clock.ts'
import { cut, link } from './linked-streams.ts'
import { settled } from '../../src/testing/settled.ts'
import { ALICE, BOB, EASY, PROTOCOL } from './meeting.ts'
import { ACCEPT, frame, framed, HELLO, proof, RawPeer, reject } from './raw-peer.ts'
import type { Message } from '../../src/handshake/messages.ts'
import type { Link } from './linked-streams.ts'
import type { Request } from '../../src/handshake/request.ts'

const UPDATE: Message = { type: 'update', payload: new Uint8Array([1, 2]) }
const GOODBYE: Message = { type: 'goodbye', code: 13, retryAfter: 60 }

const REQUESTS: Array<[string, Array<Message | Uint8Array>, Request]> = [
  ['UPDATE', [UPDATE], { kind: 'update', payload: new Uint8Array([1, 2]) }],
  ['GOODBYE', [GOODBYE], { kind: 'goodbye', reason: 'requested', retryAfter: 60 }],
  ['GOODBYE and more', [GOODBYE, UPDATE], { kind: 'goodbye', reason: 'requested', retryAfter: 60 }],
  [
    'GOODBYE with a code of a later version',
    [{ type: 'goodbye', code: 99, retryAfter: 0 }],
    { kind: 'goodbye', reason: 'refused', retryAfter: 0 }
  ],
  ['HELLO', [HELLO], { kind: 'handshake' }],
  ['REJECT', [reject(11)], { kind: 'handshake' }],
  ['PROOF', [proof(1)], { kind: 'violation', detail: 'proof as the first frame' }],
  ['ACCEPT', [ACCEPT], { kind: 'violation', detail: 'accept as the first frame' }],
  [
    'an oversized frame',
    [frame(4_097)],
    { kind: 'violation', detail: 'frame length 4097, expected 1 to 4096' }
  ],
  [
    'an unreadable frame',
    [framed(new Uint8Array([0]))],
    { kind: 'violation', detail: 'field number 0' }
  ]
]

for (const chunk of [1, Infinity]) {
  const arrives = chunk === 1 ? 'byte by byte' : 'at once'
  test.each(REQUESTS)(`%s, ${arrives}`, async (_, said, expected) => {
    const { local, remote } = link(chunk)
    new RawPeer(remote).say(...said)
    const { signal } = new AbortController()
    expect(await readRequest(local, { signal })).toEqual(expected)
    expect(local.status).toBe('open')
    expect(local.listeners).toBe(0)
    expect(getEventListeners(signal, 'abort')).toEqual([])
  })
}

test('a request that arrived with its end before anybody read is read', async () => {
  const { local, remote } = link()
  new RawPeer(remote).say(GOODBYE)
  await remote.close()
  await settled()
  expect(await readRequest(local)).toMatchObject({ kind: 'goodbye' })
})

test('a stream that ends without a word asks for nothing', async () => {
  for (const end of [
    ({ remote }: Link) => void remote.close(),
    ({ remote }: Link) => remote.abort(new Error('reset')),
    cut
  ]) {
    const between = link()
    const request = readRequest(between.local)
    end(between)
    expect(await request).toEqual({ kind: 'ended' })
    expect(between.local.listeners).toBe(0)
  }
})

test('a stream that ends within its first frame is a violation', async () => {
  const { local, remote } = link()
  new RawPeer(remote).say(frame(9))
  await remote.close()
  expect(await readRequest(local)).toEqual({
    kind: 'violation',
    detail: 'the stream ended within a frame'
  })
})

test('only the first word of a handshake is put back', async () => {
  for (const [said, isKept] of [
    [UPDATE, false],
    [GOODBYE, false],
    [HELLO, true],
    [reject(11), true]
  ] as const) {
    const { local, remote } = link()
    new RawPeer(remote).say(said)
    await readRequest(local)
    await settled()
    expect(local.readBufferLength > 0, said.type).toBe(isKept)
  }
})

test('whoever gives up hears nothing, and the stream is free', async () => {
  const controller = new AbortController()
  const { local, remote } = link()
  const request = readRequest(local, { signal: controller.signal })
  controller.abort()
  expect(await request).toEqual({ kind: 'ended' })
  expect(local.listeners).toBe(0)
  expect(await readRequest(local, { signal: controller.signal })).toEqual({ kind: 'ended' })
  new RawPeer(remote).say(UPDATE)
  expect(await readRequest(local)).toMatchObject({ kind: 'update' })
})

test('a handshake that was asked for begins with the HELLO that asked for it', async () => {
  for (const [chunk, fin] of [
    [1, false],
    [1, true],
    [Infinity, false],
    [Infinity, true]
  ] as const) {
    const { local, remote } = link(chunk)
    const peer = new RawPeer(remote)
    peer.say(HELLO, ACCEPT)
    if (fin) await remote.close()
    expect(await readRequest(local)).toEqual({ kind: 'handshake' })
    const outcomes: unknown[] = []
    const clock = new ManualClock()
    const exchange = new Exchange({
      line: streamLine(local, clock),
      role: 'responder',
      peerId: BOB,
      self: ALICE,
      protocol: PROTOCOL,
      handshake: EASY,
      clock,
      verifyTimeout: 3_000,
      turns: new Turns(1),
      onOutcome: (outcome) => outcomes.push(outcome),
      onFault: (source) => expect.unreachable(source)
    })
    exchange.start()
    await settled()
    expect(peer.words).toEqual(['hello', 'accept'])
    expect(outcomes).toEqual([{ kind: 'accepted', hello: '010203' }])
    await remote.close()
    await exchange.done
  }
})
