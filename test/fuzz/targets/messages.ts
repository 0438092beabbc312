import { isDeepStrictEqual } from 'node:util'
import fc from 'fast-check'
import { HEADER_LENGTH } from '../../../src/handshake/constants.ts'
import { decodeMessage, encodeMessage, readMessage } from '../../../src/handshake/messages.ts'
import { fieldsOf } from '../../../src/handshake/wire-shape.ts'
import { allowing, insist, insistShown } from '../target.ts'
import type { Message } from '../../../src/handshake/messages.ts'
import type { Target } from '../target.ts'

const bytes = (maxLength: number): fc.Arbitrary<Uint8Array> =>
  fc.oneof(
    { arbitrary: fc.uint8Array({ maxLength: 40 }), weight: 20 },
    fc
      .constantFrom(maxLength - 1, maxLength, maxLength + 1)
      .map((length) => new Uint8Array(length).fill(7))
  )
const uint32 = fc.oneof(fc.nat(20), fc.integer({ min: 0, max: 2 ** 32 - 1 }))
const farewell = { code: uint32, retryAfter: uint32 }
const nonce = fc.oneof(
  { arbitrary: fc.uint8Array({ minLength: 32, maxLength: 32 }), weight: 20 },
  fc.uint8Array({ minLength: 31, maxLength: 33 })
)

const message: fc.Arbitrary<Message> = fc.oneof(
  fc.record({
    type: fc.constant('hello' as const),
    nonce,
    payload: bytes(2_048),
    intent: fc.constantFrom('promote' as const, 'visit' as const)
  }),
  fc.record({ type: fc.constant('proof' as const), proof: bytes(1_024) }),
  fc.constant({ type: 'accept' as const }),
  fc.record({ type: fc.constant('reject' as const), ...farewell }),
  fc.record({ type: fc.constant('update' as const), payload: bytes(2_048) }),
  fc.record({ type: fc.constant('goodbye' as const), ...farewell })
)

const bodyOf = (it: Message): Uint8Array => encodeMessage(it).subarray(HEADER_LENGTH)

/** Fields that no version of ours knows: whoever comes after us may send them. */
const UNKNOWN = [0x78, 0x05, 0x7a, 0x02, 0x68, 0x69, 0x7d, 1, 2, 3, 4, 0x79, 1, 2, 3, 4, 5, 6, 7, 8]

function insistBounds(it: Message): void {
  if (it.type === 'hello') insist(it.nonce.byteLength === 32, 'a nonce of another length')
  if (it.type === 'hello' || it.type === 'update') {
    insist(it.payload.byteLength <= 2_048, 'a payload that is too long')
  }
  if (it.type === 'proof') insist(it.proof.byteLength <= 1_024, 'a proof that is too long')
  if (it.type === 'reject' || it.type === 'goodbye') {
    for (const number of [it.code, it.retryAfter]) {
      const isUint32 = Number.isInteger(number) && number >= 0 && number < 2 ** 32
      insist(isUint32, `${number} is no unsigned number of 32 bits`)
    }
  }
}

/** Fields follow one another without a gap, from the first byte to the last. */
function insistWhole(input: Uint8Array): void {
  let end = 0
  for (const field of fieldsOf(input)) {
    insist(field.start > end, 'fields overlap')
    insist(field.end >= field.start && field.end <= input.byteLength, 'a field beyond the end')
    end = field.end
  }
  insist(end === input.byteLength, 'fields do not reach to the end')
}

/** The body of one frame. */
export const messages: Target = {
  name: 'messages',
  files: [
    'src/handshake/messages.ts',
    'src/handshake/wire-shape.ts',
    'src/handshake/wire/lifecycle.js'
  ],
  share: 200_000,
  maxLength: 4_096,
  arbitrary: message.map(bodyOf),
  tokens: [
    [0x0a, 0x00],
    [0x0a, 0x80, 0x00],
    [0x12, 0x02],
    [0x1a, 0x00],
    [0x22, 0x02, 0x08, 0x01],
    [0x32, 0x00],
    [0xff, 0xff, 0xff, 0xff, 0x0f],
    [0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01],
    [0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x01],
    UNKNOWN
  ].map((it) => Uint8Array.from(it)),
  run(input) {
    const decoded = allowing(['MalformedError'], () => decodeMessage(input))
    const read = readMessage(input)
    if (decoded === undefined) {
      insist(read.type === 'malformed', 'malformed for one reader only')
      return insistShown(read.detail)
    }
    insist(isDeepStrictEqual(read, decoded), 'two readers read two messages')
    insistBounds(decoded)
    insistWhole(input)
    const again = bodyOf(decoded)
    insist(isDeepStrictEqual(decodeMessage(again), decoded), 'not the same when it is sent on')
    const extended = decodeMessage(Uint8Array.from([...input, ...UNKNOWN]))
    insist(isDeepStrictEqual(extended, decoded), 'unknown fields are not ignored')
  }
}
