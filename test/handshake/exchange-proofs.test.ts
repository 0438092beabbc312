import { createHmac } from 'node:crypto'
import { expect, test } from 'vitest'
import { HandshakeRefusedError } from '../../src/errors.ts'
import { transcriptOf } from '../../src/handshake/transcript.ts'
import { Turns } from '../../src/handshake/turns.ts'
import { settled } from '../../src/testing/settled.ts'
import { ALICE, BOB, expectNothingLeft, meet, only, PROTOCOL } from './meeting.ts'
import { ACCEPT, HELLO, proof, reject } from './raw-peer.ts'
import type { Handshake, Role } from '../../src/handshake/handshake.ts'
import type { TranscriptInit } from '../../src/handshake/transcript.ts'
import type { Meeting } from './meeting.ts'

const ROLES: Role[] = ['initiator', 'responder']

function mac(over: Uint8Array, secret = 'secret'): Uint8Array {
  return new Uint8Array(createHmac('sha256', secret).update(over).digest())
}

const PLAIN: Handshake<string> = {
  hello: () => new Uint8Array([9]),
  verify: () => 'checked'
}

// a shared secret: what a proof is in its simplest form
const PROVING: Handshake<string> = { ...PLAIN, prove: (over) => mac(over) }
const ASKING: Handshake<string> = {
  ...PLAIN,
  verifyProof: (bytes, over) => {
    if (Buffer.compare(bytes, mac(over)) !== 0) {
      throw new HandshakeRefusedError('authentication-failed')
    }
  }
}
const SECRET: Handshake<string> = { ...PROVING, ...ASKING }

/** What a proof of the given side's speaks of, as the peer sees it. */
function transcript({ peer }: Meeting, ours: Role, prover: Role): TranscriptInit {
  const we = { peerId: ALICE, nonce: peer.hello.nonce, payload: new Uint8Array([9]) }
  const they = { peerId: BOB, nonce: HELLO.nonce, payload: HELLO.payload }
  return ours === 'initiator'
    ? { protocol: PROTOCOL, prover, initiator: we, responder: they }
    : { protocol: PROTOCOL, prover, initiator: they, responder: we }
}

function other(role: Role): Role {
  return role === 'initiator' ? 'responder' : 'initiator'
}

test.each(ROLES)(
  'as %s: both prove, each over the transcript with itself as the prover',
  async (role) => {
    const meeting = await meet({ role, handshake: SECRET })
    meeting.peer.say(HELLO)
    await settled()
    expect(meeting.peer.heard.slice(1)).toEqual([
      { type: 'proof', proof: mac(transcriptOf(transcript(meeting, role, role))) }
    ])
    meeting.peer.say({
      type: 'proof',
      proof: mac(transcriptOf(transcript(meeting, role, other(role))))
    })
    await settled()
    expect(meeting.peer.words).toEqual(['hello', 'proof', 'accept'])
    meeting.peer.say(ACCEPT)
    await settled()
    expect(only(meeting)).toEqual({ kind: 'accepted', hello: 'checked' })
    await expectNothingLeft(meeting)
  }
)

// Each differs from the right transcript in one item: a proof made for it was made for another peer,
// another exchange, another network, or the other direction.
const WRONG: Array<[string, (right: TranscriptInit) => TranscriptInit]> = [
  ['our own proof, sent back', (it) => ({ ...it, prover: other(it.prover) })],
  ['another protocol', (it) => ({ ...it, protocol: '/other/peer-lifecycle/1.0.0' })],
  ['swapped roles', (it) => ({ ...it, initiator: it.responder, responder: it.initiator })],
  ['another initiator', (it) => ({ ...it, initiator: { ...it.initiator, peerId: BOB } })],
  ['another responder', (it) => ({ ...it, responder: { ...it.responder, peerId: ALICE } })],
  [
    'an old nonce of ours',
    (it) => ({ ...it, initiator: { ...it.initiator, nonce: new Uint8Array(32) } })
  ],
  [
    'an old nonce of theirs',
    (it) => ({ ...it, responder: { ...it.responder, nonce: new Uint8Array(32) } })
  ],
  [
    'another payload of ours',
    (it) => ({ ...it, initiator: { ...it.initiator, payload: new Uint8Array(1) } })
  ],
  [
    'another payload of theirs',
    (it) => ({ ...it, responder: { ...it.responder, payload: new Uint8Array(1) } })
  ]
]

