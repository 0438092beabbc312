import { noise } from '@chainsafe/libp2p-noise'
import { yamux } from '@chainsafe/libp2p-yamux'
import { identify } from '@libp2p/identify'
import { tcp } from '@libp2p/tcp'
import { createLibp2p } from 'libp2p'
import { chainHandshake, peerLifecycle } from '../../src/index.ts'
import { inspectNodes } from '../../src/inspector/index.ts'

const createNode = (chainId: number) =>
  createLibp2p({
    addresses: { listen: ['/ip4/127.0.0.1/tcp/0'] },
    transports: [tcp()],
    connectionEncrypters: [noise()],
    streamMuxers: [yamux()],
    services: {
      peers: peerLifecycle({
        protocolPrefix: '/mychain',
        handshake: chainHandshake({ chainId, genesis: '0x1f2e3d' }),
        recorder: { lines: 10_000 } // whoever looks later sees what was before
      }),
      identify: identify()
    }
  })

const [alice, bob, eve] = await Promise.all([createNode(7), createNode(7), createNode(8)])

// of one node: await alice.services.peers.inspect()
const inspector = await inspectNodes({ alice: alice.services.peers, bob: bob.services.peers })
console.log(`Watch alice and bob on ${inspector.url}`)

await alice.services.peers.connect(bob.getMultiaddrs())
await alice.services.peers.connect(eve.getMultiaddrs()).catch(() => {}) // another chain

const stop = async () => {
  await inspector.close()
  await Promise.all([alice.stop(), bob.stop(), eve.stop()])
}
process.once('SIGINT', () => void stop())
