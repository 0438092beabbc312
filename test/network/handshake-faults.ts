import {
  allOf,
  allowList,
  chainHandshake,
  forkHandshake,
  sharedSecretHandshake,
  signedHandshake,
  versionHandshake
} from '../../src/index.ts'
import { CHAIN, OTHER_CHAIN } from './nodes.ts'
import { RawLine } from './raw-line.ts'
import type { AllowList, Handshake } from '../../src/index.ts'
import type { Message } from '../../src/handshake/messages.ts'
import type { ManualClock } from '../../src/testing/manual-clock.ts'
import type { Voice } from './voice.ts'

/** What a peer that differs in one thing differs in. */
interface Difference {
  readonly chain?: typeof CHAIN
  readonly forks?: readonly number[]
  readonly version?: { readonly min: number; readonly max: number }
  readonly secret?: Uint8Array
  readonly privateKey?: Uint8Array
}

const SECRET = new Uint8Array(32).fill(3)
const PRIVATE_KEY = new Uint8Array(32).fill(5)
const ANOTHER_KEY = new Uint8Array(32).fill(6)

/** Every ready-made handshake in one: chain, fork, version, list, secret and signature. */
export function house(members: AllowList, difference: Difference = {}): Handshake<object> {
  const { chain = CHAIN, forks = [10, 20], version = { min: 2, max: 3 } } = difference
  return allOf(
    chainHandshake(chain),
    forkHandshake({ genesis: CHAIN.genesis, forks, head: () => ({ block: 30 }) }),
    versionHandshake(version),
    members,
    sharedSecretHandshake({ secret: difference.secret ?? SECRET }),
    signedHandshake({ key: { type: 'ed25519', privateKey: difference.privateKey ?? PRIVATE_KEY } })
  )
}

// a peer that has nothing against us: so it is always the other side that says no
const lenient = (handshake: Handshake<object>): Handshake<object> => ({
  ...handshake,
  verify: () => ({}),
  verifyProof: () => {}
})

/** The handshake of a peer with this fault; undefined if this library cannot commit it. */
export function faultyHouse(fault: string): Handshake<object> | undefined {
  const differences: Record<string, Difference> = {
    'right chain': {},
    'wrong chain': { chain: OTHER_CHAIN },
    'wrong fork': { forks: [10, 21] },
    'old version': { version: { min: 0, max: 1 } },
    'not on the list': {},
    'wrong secret': { secret: new Uint8Array(32).fill(4) }
  }
  const difference = differences[fault]
  return difference === undefined ? undefined : lenient(house(allowList(), difference))
}

/** What an act needs beside its line. */
export interface Stage {
  readonly voice: Voice
  /** The clock of the other side. */
  readonly clock: ManualClock
  /** What the same peer has said in an earlier handshake, which was a good one. */
  readonly earlier: readonly Message[]
  /** The same handshake, held with the peer that it is to be passed on to. */
  readonly elsewhere: RawLine | undefined
}

/** What a peer with this fault does on a line. */
export const ACTS: Readonly<Record<string, (line: RawLine, stage: Stage) => Promise<void>>> = {
  'forged signature': async (line, { voice }) => {
    const hello = await voice.hello()
    line.say(hello)
    // the right secret, and over what was said a signature, which is another key's
    const impostor = house(allowList(), { privateKey: ANOTHER_KEY })
    line.say(await voice.proof(hello, await line.hearHello(), impostor), { type: 'accept' })
  },

  replayed: async (line, { earlier }) => {
    line.say(...earlier)
  },

  relayed: async (line, { elsewhere }) => {
    if (elsewhere === undefined) throw new Error('Expected somebody to relay to')
    RawLine.join(line, elsewhere)
  },

  'reflected nonce': async (line) => {
    line.say(await line.hearHello())
  },

  'reflected proof': async (line, { voice }) => {
    // what the other side says, under a nonce of our own: so it gets as far as our proof
    const theirs = await line.hearHello()
    const { nonce } = await voice.hello()
    line.say({ ...theirs, nonce })
    const proof = await line.hear()
    if (proof.type !== 'proof') throw new Error(`Heard ${proof.type} instead of proof`)
    line.say(proof, { type: 'accept' })
  },

  silent: async (line, { clock }) => {
    await line.hearHello()
    clock.advance(4_999)
    clock.advance(1)
  },

  garbage: async (line) => {
    line.write(new Uint8Array([0, 32, ...new Uint8Array(32).fill(0xff)]))
  }
}