test.each(WRONG)('a proof for %s is no proof', async (_, change) => {
  const meeting = await meet({ handshake: SECRET })
  const wrong = change(transcript(meeting, 'initiator', 'responder'))
  meeting.peer.say(HELLO, { type: 'proof', proof: mac(transcriptOf(wrong)) }, ACCEPT)
  await settled()
  expect(only(meeting)).toMatchObject({
    reason: 'authentication-failed',
    by: 'local',
    acceptSent: false
  })
  expect(meeting.peer.heard.at(-1)).toEqual(reject(4))
  await expectNothingLeft(meeting)
})

test('a proof under another secret, and an empty one, are none', async () => {
  for (const bytes of [(it: Uint8Array) => mac(it, 'guess'), () => new Uint8Array(0)]) {
    const meeting = await meet({ handshake: SECRET })
    const right = transcriptOf(transcript(meeting, 'initiator', 'responder'))
    meeting.peer.say(HELLO, { type: 'proof', proof: bytes(right) })
    await settled()
    expect(only(meeting)).toMatchObject({ reason: 'authentication-failed', by: 'local' })
  }
})

test('a peer that accepts without a proof is refused at its ACCEPT', async () => {
  const meeting = await meet({ handshake: SECRET })
  meeting.peer.say(HELLO)
  await settled()
  expect(meeting.outcomes).toEqual([])
  meeting.peer.say(ACCEPT)
  await settled()
  expect(only(meeting)).toMatchObject({
    reason: 'authentication-failed',
    by: 'local',
    detail: 'no proof'
  })
  expect(meeting.peer.heard.at(-1)).toEqual(reject(4))
  await expectNothingLeft(meeting)
})

test('the word for the deadline says who is owed a proof', async () => {
  const meeting = await meet({ handshake: SECRET })
  expect(meeting.exchange.overdue).toBe('timeout')
  meeting.peer.say(HELLO)
  await settled()
  expect(meeting.exchange.overdue).toBe('authentication-failed')
  meeting.peer.say(proof(1))
  await settled()
  expect(meeting.exchange.overdue).toBe('timeout')

  const unheard = await meet({ handshake: { ...SECRET, hello: () => new Promise(() => {}) } })
  unheard.peer.say(HELLO)
  await settled()
  expect(unheard.exchange.overdue).toBe('timeout')

  const unasked = await meet({ handshake: { ...PLAIN, verify: () => new Promise(() => {}) } })
  unasked.peer.say(HELLO)
  await settled()
  expect(unasked.exchange.overdue).toBe('timeout')
})

test('a proof that is not asked for is read past, one of them', async () => {
  const meeting = await meet({ handshake: PROVING })
  meeting.peer.say(HELLO, proof(1, 2, 3), ACCEPT)
  await settled()
  expect(meeting.peer.words).toEqual(['hello', 'proof', 'accept'])
  expect(only(meeting)).toMatchObject({ kind: 'accepted' })

  const twice = await meet({ handshake: PROVING })
  twice.peer.say(HELLO, proof(1), proof(1))
  await settled()
  expect(only(twice)).toMatchObject({ reason: 'protocol-violation' })
})

test('whoever asks for a proof need not give one', async () => {
  const meeting = await meet({ handshake: ASKING })
  const right = transcriptOf(transcript(meeting, 'initiator', 'responder'))
  meeting.peer.say(HELLO, { type: 'proof', proof: mac(right) }, ACCEPT)
  await settled()
  expect(meeting.peer.words).toEqual(['hello', 'accept'])
  expect(only(meeting)).toMatchObject({ kind: 'accepted' })
})

