import { kadDHT, passthroughMapper } from '@libp2p/kad-dht'
import { multiaddr } from '@multiformats/multiaddr'
import { chainHandshake } from '../../src/index.ts'
import { addressOf, OTHER_CHAIN, ourNode, PREFIX, SOCKETS, stockNode } from '../network/nodes.ts'
import { eventually, failure } from '../network/waiting.ts'
import type { PeerLifecycleInit } from '../../src/index.ts'
import type { OurNode } from '../network/nodes.ts'
import type { PeerId } from '@libp2p/interface'

const DHT = `${PREFIX}/kad/1.0.0`

const withDht = () => ({
  ...SOCKETS,
  services: {
    dht: kadDHT({ protocol: DHT, clientMode: false, peerInfoMapper: passthroughMapper })
  }
})

/** A node on real sockets, with a DHT. */
export async function dhtNode(lifecycle: Partial<PeerLifecycleInit> = {}): Promise<OurNode> {
  return ourNode({ openProtocols: [DHT], ...lifecycle }, withDht())
}

/** A node that has met every kind of peer that there is, and the peers. */
export interface Scene {
  readonly alice: OurNode
  /** Authorized: over a connection of another part of alice's node, over our own, and over the peer's. */
  readonly adopted: PeerId
  readonly dialed: PeerId
  readonly inbound: PeerId
  /** Of another chain. */
  readonly rejected: PeerId
  /** Connected by another part of alice's node, and nobody wants it. */
  readonly unpromoted: PeerId
  readonly banned: PeerId
  /** Nobody listens where it is said to be. */
  readonly unreached: PeerId
  /** Asked for, and no slot is free. */
  readonly queued: PeerId
}

/** Alice has three slots, all of them held, and nobody is under way. */
export async function crowdedScene(lifecycle: Partial<PeerLifecycleInit> = {}): Promise<Scene> {
  const alice = await dhtNode({
    maxPeers: 3,
    recorder: { lines: 10_000 },
    // else it is tried again after some seconds, and has the slot that somebody else comes for
    dispositions: { local: { 'dial-failed': { coolDown: 3_600_000 } } },
    ...lifecycle
  })
  const [adopted, dialed, inbound] = [await dhtNode(), await dhtNode(), await dhtNode()]
  const rejected = await dhtNode({ handshake: chainHandshake(OTHER_CHAIN) })
  const [unpromoted, banned, queued] = [
    await stockNode(withDht().services, SOCKETS),
    await stockNode(),
    await stockNode({}, SOCKETS)
  ]
  const unreached = await stockNode()
  const { peers } = alice.services

  await alice.dial(addressOf(adopted))
  await peers.connect(adopted.peerId)
  await peers.connect(addressOf(dialed))
  await failure(peers.connect(addressOf(rejected)))
  // before the last slot is taken
  peers.enqueue(multiaddr(`/ip4/127.0.0.1/tcp/9/p2p/${unreached.peerId.toString()}`))
  await eventually(() => is(alice, unreached.peerId, 'discovered.coolingDown'))
  await inbound.services.peers.connect(addressOf(alice))
  await alice.dial(addressOf(unpromoted))
  peers.ban(banned.peerId, { duration: 3_600_000 })
  peers.enqueue(banned.peerId)
  peers.enqueue(addressOf(queued))
  await eventually(() => {
    is(alice, inbound.peerId, 'authorized')
    is(alice, rejected.peerId, 'rejected.disconnected')
    is(alice, unpromoted.peerId, 'connected.unpromoted')
    is(alice, queued.peerId, 'discovered.queued')
  })
  const nodes = { adopted, dialed, inbound, rejected, unpromoted, banned, unreached, queued }
  const ids = Object.entries(nodes).map(([name, { peerId }]) => [name, peerId])
  return { alice, ...(Object.fromEntries(ids) as Omit<Scene, 'alice'>) }
}

/** @throws Error if the peer is somewhere else in alice's chart */
function is({ services }: OurNode, peer: PeerId, path: string): void {
  const found = services.peers.getPeer(peer)?.path
  if (found !== path) throw new Error(`Expected the peer to be ${path}, got ${found}`)
}
