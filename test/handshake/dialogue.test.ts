/** The last thing that a dialogue says is the last, and what is left of its line is left as it was. */
import { expect, test } from 'vitest'
import { LINGER } from '../../src/handshake/constants.ts'
import { Dialogue } from '../../src/handshake/dialogue.ts'
import { channelLine, streamLine } from '../../src/handshake/line.ts'
import { ManualClock } from '../../src/testing/manual-clock.ts'
import { settled } from '../../src/testing/settled.ts'
import { cut, link } from './linked-streams.ts'
import { ACCEPT, HELLO, RawPeer, reject } from './raw-peer.ts'
import type { Message } from '../../src/handshake/messages.ts'

/** A dialogue that is left to itself: nobody ends it when it has said its last. */
function listen(lineOf = streamLine, onMessage: (dialogue: Dialogue) => void = () => {}) {
  const between = link()
  const peer = new RawPeer(between.remote)
  const clock = new ManualClock()
  const said: string[] = []
  const dialogue = new Dialogue(lineOf(between.local, clock), clock, {
    onMessage: ({ type }) => {
      said.push(type)
      onMessage(dialogue)
    },
    onViolation: (detail) => said.push(`violation: ${detail}`),
    onEnd: (end) => said.push(end)
  })
  dialogue.start()
  return { between, peer, clock, said, dialogue }
}

const UPDATE: Message = { type: 'update', payload: new Uint8Array(1) }

test('a peer that is lost while it is waited for is not judged any more', async () => {
  const { between, peer, clock, said } = listen()
  peer.say(HELLO)
  await peer.fin()
  await settled()
  expect(clock.pending).toBe(1)
  cut(between)
  expect(clock.pending).toBe(0)
  clock.advance(LINGER)
  expect(said).toEqual(['hello', 'lost'])
})

test('a peer that was judged is not lost, too', async () => {
  const { between, peer, clock, said } = listen()
  peer.say(HELLO)
  await peer.fin()
  await settled()
  clock.advance(LINGER)
  cut(between)
  await settled()
  expect(said).toEqual(['hello', 'violation: the stream ended before a verdict'])
})

test.each<[string, Message[], string]>([
  ['asks for what needs an authorization', [UPDATE, HELLO], 'lost'],
  ['says what is not its turn', [ACCEPT, HELLO], 'violation: accept instead of hello or reject']
])('a peer that %s is heard no more', async (_, messages, last) => {
  const { between, peer, said } = listen()
  peer.say(...messages)
  await settled()
  cut(between)
  await settled()
  expect(said).toEqual([last])
})

test('a channel that closes between the ACCEPT of the peer and our own is lost', async () => {
  const { between, peer, said, dialogue } = listen(channelLine)
  peer.say(HELLO, ACCEPT)
  await settled()
  expect(said).toEqual(['hello', 'accept'])
  cut(between)
  expect(said).toEqual(['hello', 'accept', 'lost'])
  dialogue.close()
  await settled()
  expect(between.local.listeners).toBe(0)
})

test('what follows the last word is put back on a channel, and dropped with a stream', async () => {
  for (const [lineOf, isKept] of [
    [channelLine, true],
    [streamLine, false]
  ] as const) {
    const { between, peer, said } = listen(lineOf, (dialogue) => dialogue.close())
    let putBack = 0
    const unshift = between.local.unshift.bind(between.local)
    between.local.unshift = (data) => {
      putBack += data.byteLength
      unshift(data)
    }
    peer.say(reject(1), reject(1))
    await settled()
    expect(said).toEqual(['reject'])
    expect(putBack > 0).toBe(isKept)
  }
})
