import { noise } from '@chainsafe/libp2p-noise'
import { yamux } from '@chainsafe/libp2p-yamux'
import { gossipsub } from '@libp2p/gossipsub'
import { identify } from '@libp2p/identify'
import { kadDHT, passthroughMapper } from '@libp2p/kad-dht'
import { ping } from '@libp2p/ping'
import { tcp } from '@libp2p/tcp'
import { createLibp2p } from 'libp2p'
import { chainHandshake, peerLifecycle } from '../../src/index.ts'
import {
  DHT_PROTOCOL,
  HANDSHAKE_TIMEOUT,
  LIFECYCLE_PROTOCOL,
  MAX_PEERS,
  PREFIX,
  RECORDED,
  SELF_QUERY,
  SILENT,
  STOCK,
  STONE_CHAIN,
  STONES,
  TREE_CHAIN,
  TREES
} from './settings.ts'
import type { ChainHello, PeerLifecycle } from '../../src/index.ts'
import type { GossipSub } from '@libp2p/gossipsub'
import type { Identify } from '@libp2p/identify'
import type { Libp2p } from '@libp2p/interface'
import type { KadDHT } from '@libp2p/kad-dht'
import type { Ping } from '@libp2p/ping'

/** What every node has, with our service or without. */
type StockServices = { identify: Identify; ping: Ping; dht: KadDHT; pubsub: GossipSub }

export type Role = 'honest' | 'other chain' | 'silent' | 'stock'

/** One node of the demo. */
export interface Member {
  readonly name: string
  readonly role: Role
  readonly node: Libp2p<StockServices>
  /** Our service; the silent node and the stock node have none. */
  readonly peers?: PeerLifecycle<ChainHello>
}

/** Loopback TCP, Noise and Yamux. Twenty nodes on one host look like a flood to libp2p's defaults. */
const transport = () => ({
  addresses: { listen: ['/ip4/127.0.0.1/tcp/0'] },
  transports: [tcp()],
  connectionEncrypters: [noise()],
  streamMuxers: [yamux()],
  connectionManager: { inboundConnectionThreshold: Infinity, maxIncomingPendingConnections: 100 }
})

/** The DHT connects everybody with everybody; loopback addresses are no good to it unless it is told. */
const services = () => ({
  identify: identify(),
  // room for the DHT's pings beside libp2p's own heartbeat
  ping: ping({ maxInboundStreams: 8, maxOutboundStreams: 4 }),
  dht: kadDHT({
    protocol: DHT_PROTOCOL,
    clientMode: false,
    peerInfoMapper: passthroughMapper,
    querySelfInterval: SELF_QUERY
  }),
  pubsub: gossipsub({
    globalSignaturePolicy: 'StrictNoSign',
    allowPublishToZeroTopicPeers: true,
    heartbeatInterval: 500
  })
})

/** This is all that embedding takes: the service comes first, so that it gates those that follow. */
async function guardedMember(name: string, role: Role, chain: typeof TREE_CHAIN): Promise<Member> {
  const node = await createLibp2p({
    ...transport(),
    services: {
      peers: peerLifecycle({
        protocolPrefix: PREFIX,
        maxPeers: MAX_PEERS,
        handshake: chainHandshake(chain),
        openProtocols: [DHT_PROTOCOL],
        handshakeTimeout: HANDSHAKE_TIMEOUT,
        verifyTimeout: HANDSHAKE_TIMEOUT,
        recorder: { lines: RECORDED }
      }),
      ...services()
    }
  })
  return { name, role, node, peers: node.services.peers }
}

async function stockMember(name: string, role: Role): Promise<Member> {
  return { name, role, node: await createLibp2p({ ...transport(), services: services() }) }
}

async function silentMember(): Promise<Member> {
  const member = await stockMember(SILENT, 'silent')
  await member.node.handle(LIFECYCLE_PROTOCOL, () => undefined)
  return member
}

/** Starts all twenty nodes. Nobody knows anybody yet. */
export async function startNetwork(): Promise<Member[]> {
  return Promise.all([
    ...TREES.map(async (name) => guardedMember(name, 'honest', TREE_CHAIN)),
    ...STONES.map(async (name) => guardedMember(name, 'other chain', STONE_CHAIN)),
    silentMember(),
    stockMember(STOCK, 'stock')
  ])
}

/** Everybody learns one address, the stock node's; the DHT does the rest. */
export async function bootstrap(members: readonly Member[], signal: AbortSignal): Promise<void> {
  const hub = members.find(({ role }) => role === 'stock')
  const addresses = hub?.node.getMultiaddrs() ?? []
  const others = members.filter((member) => member !== hub)
  await Promise.all(others.map(async ({ node }) => node.dial(addresses, { signal })))
}

/** Stops every node. Ours say goodbye to their peers first. */
export async function stopNetwork(members: readonly Member[]): Promise<void> {
  await Promise.all(members.map(async ({ node }) => node.stop()))
}

/** The members by the text of their peer ids. */
export function directory(members: readonly Member[]): ReadonlyMap<string, Member> {
  return new Map(members.map((member) => [member.node.peerId.toString(), member]))
}
