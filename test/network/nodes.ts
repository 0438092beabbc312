import { noise } from '@chainsafe/libp2p-noise'
import { yamux } from '@chainsafe/libp2p-yamux'
import { identify } from '@libp2p/identify'
import { memory } from '@libp2p/memory'
import { ping } from '@libp2p/ping'
import { tcp } from '@libp2p/tcp'
import { createLibp2p } from 'libp2p'
import { onTestFinished } from 'vitest'
import { chainHandshake, peerLifecycle } from '../../src/index.ts'
import { eventually } from './waiting.ts'
import type { PeerLifecycle, PeerLifecycleInit } from '../../src/index.ts'
import type { Identify } from '@libp2p/identify'
import type {
  Connection,
  Libp2p,
  Libp2pEvents,
  PeerId,
  ServiceMap,
  Stream
} from '@libp2p/interface'
import type { Ping } from '@libp2p/ping'
import type { Multiaddr } from '@multiformats/multiaddr'
import type { Libp2pOptions } from 'libp2p'
import type { TypedEventTarget } from 'main-event'

export const PREFIX = '/network'
/** The id of the lifecycle protocol. */
export const PROTOCOL = `${PREFIX}/peer-lifecycle/1.0.0`
/** The gated protocol of most tests. */
export const APP = `${PREFIX}/app/1.0.0`

/** The chain of most nodes, and one that is another. */
export const CHAIN = { chainId: 7, genesis: '0x1a2b3c' }
export const OTHER_CHAIN = { chainId: 8, genesis: '0x1a2b3c' }

export interface StockServices extends ServiceMap {
  identify: Identify
  ping: Ping
}

export interface OurServices extends StockServices {
  peers: PeerLifecycle
}

export type StockNode = Libp2p<StockServices>
export type OurNode = Libp2p<OurServices>

type Options = Omit<Libp2pOptions, 'services'>
// of the components each factory takes what it needs
type Factories<T extends ServiceMap> = { [K in keyof T]: (components: never) => T[K] }

let nodes = 0

function network(options: Options): Options {
  return {
    addresses: { listen: [`/memory/network-${process.pid}-${++nodes}`] },
    transports: [memory()],
    connectionEncrypters: [noise()],
    streamMuxers: [yamux()],
    connectionManager: { inboundConnectionThreshold: Infinity },
    connectionMonitor: { enabled: false },
    ...options
  }
}

/** Options of a node whose connections are sockets. */
export const SOCKETS: Options = {
  addresses: { listen: ['/ip4/127.0.0.1/tcp/0'] },
  transports: [tcp()]
}

/** A node without the service; stopped when the test is over. */
export async function stockNode<T extends ServiceMap = {}>(
  services?: Factories<T>,
  options: Options = {}
): Promise<Libp2p<StockServices & T>> {
  const node = (await createLibp2p({
    ...network(options),
    services: { identify: identify(), ping: ping(), ...services }
  })) as unknown as Libp2p<StockServices & T>
  onTestFinished(async () => node.stop())
  return node
}

/** What a node offers in security negotiation, the first first. */
export type Security = 'plain' | 'secured' | 'mixed'

/** A node with the service, which dials nobody unasked; stopped when the test is over. */
export async function ourNode<T extends ServiceMap = {}>(
  lifecycle: Partial<PeerLifecycleInit> = {},
  {
    services,
    security = 'plain',
    ...options
  }: Options & { services?: Factories<T>; security?: Security } = {}
): Promise<Libp2p<OurServices & T>> {
  const init: PeerLifecycleInit = {
    protocolPrefix: PREFIX,
    handshake: chainHandshake(CHAIN),
    outboundShare: 0,
    random: () => 0,
    ...lifecycle
  }
  const peers = peerLifecycle(init)
  const secured = peers.secure(noise())
  const connectionEncrypters =
    security === 'plain' ? [noise()] : security === 'mixed' ? [secured, noise()] : [secured]
  const node = (await createLibp2p({
    ...network({ connectionEncrypters, ...options }),
    services: { peers, identify: identify(), ping: ping(), ...services }
  })) as unknown as Libp2p<OurServices & T>
  onTestFinished(async () => node.stop())
  return node
}

/** The one address of the node. */
export function addressOf(node: Libp2p): Multiaddr {
  const [address] = node.getMultiaddrs()
  if (address === undefined) throw new Error('The node does not listen')
  return address
}

/** The event target that the node's services share. */
export function eventsOf(node: Libp2p): TypedEventTarget<Libp2pEvents> {
  return (node as unknown as { components: { events: TypedEventTarget<Libp2pEvents> } }).components
    .events
}

/** Asks the first for the second, and waits until both are authorized. */
export async function authorize(from: OurNode, to: OurNode): Promise<void> {
  await from.services.peers.connect(addressOf(to))
  await eventually(() => {
    if (!to.services.peers.isAuthorized(from.peerId)) throw new Error('One side is not authorized')
  })
}

/** The other end of the newest connection from the node to the peer. */
export function connectionTo(node: Libp2p, peer: { peerId: PeerId }): Connection {
  const connection = node.getConnections(peer.peerId).at(-1)
  if (connection === undefined) throw new Error('Not connected')
  return connection
}

/** Open streams of gated protocols and of the lifecycle protocol, on all connections with the peer. */
export function streamsWith(node: Libp2p, peer: { peerId: PeerId }): Stream[] {
  return node
    .getConnections(peer.peerId)
    .flatMap(({ streams }) => streams)
    .filter(({ protocol }) => protocol.startsWith(PREFIX))
}

/** The words for the state of both ends, as each has it. */
export function states(a: OurNode, b: OurNode): (string | undefined)[] {
  return [a.services.peers.getPeer(b.peerId)?.path, b.services.peers.getPeer(a.peerId)?.path]
}
