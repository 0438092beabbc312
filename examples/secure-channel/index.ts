import { noise } from '@chainsafe/libp2p-noise'
import { yamux } from '@chainsafe/libp2p-yamux'
import { identify } from '@libp2p/identify'
import { tcp } from '@libp2p/tcp'
import { createLibp2p } from 'libp2p'
import { chainHandshake, peerLifecycle } from '../../src/index.ts'

const createNode = (chainId: number) => {
  const peers = peerLifecycle({
    protocolPrefix: '/mychain',
    handshake: chainHandshake({ chainId, genesis: '0x1f2e3d' }),
    outboundShare: 0 // nobody is made a peer unasked
  })
  return createLibp2p({
    addresses: { listen: ['/ip4/127.0.0.1/tcp/0'] },
    transports: [tcp()],
    connectionEncrypters: [peers.secure(noise())], // and noise() behind it, while some nodes know only that
    streamMuxers: [yamux()],
    services: { peers, identify: identify() }
  })
}

const [alice, bob, eve] = await Promise.all([createNode(7), createNode(7), createNode(8)])

// eve is on another chain: there is no connection, not even for identify
await alice.dial(eve.getMultiaddrs()).catch((err: Error) => console.log(`dial: ${err.message}`))
console.log(`connections: ${alice.getConnections().length}`)

const peer = await alice.services.peers.connect(bob.getMultiaddrs())
console.log(`authorized: ${peer.direction}, chain ${peer.hello.chainId}`)
console.log(`encryption: ${alice.getConnections(bob.peerId)[0]?.encryption}`)

await Promise.all([alice.stop(), bob.stop(), eve.stop()])
