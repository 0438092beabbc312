import { peerIdFromString } from '@libp2p/peer-id'
import { signedHandshake } from '../../../src/index.ts'
import type { HandshakeContext } from '../../../src/index.ts'

/** Peers that somebody might be. */
export const PEER = '12D3KooWGC6TvWhfapngX6wvJHMYvKpDMXPb3ZnCZ6dMoaMtimQ5'
export const OTHER_PEER = 'QmYyQSo1c1Ym7orWxLYvCrM2EmxFTANf8wXmmE7DWjhx5N'

/** The handshake that whatever is fuzzed is in the middle of. */
export const CONTEXT: HandshakeContext = {
  peerId: peerIdFromString(PEER),
  role: 'responder',
  signal: new AbortController().signal
}

export const SIGNED = signedHandshake({
  key: { type: 'ed25519', privateKey: new Uint8Array(32).fill(1) }
})
