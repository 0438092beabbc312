import { noise } from '@chainsafe/libp2p-noise'
import { yamux } from '@chainsafe/libp2p-yamux'
import { gossipsub } from '@libp2p/gossipsub'
import { identify } from '@libp2p/identify'
import { kadDHT, passthroughMapper } from '@libp2p/kad-dht'
import { ping } from '@libp2p/ping'
import { tcp } from '@libp2p/tcp'
import { createLibp2p } from 'libp2p'
import { chainHandshake, peerLifecycle } from '../../src/index.ts'

const DHT_PROTOCOL = '/mychain/kad/1.0.0'

export const createFullNode = () =>
  createLibp2p({
    addresses: { listen: ['/ip4/127.0.0.1/tcp/0'] },
    transports: [tcp()],
    connectionEncrypters: [noise()],
    streamMuxers: [yamux()],
    connectionManager: {
      maxConnections: 300, // connections, not peers: leave the DHT room beside maxPeers
      inboundConnectionThreshold: Infinity // many nodes on one host, as in a test; leave it out elsewhere
    },
    services: {
      peers: peerLifecycle({
        protocolPrefix: '/mychain',
        maxPeers: 50,
        handshake: chainHandshake({ chainId: 7, genesis: '0x1f2e3d' }),
        openProtocols: [DHT_PROTOCOL] // peers are found before they can be authorized
      }),
      identify: identify(), // tells both ends which protocols the other speaks
      ping: ping({ maxInboundStreams: 8, maxOutboundStreams: 4 }), // the DHT's pings beside libp2p's own
      dht: kadDHT({
        protocol: DHT_PROTOCOL,
        clientMode: false,
        peerInfoMapper: passthroughMapper // on loopback or a LAN; the default drops private addresses
      }),
      pubsub: gossipsub() // gated: it hears of a peer when the peer is authorized
    }
  })
