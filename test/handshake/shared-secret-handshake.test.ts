/** The proof of a shared secret: what it is, what it is not, and that nobody sees the secret. */
import { createHmac } from 'node:crypto'
import { inspect } from 'node:util'
import { expect, test } from 'vitest'
import { encodeParts } from '../../src/handshake/parts.ts'
import { sharedSecretHandshake } from '../../src/handshake/shared-secret-handshake.ts'
import { transcriptOf } from '../../src/handshake/transcript.ts'
import { JUDGING, meetingOf, proofOf } from './two-sides.ts'
import type { SharedSecretHandshakeInit } from '../../src/handshake/shared-secret-handshake.ts'

const SECRET = new Uint8Array(32).map((_, i) => i)
const HEX = `0x${Buffer.from(SECRET).toString('hex')}`
const OURS = sharedSecretHandshake({ secret: SECRET })

test('the proof is the HMAC-SHA-256 of the transcript, in a part of the name "secret"', async () => {
  const { init } = await meetingOf(OURS, OURS)
  const transcript = transcriptOf({ ...init, prover: 'responder' })
  const mac = new Uint8Array(createHmac('sha256', SECRET).update(transcript).digest())
  expect(await proofOf(OURS, transcript)).toEqual(encodeParts([['secret', mac]]))
  expect(
    OURS.verifyProof?.(encodeParts([['secret', mac]]), transcript, {}, JUDGING)
  ).toBeUndefined()
})

test('nothing is said of it in the payload, and nothing in the hello', () => {
  expect(OURS.parts).toEqual(['secret'])
  expect(OURS.hello(JUDGING)).toEqual(new Uint8Array(0))
  expect(OURS.verify(new Uint8Array(0), JUDGING)).toEqual({})
  const claimed = encodeParts([['secret', new Uint8Array(32)]])
  expect(OURS.verify(claimed, JUDGING)).toEqual({})
})

test.each<[string, SharedSecretHandshakeInit['secret']]>([
  ['text', HEX],
  ['text in capitals', HEX.toUpperCase().replace('0X', '0x')],
  ['a Buffer', Buffer.from(SECRET)]
])('the secret may be %s', async (_, secret) => {
  const transcript = new Uint8Array([1, 2, 3])
  const same = sharedSecretHandshake({ secret })
  expect(await proofOf(same, transcript)).toEqual(await proofOf(OURS, transcript))
})

test('the secret may be of any length from 16 bytes, and is our own copy', async () => {
  const transcript = new Uint8Array([1, 2, 3])
  for (const length of [16, 64, 65, 5_000]) {
    const secret = new Uint8Array(length).fill(7)
    const handshake = sharedSecretHandshake({ secret })
    const mac = new Uint8Array(createHmac('sha256', secret).update(transcript).digest())
    secret.fill(0)
    expect(await proofOf(handshake, transcript)).toEqual(encodeParts([['secret', mac]]))
  }
})

test.each<[string, (mac: Uint8Array) => number[]]>([
  ['wrong in its first byte', ([first = 0, ...rest]) => [first ^ 1, ...rest]],
  ['wrong in its last byte', (mac) => [...mac.subarray(0, 31), (mac[31] ?? 0) ^ 0x80]],
  ['right, and longer', (mac) => [...mac, 0]],
  ['right, twice', (mac) => [...mac, ...mac]],
  ['right as far as it goes', (mac) => [...mac.subarray(0, 31)]],
  ['empty', () => []]
])('a proof that is %s is refused', async (_, change) => {
  const transcript = new Uint8Array([1, 2, 3])
  const mac = new Uint8Array(createHmac('sha256', SECRET).update(transcript).digest())
  const proof = encodeParts([['secret', new Uint8Array(change(mac))]])
  expect(() => OURS.verifyProof?.(proof, transcript, {}, JUDGING)).toThrow(
    expect.objectContaining({
      name: 'HandshakeRefusedError',
      reason: 'authentication-failed',
      detail: 'not the proof of our secret'
    })
  )
})

const BYTES = 'secret: expected at least 16 bytes, as 0x and hex digits or a Uint8Array, got'
test.each<[unknown, string]>([
  [{ secret: undefined }, `${BYTES} undefined`],
  [{ secret: '' }, `${BYTES} text of 0 characters`],
  [{ secret: 'correct horse battery staple' }, `${BYTES} text of 28 characters`],
  [{ secret: HEX.slice(2) }, `${BYTES} text of 64 characters`],
  [{ secret: `${HEX}a` }, `${BYTES} text of 67 characters`],
  [{ secret: `0x${'11'.repeat(15)}` }, `${BYTES} text of 32 characters`],
  [{ secret: new Uint8Array(15) }, `${BYTES} 15 bytes`],
  [{ secret: new Uint16Array(32) }, `${BYTES} object`],
  [{ secret: 12345678901234567890n }, `${BYTES} bigint`],
  [{ secret: [...SECRET] }, `${BYTES} object`],
  [{ secret: SECRET, secrets: 1 }, 'Expected one of secret, got the unknown option "secrets"'],
  ['correct horse battery staple', 'Expected an object with secret, got text of 28 characters'],
  [SECRET, 'Expected one of secret, got the unknown option "0"']
])('%# is no secret, and the error does not show it', (init, message) => {
  expect(() => sharedSecretHandshake(init as SharedSecretHandshakeInit)).toThrow(
    expect.objectContaining({ name: 'InvalidOptionsError', message })
  )
})

test('nothing of the handshake shows the secret', () => {
  const shown = inspect(OURS, { depth: 9, showHidden: true }) + JSON.stringify(OURS)
  expect(shown).not.toContain(HEX.slice(2, 20))
  expect(shown).not.toMatch(/Uint8Array/)
  expect(Object.keys(OURS).toSorted()).toEqual(['hello', 'parts', 'prove', 'verify', 'verifyProof'])
})
