import { noise } from '@chainsafe/libp2p-noise'
import { yamux } from '@chainsafe/libp2p-yamux'
import { gossipsub } from '@libp2p/gossipsub'
import { identify } from '@libp2p/identify'
import { kadDHT, passthroughMapper } from '@libp2p/kad-dht'
import { ping } from '@libp2p/ping'
import { tcp } from '@libp2p/tcp'
import { createLibp2p } from 'libp2p'
import { peerLifecycle } from '../../src/index.ts'
import { chainNodeHandshake } from './handshake.ts'
import type { Chain } from './chain.ts'

/** Open: peers are found before they can be authorized. */
export const DHT_PROTOCOL = '/chain-node/kad/1.0.0'

/** Gated, as everything is that is not named as open. */
export const GRPC_PROTOCOL = '/chain-node/grpc/1.0.0'

/** A libp2p node that talks about the chain only with peers that are on it. Not started yet. */
export const createChainLibp2p = (
  chain: Chain,
  privateKey: Uint8Array,
  openProtocols: readonly string[] = [DHT_PROTOCOL]
) =>
  createLibp2p({
    start: false,
    addresses: { listen: ['/ip4/127.0.0.1/tcp/0'] },
    transports: [tcp()],
    connectionEncrypters: [noise()],
    streamMuxers: [yamux()],
    connectionManager: { inboundConnectionThreshold: Infinity }, // seven nodes on one host
    services: {
      // the first of the services, so that it gates all that follow
      peers: peerLifecycle({
        protocolPrefix: '/chain-node',
        handshake: chainNodeHandshake(chain, privateKey),
        openProtocols
      }),
      identify: identify(),
      // room for the DHT's pings beside libp2p's own heartbeat
      ping: ping({ maxInboundStreams: 8, maxOutboundStreams: 4 }),
      dht: kadDHT({
        protocol: DHT_PROTOCOL,
        clientMode: false,
        peerInfoMapper: passthroughMapper, // on loopback; the default drops private addresses
        querySelfInterval: 2_000 // not every five minutes: nobody would stay to see it
      }),
      pubsub: gossipsub({
        globalSignaturePolicy: 'StrictNoSign', // headers and transactions are signed themselves
        allowPublishToZeroTopicPeers: true,
        ignoreDuplicatePublishError: true
      })
    }
  })

export type ChainLibp2p = Awaited<ReturnType<typeof createChainLibp2p>>
