import { isDeepStrictEqual } from 'node:util'
import fc from 'fast-check'
import { allOf, chainHandshake, forkHandshake, versionHandshake } from '../../../src/index.ts'
import { decodeParts, encodeParts } from '../../../src/handshake/parts.ts'
import {
  ChainPart,
  ForkPart,
  KeyPart,
  KeyType,
  VersionPart
} from '../../../src/handshake/wire/parts.js'
import { WIRE_REASONS } from '../../../machines/index.ts'
import { CONTEXT, SIGNED } from './meeting.ts'
import { bytesOf, insist, insistShown } from '../target.ts'
import type { Handshake } from '../../../src/index.ts'
import type { Target } from '../target.ts'

const GENESIS = '0x1a2b3c'

/** Before and after forks by block and by time, and a chain without any. */
const HANDSHAKES: readonly Handshake<object>[] = [
  chainHandshake({ chainId: 7, genesis: GENESIS }),
  versionHandshake({ min: 3, max: 5 }),
  forkHandshake({ genesis: GENESIS, forks: [], head: () => ({ block: 5 }) }),
  forkHandshake({ genesis: GENESIS, forks: [10, 20], head: () => ({ block: 15 }) }),
  forkHandshake({
    genesis: GENESIS,
    forks: [10],
    timeForks: [1_700_000_000, 1_800_000_000],
    head: () => ({ block: 15, time: 1_750_000_000 })
  }),
  SIGNED
]
const ALL = allOf(...HANDSHAKES.slice(0, 3))

/** What the judge of a payload says: a hello, or a word that a peer may be told. */
function judge(one: Handshake<object>, payload: Uint8Array): object | undefined {
  try {
    const hello = one.verify(payload, CONTEXT)
    insist(!(hello instanceof Promise), 'a ready-made verdict takes its time')
    insist(JSON.stringify(hello, plain).length < 1_000, 'a hello that is longer than its payload')
    return hello
  } catch (error) {
    const { name, reason, detail } = error as { name: string; reason: never; detail?: string }
    if (name !== 'HandshakeRefusedError') throw error
    insist(WIRE_REASONS.includes(reason), `refused with ${String(reason)}`)
    insistShown(detail ?? '')
    return undefined
  }
}

const plain = (_: string, value: unknown): unknown =>
  typeof value === 'bigint' ? `${value}` : value

function partsIn(payload: Uint8Array): Map<string, Uint8Array> | undefined {
  try {
    return decodeParts(payload)
  } catch (error) {
    const { name, reason, detail } = error as { name: string; reason: string; detail: string }
    if (name !== 'HandshakeRefusedError' || reason !== 'protocol-violation') throw error
    insistShown(detail)
    return undefined
  }
}

const uint64 = fc.oneof(
  fc.bigInt(0n, 20n),
  fc.constantFrom(7n, 10n, 20n, 1_700_000_000n, 1_750_000_000n, 2n ** 63n, 2n ** 64n - 1n)
)
const uint32 = fc.oneof(fc.nat(8), fc.constantFrom(2 ** 31, 2 ** 32 - 1))
const some = fc.uint8Array({ maxLength: 40 })
const genesis = fc.oneof(fc.constant(Uint8Array.of(0x1a, 0x2b, 0x3c)), some)
const hash = fc.oneof(fc.uint8Array({ minLength: 4, maxLength: 4 }), some)
const keys = fc.constantFrom(KeyType.ED25519, KeyType.SECP256K1)
const part = fc.oneof(
  fc.record({ chainId: uint64, genesis }).map((it) => ['chain', ChainPart.encode(it)] as const),
  fc.record({ hash, next: uint64 }).map((it) => ['fork', ForkPart.encode(it)] as const),
  fc.record({ min: uint32, max: uint32 }).map((it) => ['version', VersionPart.encode(it)] as const),
  fc.record({ type: keys, publicKey: some }).map((it) => ['signed', KeyPart.encode(it)] as const),
  fc.tuple(fc.string({ unit: 'binary', maxLength: 8 }), some)
)

/** Names of few kinds, so that some come twice, and many different ones. */
const names = fc.oneof(
  fc.array(fc.constantFrom('chain', 'x', 'é', '\u001b[2J', '\u202e'), { maxLength: 4 }),
  fc.integer({ min: 14, max: 20 }).map((count) => Array.from({ length: count }, (_, i) => `${i}`))
)

/** What the handshakes would send themselves: a payload that differs by a little from one that passes. */
const OWN = [...HANDSHAKES, ALL].map((one) => one.hello(CONTEXT) as Uint8Array)

/** The payload of a hello, as the ready-made handshakes read it. */
export const payloads: Target = {
  name: 'payloads',
  files: [
    'src/handshake/parts.ts',
    'src/handshake/handshake-part.ts',
    'src/handshake/all-of.ts',
    'src/handshake/chain-handshake.ts',
    'src/handshake/fork-handshake.ts',
    'src/handshake/fork-id.ts',
    'src/handshake/version-handshake.ts',
    'src/handshake/signed-handshake.ts',
    'src/handshake/wire-shape.ts',
    'src/handshake/wire/parts.js'
  ],
  share: 150_000,
  maxLength: 2_048,
  arbitrary: fc.oneof(
    fc.array(part, { maxLength: 20 }).map(encodeParts),
    names.map((all) => encodeParts(all.map((name) => [name, new Uint8Array(2)]))),
    fc.constantFrom(...OWN)
  ),
  tokens: ['chain', 'fork', 'version', 'signed', '\u001b[2J', '\u202e', 'é'].map(bytesOf),
  run(input) {
    const parts = partsIn(input)
    for (const one of HANDSHAKES) judge(one, input)
    const hello = judge(ALL, input)
    if (hello !== undefined) {
      const [chain, version] = HANDSHAKES.map((one) => judge(one, input))
      insist(chain !== undefined && version !== undefined, 'all of them pass, one does not')
    }
    if (parts === undefined) return
    insist(parts.size <= 16, 'more than 16 parts')
    insist(isDeepStrictEqual(decodeParts(encodeParts(parts)), parts), 'other parts the second time')
  }
}
