import { KEEP_ALIVE } from '@libp2p/interface'
import type { PeerId, PeerStore } from '@libp2p/interface'

/**
 * Does a part of the node keep the peer alive, as the DHT does its closest peers? libp2p reconnects to whoever
 * has such a tag: to close its connection would only have it dialed again.
 */
export async function isKeptAlive(
  peerStore: Pick<PeerStore, 'has' | 'get'>,
  peer: PeerId
): Promise<boolean> {
  if (!(await peerStore.has(peer))) return false
  const { tags } = await peerStore.get(peer)
  return [...tags.keys()].some((tag) => tag.startsWith(KEEP_ALIVE))
}