test('a proof that comes before the payload is judged waits, and is judged after it', async () => {
  const order: string[] = []
  const { promise, resolve } = Promise.withResolvers<string>()
  const meeting = await meet({
    handshake: {
      ...SECRET,
      verify: async () => {
        const hello = await promise
        order.push('verify')
        return hello
      },
      verifyProof: (_bytes, _transcript, hello) => {
        order.push(`verifyProof of ${hello}`)
      }
    }
  })
  meeting.peer.say(HELLO, proof(1), ACCEPT)
  await settled()
  expect(order).toEqual([])
  resolve('bob')
  await settled()
  expect(order).toEqual(['verify', 'verifyProof of bob'])
  expect(only(meeting)).toEqual({ kind: 'accepted', hello: 'bob' })
})

test('a proof is not judged after the payload was refused', async () => {
  const judged: unknown[] = []
  const meeting = await meet({
    handshake: {
      ...SECRET,
      verify: () => Promise.reject(new HandshakeRefusedError('incompatible')),
      verifyProof: (...args) => void judged.push(args)
    }
  })
  meeting.peer.say(HELLO, proof(1), ACCEPT)
  await settled()
  expect(only(meeting)).toMatchObject({ reason: 'incompatible' })
  expect(judged).toEqual([])
})

test('a proof that comes before we have said HELLO is judged when we have', async () => {
  const { promise, resolve } = Promise.withResolvers<Uint8Array>()
  const judged: number[] = []
  const meeting = await meet({
    handshake: {
      ...SECRET,
      hello: () => promise,
      verifyProof: (bytes, over) => void judged.push(bytes[0] ?? 0, over.at(-4) ?? 0)
    }
  })
  meeting.peer.say(HELLO, proof(1))
  await settled()
  expect(judged).toEqual([])
  resolve(new Uint8Array([9]))
  await settled()
  // the responder's payload ends the transcript: 0, 3, 1, 2, 3
  expect(judged).toEqual([1, 3])
  expect(meeting.peer.words).toEqual(['hello', 'proof', 'accept'])
})

test('ACCEPT waits for our own proof to be sent', async () => {
  const { promise, resolve } = Promise.withResolvers<Uint8Array>()
  const meeting = await meet({ handshake: { ...PLAIN, prove: () => promise } })
  meeting.peer.say(HELLO, ACCEPT)
  await settled()
  expect(meeting.peer.words).toEqual(['hello'])
  resolve(new Uint8Array([8]))
  await settled()
  expect(meeting.peer.words).toEqual(['hello', 'proof', 'accept'])
  expect(only(meeting)).toMatchObject({ kind: 'accepted' })
})

test.each(ROLES)('as %s: nothing is signed for a peer whose payload is refused', async (role) => {
  let signed = 0
  const handshake: Handshake<string> = {
    hello: () => new Uint8Array([9]),
    verify: async () => {
      await Promise.resolve()
      throw new HandshakeRefusedError('incompatible')
    },
    prove: (over) => {
      signed++
      return mac(over)
    },
    verifyProof: () => expect.unreachable()
  }
  const meeting = await meet({ role, handshake })
  meeting.peer.say(HELLO, proof(1))
  await settled()
  expect(only(meeting)).toMatchObject({ kind: 'refused', reason: 'incompatible', by: 'local' })
  expect(signed).toBe(0)
})

test('proofs of all handshakes wait for their turn, and a handshake that ends gives its turn back', async () => {
  const turns = new Turns(1)
  const checking: Array<() => void> = []
  const handshake: Handshake<string> = {
    ...PLAIN,
    verifyProof: () => new Promise<void>((resolve) => checking.push(resolve))
  }
  const meetings = await Promise.all([1, 2, 3].map(() => meet({ handshake, turns })))
  for (const { peer } of meetings) peer.say(HELLO, proof(1))
  await settled()
  expect(checking).toHaveLength(1)

  // the first is aborted, the second has its answer, the third never comes to it
  meetings[0]?.exchange.abort('timeout')
  await settled()
  expect(checking).toHaveLength(2)
  meetings[2]?.exchange.abort('timeout')
  checking[1]?.()
  await settled()
  expect(checking).toHaveLength(2)
  expect(meetings[1]?.peer.words).toContain('accept')

  const next = await meet({ handshake, turns })
  next.peer.say(HELLO, proof(1))
  await settled()
  expect(checking).toHaveLength(3)
})
