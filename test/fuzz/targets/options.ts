import { multiaddr } from '@multiformats/multiaddr'
import { peerIdFromString } from '@libp2p/peer-id'
import fc from 'fast-check'
import { NOTED_REASONS, WIRE_REASONS } from '../../../machines/index.ts'
import {
  allOf,
  allowList,
  chainHandshake,
  DEFAULT_OPTIONS,
  forkHandshake,
  handshakePart,
  peerLifecycle,
  sharedSecretHandshake,
  signedHandshake,
  versionHandshake
} from '../../../src/index.ts'
import { readBanOptions } from '../../../src/ban-options.ts'
import { checkConnectionLimit, readOptions } from '../../../src/read-options.ts'
import { Choices } from '../choices.ts'
import { allowing, insist } from '../target.ts'
import { OTHER_PEER, PEER } from './meeting.ts'
import type { PeerLifecycleInit } from '../../../src/index.ts'
import type { PeerLifecycleOptions } from '../../../src/options.ts'
import type { Target } from '../target.ts'

const HANDSHAKE = chainHandshake({ chainId: 7, genesis: '0x1a2b3c' })

/** Names that options have, and some that they have not. */
const NAMES: readonly [string, ...string[]] = [
  'protocolPrefix',
  'handshake',
  'clock',
  'random',
  ...Object.keys(DEFAULT_OPTIONS),
  ...['admission', 'dialing', 'memory', 'policies'].flatMap((group) =>
    Object.keys(DEFAULT_OPTIONS[group as 'memory'])
  ),
  ...words('local remote connection coolDown base factor cap jitter bans refusesInbound yields'),
  ...words('forgets hello verify prove verifyProof duration ip chainId genesis forks timeForks'),
  ...words('genesisTime head min max key type privateKey publicKey sign secret name missing'),
  ...words('fingerprint __proto__ constructor toString length \u001b[2J'),
  ...NOTED_REASONS,
  ...WIRE_REASONS
]

function words(text: string): string[] {
  return text.split(' ')
}

const TEXTS: readonly [string, ...string[]] = [
  '/mychain',
  '/a/b',
  PEER,
  `/ip4/1.2.3.4/tcp/1/p2p/${OTHER_PEER}`,
  '/p2p/1',
  'auto',
  'always',
  'keep',
  'close',
  'ed25519',
  'secp256k1',
  '0x1a2b3c',
  `0x${'01'.repeat(32)}`,
  '\u001b[2J\u202e',
  'x'.repeat(5_000),
  ''
]

/** Anything that a program might hand over: what is given says nothing of what was meant. */
function valueFrom(choices: Choices, depth: number): unknown {
  switch (choices.below(depth > 0 ? 20 : 16)) {
    case 0:
      return undefined
    case 1:
      return null
    case 2:
      return choices.flag()
    case 3:
      return choices.text(20)
    case 4:
    case 5:
      return choices.of(TEXTS)
    case 6:
      return BigInt(choices.below(65_536)) ** 5n
    case 7:
      return Symbol('\u001b[2J')
    case 8:
      return () => 5
    case 9:
      return peerIdFromString(PEER)
    case 10:
      return multiaddr(`/ip4/1.2.3.4/tcp/1/p2p/${PEER}`)
    case 11:
      return new Uint8Array(choices.below(70)).fill(choices.byte())
    case 12:
      return HANDSHAKE
    case 16:
    case 17:
      return Array.from({ length: choices.below(4) }, () => valueFrom(choices, depth - 1))
    case 18:
    case 19:
      return objectFrom(choices, depth - 1)
    default:
      return choices.number()
  }
}

function objectFrom(choices: Choices, depth: number): Record<string, unknown> {
  const entries = Array.from({ length: choices.below(7) }, () => {
    const name = choices.below(40) === 0 ? choices.text(12) : choices.of(NAMES)
    return [name, valueFrom(choices, depth)]
  })
  return Object.fromEntries(entries) as Record<string, unknown>
}

const READERS: readonly [(init: never) => unknown, ...((init: never) => unknown)[]] = [
  readLifecycle,
  chainHandshake,
  forkHandshake,
  versionHandshake,
  signedHandshake,
  sharedSecretHandshake,
  handshakePart,
  allowList,
  (init: never) => allOf(init, HANDSHAKE as never),
  readBanOptions
]

function readLifecycle(init: PeerLifecycleInit): void {
  const options = readOptions(init)
  insistBounds(options)
  peerLifecycle(init)
  allowing(['InvalidOptionsError'], () => checkConnectionLimit(options, 300))
}

/** What the rest of the house relies on. */
function insistBounds(options: PeerLifecycleOptions): void {
  const { maxPeers, outboundShare, handshakeTimeout, verifyTimeout, maxTracked } = options
  insist(Object.isFrozen(options), 'options that change')
  insist(Number.isSafeInteger(maxPeers) && maxPeers >= 1, `${maxPeers} slots`)
  insist(outboundShare >= 0 && outboundShare <= 1, `a share of ${outboundShare}`)
  insist(verifyTimeout > 0 && verifyTimeout <= handshakeTimeout, `${verifyTimeout} ms to verify`)
  insist(handshakeTimeout < 10_000, `${handshakeTimeout} ms for a handshake`)
  insist(maxTracked >= maxPeers, `${maxTracked} are tracked, ${maxPeers} have slots`)
  const { local, remote } = options.dispositions
  for (const { coolDown } of [...Object.values(local), ...Object.values(remote)]) {
    const { base, cap, factor, jitter } = coolDown
    insist(base >= 0 && base <= cap && factor >= 1 && jitter >= 0 && jitter <= 1, 'a cool-down')
  }
}

/** Whatever an application gives for options: it is taken, or refused by the one error. */
export const options: Target = {
  name: 'options',
  files: [
    'src/read-options.ts',
    'src/option-checks.ts',
    'src/options/admission-options.ts',
    'src/options/dialing-options.ts',
    'src/options/disposition-options.ts',
    'src/options/disposition-rules.ts',
    'src/options/memory-options.ts',
    'src/options/policy-options.ts',
    'src/handshake/option-values.ts',
    'src/handshake/signing-key.ts',
    'src/peer-target.ts'
  ],
  share: 80_000,
  maxLength: 512,
  arbitrary: fc.uint8Array({ maxLength: 160 }),
  run(input) {
    const choices = new Choices(input)
    const read = choices.of(READERS)
    const depth = 4
    const isObject = choices.below(8) > 0
    const given = isObject ? objectFrom(choices, depth) : valueFrom(choices, depth)
    const isComplete = read === readLifecycle && isObject && choices.below(8) > 0
    const init = isComplete
      ? { protocolPrefix: '/mychain', handshake: HANDSHAKE, ...(given as object) }
      : given
    allowing(['InvalidOptionsError'], () => read(init as never))
  }
}
