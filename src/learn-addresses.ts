import type { PeerId, PeerStore } from '@libp2p/interface'
import type { Multiaddr } from '@multiformats/multiaddr'

/**
 * Stores where a peer can be reached. libp2p hides an address an hour after it saw it first, and storing it
 * again changes nothing for as long as the peer's record is kept; so what is hidden is removed first.
 */
export async function learnAddresses(
  peerStore: Pick<PeerStore, 'merge' | 'patch'>,
  peer: PeerId,
  multiaddrs: readonly Multiaddr[]
): Promise<void> {
  if (multiaddrs.length === 0) return
  const { addresses } = await peerStore.merge(peer, { multiaddrs: [...multiaddrs] })
  const known = new Set(addresses.map(({ multiaddr }) => withoutPeer(multiaddr, peer)))
  if (multiaddrs.every((address) => known.has(withoutPeer(address, peer)))) return
  await peerStore.patch(peer, { addresses: [] })
  await peerStore.merge(peer, { addresses, multiaddrs: [...multiaddrs] })
}

/** The address as text, without the peer at its end. */
export function withoutPeer(address: Multiaddr, peer: PeerId): string {
  const text = address.toString()
  const end = `/p2p/${peer.toString()}`
  return text.endsWith(end) ? text.slice(0, -end.length) : text
}
