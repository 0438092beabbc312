/** Every ready-made handshake, as hostile peers are told of it. */
import {
  allOf,
  allowList,
  chainHandshake,
  forkHandshake,
  sharedSecretHandshake,
  signedHandshake,
  versionHandshake
} from '../../src/index.ts'
import type { HandshakeSubject } from '../../src/testing/index.ts'

const CHAIN = { chainId: 7, genesis: '0x1a2b3c' }

const chain = () => chainHandshake(CHAIN)
const otherChain = () => chainHandshake({ ...CHAIN, chainId: 8 })

/** A key that nobody has had before. */
const signed = () => {
  const privateKey = crypto.getRandomValues(new Uint8Array(32))
  return signedHandshake({ key: { type: 'ed25519', privateKey } })
}

const fork = (genesis: string) =>
  forkHandshake({ genesis, forks: [10, 20], head: () => ({ block: 15 }) })

const secret = (byte: number) => sharedSecretHandshake({ secret: new Uint8Array(16).fill(byte) })

/** The ready-made handshake of most users. */
export const CHAIN_SUBJECT: HandshakeSubject = {
  name: 'chainHandshake',
  handshake: chain,
  wrong: otherChain
}

/** One in which both sides prove something. */
export const SIGNED_SUBJECT: HandshakeSubject = {
  name: 'allOf(chainHandshake, signedHandshake)',
  handshake: () => allOf(chain(), signed()),
  wrong: () => allOf(otherChain(), signed())
}

export const OTHER_SUBJECTS: readonly HandshakeSubject[] = [
  { name: 'signedHandshake', handshake: signed },
  {
    name: 'sharedSecretHandshake',
    handshake: () => secret(1),
    wrong: () => secret(2)
  },
  {
    name: 'allowList',
    handshake: ({ welcome }) => allowList(welcome),
    wrong: ({ welcome }) => allowList(welcome)
  },
  {
    name: 'forkHandshake',
    handshake: () => fork('0x1a2b3c'),
    wrong: () => fork('0x4d5e6f')
  },
  {
    name: 'versionHandshake',
    handshake: () => versionHandshake({ min: 2, max: 3 }),
    wrong: () => versionHandshake({ min: 4, max: 5 })
  },
  {
    name: 'allOf of them all',
    handshake: ({ welcome }) =>
      allOf(
        allowList(welcome),
        chain(),
        versionHandshake({ min: 2, max: 3 }),
        fork('0x1a2b3c'),
        secret(1),
        signed()
      ),
    wrong: ({ welcome }) =>
      allOf(
        allowList(welcome),
        chain(),
        versionHandshake({ min: 2, max: 3 }),
        fork('0x1a2b3c'),
        secret(2),
        signed()
      )
  }
]
