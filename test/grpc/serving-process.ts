import { noise } from '@chainsafe/libp2p-noise'
import { yamux } from '@chainsafe/libp2p-yamux'
import { tcp } from '@libp2p/tcp'
import { createLibp2p } from 'libp2p'
import { serveGrpc } from '../../src/grpc/index.ts'
import { chainHandshake, peerLifecycle } from '../../src/index.ts'
import { EchoService } from './echo-service.ts'

/**
 * A process of its own that serves the echo service, and tells its parent the address. Lives as long as
 * the parent listens.
 */
const [prefix = '', protocol = ''] = process.argv.slice(2)
const node = await createLibp2p({
  addresses: { listen: ['/ip4/127.0.0.1/tcp/0'] },
  transports: [tcp()],
  connectionEncrypters: [noise()],
  streamMuxers: [yamux()],
  connectionMonitor: { enabled: false },
  services: {
    peers: peerLifecycle({
      protocolPrefix: prefix,
      handshake: chainHandshake({ chainId: 7, genesis: '0x1a2b3c' }),
      outboundShare: 0
    })
  }
})
await serveGrpc(node, { protocol, routes: new EchoService().routes })
process.on('disconnect', () => process.exit(0))
process.send?.(node.getMultiaddrs().map(String))
