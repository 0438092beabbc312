import type { Transport } from '@libp2p/interface'

/**
 * Transports whose connections are encrypted before libp2p sees them: no encrypter is asked. By the names
 * that they give themselves; that of @chainsafe/libp2p-quic is `quic`.
 */
const OWN_ENCRYPTION: ReadonlySet<string> = new Set([
  '@libp2p/webrtc',
  '@libp2p/webrtc-direct',
  '@libp2p/webtransport',
  'quic'
])

/** Names of those transports over which no handshake can run in the secure channel. */
export function transportsWithOwnEncryption(transports: readonly Transport[]): string[] {
  return transports
    .map((transport) => transport[Symbol.toStringTag])
    .filter((name) => OWN_ENCRYPTION.has(name))
}
