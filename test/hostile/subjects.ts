import { allOf, chainHandshake, signedHandshake } from '../../src/index.ts'
import type { HandshakeSubject } from '../../src/testing/hostile/lifecycle-subject.ts'

const CHAIN = { chainId: 7, genesis: '0x1a2b3c' }

const chain = () => chainHandshake(CHAIN)
const otherChain = () => chainHandshake({ ...CHAIN, chainId: 8 })

const key = () => ({
  type: 'ed25519' as const,
  privateKey: crypto.getRandomValues(new Uint8Array(32))
})

/** The ready-made handshake of most users. */
export const CHAIN_SUBJECT: HandshakeSubject = {
  name: 'chainHandshake',
  handshake: chain,
  wrong: otherChain
}

/** One in which both sides prove something. */
export const SIGNED_SUBJECT: HandshakeSubject = {
  name: 'allOf(chainHandshake, signedHandshake)',
  handshake: () => allOf(chain(), signedHandshake({ key: key() })),
  wrong: () => allOf(otherChain(), signedHandshake({ key: key() }))
}
