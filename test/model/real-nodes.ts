import { generateKeyPair } from '@libp2p/crypto/keys'
import { noise } from '@chainsafe/libp2p-noise'
import { yamux } from '@chainsafe/libp2p-yamux'
import { peerRoutingSymbol } from '@libp2p/interface'
import { peerIdFromPrivateKey } from '@libp2p/peer-id'
import { tcp } from '@libp2p/tcp'
import { multiaddr } from '@multiformats/multiaddr'
import { createLibp2p } from 'libp2p'
import { HandshakeRefusedError, peerLifecycle } from '../../src/index.ts'
import type { NodeSetting } from './node-setting.ts'
import type { HandshakeChange } from '../../src/handshake/handshake.ts'
import type { Handshake, PeerLifecycle } from '../../src/index.ts'
import type { ManualClock } from '../../src/testing/manual-clock.ts'
import type { ConnectionGater, Libp2p, PeerRouting, PrivateKey } from '@libp2p/interface'
import type { Multiaddr } from '@multiformats/multiaddr'
import type { MemoryDatastore } from 'datastore-core'
import type { Libp2pOptions } from 'libp2p'

/** The nodes of the tours: nothing but TCP, Noise, Yamux and, on our side, the service. */

const PREFIX = '/model'
/** The id of the lifecycle protocol, and the one that it has inside secure channels. */
export const PROTOCOL = `${PREFIX}/peer-lifecycle/1.0.0`
export const SECURE = `${PREFIX}/peer-lifecycle/secure/1.0.0`

export const CHAIN = 'chain 7'
export const OTHER_CHAIN = 'chain 9'
export const UNLISTED = 'chain 7, uninvited'

/** So long that nothing comes of it by itself. */
const AGES = 1_000 * 86_400_000

export type OurNode = Libp2p<{ peers: PeerLifecycle<string> }>

type Encrypters = NonNullable<Libp2pOptions['connectionEncrypters']>

/** A handshake with a list that may change. */
export function listed(): Handshake<string> & { tell(change: HandshakeChange): void } {
  let listener: ((change: HandshakeChange) => void) | undefined
  return {
    hello: () => new TextEncoder().encode(CHAIN),
    verify: (payload) => {
      const word = new TextDecoder().decode(payload)
      if (word === UNLISTED) throw new HandshakeRefusedError('not-allowed')
      if (word !== CHAIN) throw new HandshakeRefusedError('incompatible')
      return word
    },
    subscribe: (told) => {
      listener = told
      return () => {}
    },
    tell: (change) => listener?.(change)
  }
}

const COMMON: Libp2pOptions = {
  addresses: { listen: ['/ip4/127.0.0.1/tcp/0'] },
  transports: [tcp()],
  streamMuxers: [yamux()],
  connectionManager: { inboundConnectionThreshold: Infinity, reconnectRetries: 0 },
  connectionMonitor: { enabled: false }
}

/** A node in the hands of the test. */
export async function farNode(
  privateKey: PrivateKey,
  encrypter: Encrypters[number] = noise()
): Promise<Libp2p> {
  const node = await createLibp2p({ ...COMMON, privateKey, connectionEncrypters: [encrypter] })
  return node as unknown as Libp2p
}

interface OurParts {
  readonly key: PrivateKey
  readonly clock: ManualClock
  readonly handshake: Handshake<string>
  readonly datastore: MemoryDatastore
  readonly gater: ConnectionGater
}

/** A node with the service, not started, that dials nobody unless the test lets it. */
export async function ourNode(setting: NodeSetting, parts: OurParts): Promise<OurNode> {
  const { key, clock, handshake, datastore, gater } = parts
  const peers = peerLifecycle<string>({
    protocolPrefix: PREFIX,
    handshake,
    clock,
    random: () => 0,
    maxPeers: 9,
    // nobody is dialed unasked
    outboundShare: 0,
    connectTimeout: 1_000 * AGES,
    // one dial at a time, when the test lets it begin
    dialing: { dialBurst: 1, dialsPerSecond: 1_000 / AGES, queryInterval: Infinity },
    memory: { flushInterval: 1_000 * AGES, refreshInterval: Infinity },
    ...setting.init
  })
  const connectionEncrypters = setting.isSecured ? [peers.secure(noise()), noise()] : [noise()]
  const node = await createLibp2p({
    ...COMMON,
    start: false,
    privateKey: key,
    datastore,
    connectionGater: gater,
    connectionEncrypters,
    services: { peers, ...(setting.address === 'unknown' && { dht: () => SLOW_ROUTING }) }
  })
  return node as unknown as OurNode
}

/** A DHT that is looking for the peer as long as the test lasts. */
const SLOW_ROUTING: { [peerRoutingSymbol]: Partial<PeerRouting> } = {
  [peerRoutingSymbol]: { findPeer: () => new Promise(() => {}) }
}

export const at = (port: number): Multiaddr => multiaddr(`/ip4/127.0.0.1/tcp/${port}`)

/** The port that a node listens at. */
export function portOf(node: Libp2p): number {
  const [address] = node.getMultiaddrs()
  const tcpPort = address?.getComponents().find(({ name }) => name === 'tcp')?.value
  if (tcpPort === undefined) throw new Error('The node does not listen')
  return Number(tcpPort)
}

/** Our key and the other side's: the smaller id wins. */
export async function keys(weWin: boolean): Promise<[PrivateKey, PrivateKey]> {
  const pair = await Promise.all([generateKeyPair('Ed25519'), generateKeyPair('Ed25519')])
  const [one, other] = pair
  const isSmaller = Buffer.compare(hashOf(one), hashOf(other)) < 0
  return isSmaller === weWin ? [one, other] : [other, one]
}

const hashOf = (key: PrivateKey): Uint8Array => peerIdFromPrivateKey(key).toMultihash().bytes
