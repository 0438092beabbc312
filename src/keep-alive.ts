import type { PeerId, PeerStore } from '@libp2p/interface'

/** What the tags begin with for which libp2p itself reconnects; the DHT gives one to its closest peers. */
const KEEP_ALIVE = 'keep-alive'

/** Does a part of the node keep the peer alive? To close its connection would only have it dialed again. */
export async function isKeptAlive(
  peerStore: Pick<PeerStore, 'has' | 'get'>,
  peer: PeerId
): Promise<boolean> {
  if (!(await peerStore.has(peer))) return false
  const { tags } = await peerStore.get(peer)
  return [...tags.keys()].some((tag) => tag.startsWith(KEEP_ALIVE))
}
