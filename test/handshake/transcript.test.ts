import fc from 'fast-check'
import { expect, test } from 'vitest'
import { transcriptOf } from '../../src/handshake/transcript.ts'
import { ALICE, BOB } from './meeting.ts'
import { hex } from './raw-peer.ts'
import type { TranscriptInit } from '../../src/handshake/transcript.ts'

const INIT: TranscriptInit = {
  protocol: '/mychain/peer-lifecycle/1.0.0',
  prover: 'initiator',
  initiator: { peerId: ALICE, nonce: new Uint8Array(32).fill(1), payload: new Uint8Array([0xaa]) },
  responder: {
    peerId: BOB,
    nonce: new Uint8Array(32).fill(2),
    payload: new Uint8Array([0xbb, 0xcc])
  }
}

test('the bytes are those of the protocol page', () => {
  const golden = [
    '0010 706565722d6c6966656379636c652f31', // peer-lifecycle/1
    '001d 2f6d79636861696e2f706565722d6c6966656379636c652f312e302e30', // the protocol id
    '0009 696e69746961746f72', // initiator
    `0026 ${hex(ALICE.toMultihash().bytes)}`, // 38 bytes: identity multihash of an Ed25519 key
    `0026 ${hex(BOB.toMultihash().bytes)}`,
    `0020 ${'01'.repeat(32)}`,
    `0020 ${'02'.repeat(32)}`,
    '0001 aa',
    '0002 bbcc'
  ]
  expect(hex(transcriptOf(INIT))).toBe(golden.join('').replaceAll(' ', ''))
})

test('the peer ids are those of the golden bytes', () => {
  expect(hex(ALICE.toMultihash().bytes)).toMatch(/^002408011220[0-9a-f]{64}$/)
  expect(hex(BOB.toMultihash().bytes)).toMatch(/^002408011220[0-9a-f]{64}$/)
})

test('a responder proves as one', () => {
  const text = new TextDecoder('latin1').decode(transcriptOf({ ...INIT, prover: 'responder' }))
  expect(text).toContain('\u0000\tresponder')
})

test('whatever differs makes other bytes, wherever the borders of its items lie', () => {
  const side = fc.record({
    peerId: fc.constantFrom(ALICE, BOB),
    nonce: fc.uint8Array({ maxLength: 3 }),
    payload: fc.uint8Array({ maxLength: 3 })
  })
  const init = fc.record({
    protocol: fc.constantFrom('/a', '/aa', '/a/b'),
    prover: fc.constantFrom('initiator' as const, 'responder' as const),
    initiator: side,
    responder: side
  })
  fc.assert(
    fc.property(init, init, (a, b) => {
      expect(hex(transcriptOf(a)) === hex(transcriptOf(b))).toBe(told(a) === told(b))
    })
  )
})

test('an item has at most 65,535 bytes', () => {
  const payload = new Uint8Array(65_536)
  expect(() => transcriptOf({ ...INIT, initiator: { ...INIT.initiator, payload } })).toThrow(
    new RangeError('Expected an item of at most 65535 bytes, got 65536')
  )
  const longest = { ...INIT.initiator, payload: payload.subarray(1) }
  expect(transcriptOf({ ...INIT, initiator: longest }).byteLength).toBe(
    transcriptOf(INIT).byteLength - 1 + 65_535
  )
})

// everything a transcript is made of, as text that cannot be misread
function told({ protocol, prover, initiator, responder }: TranscriptInit): string {
  return [initiator, responder]
    .flatMap(({ peerId, nonce, payload }) => [peerId.toString(), hex(nonce), hex(payload)])
    .concat(protocol, prover)
    .join('|')
}
