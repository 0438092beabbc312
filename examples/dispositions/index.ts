import { noise } from '@chainsafe/libp2p-noise'
import { yamux } from '@chainsafe/libp2p-yamux'
import { identify } from '@libp2p/identify'
import { tcp } from '@libp2p/tcp'
import { createLibp2p } from 'libp2p'
import { chainHandshake, peerLifecycle } from '../../src/index.ts'
import type { DispositionsInit, PeerRejectedError } from '../../src/index.ts'

const MINUTE = 60_000
const HOUR = 60 * MINUTE

const dispositions: DispositionsInit = {
  local: {
    // our testnet is reset now and then: who is on another chain may serve the DHT meanwhile, and is asked again
    incompatible: { connection: 'keep', refusesInbound: false, coolDown: 10 * MINUTE },
    // a wrong signature is no accident here
    'authentication-failed': { bans: true, coolDown: 72 * HOUR }
  },
  remote: {
    // small networks have room again soon; longer after every time, though
    'too-many-peers': { coolDown: { base: MINUTE, factor: 2, cap: HOUR } }
  }
}

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
        outboundShare: 0, // nobody is made a peer unasked
        dispositions
      }),
      identify: identify()
    }
  })

const [alice, bob] = await Promise.all([createNode(7), createNode(8)])

await alice.services.peers.connect(bob.getMultiaddrs()).catch((err: PeerRejectedError) => {
  console.log(`rejected: ${err.reason}, said by ${err.by}`)
})
const { path, retryAt = 0 } = alice.services.peers.explain(bob.peerId)
console.log(`${path}, ${alice.getConnections().length} connection`)
console.log(`asked again in ${Math.round((retryAt - Date.now()) / MINUTE)} min`)

// what nobody can prove bans nobody
try {
  peerLifecycle({
    protocolPrefix: '/mychain',
    handshake: chainHandshake({ chainId: 7, genesis: '0x1f2e3d' }),
    dispositions: { local: { timeout: { bans: true } } }
  })
} catch (err) {
  console.log((err as Error).message)
}

await Promise.all([alice.stop(), bob.stop()])
