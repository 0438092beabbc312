import { multiaddr } from '@multiformats/multiaddr'
import { idOf } from '../simulation/scripted-peer.ts'
import type { PeerInfo } from '@libp2p/interface'

/** A peer that somebody speaks of and that is nowhere: its address is nobody's. */
export function ghostPeer(number: number): PeerInfo {
  const [a, b] = [number % 250, Math.floor(number / 250) % 250]
  return { id: idOf(`ghost ${number}`), multiaddrs: [multiaddr(`/ip4/130.${a}.${b}.1/tcp/4001`)] }
}
