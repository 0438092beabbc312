import { noise } from '@chainsafe/libp2p-noise'
import { yamux } from '@chainsafe/libp2p-yamux'
import { identify } from '@libp2p/identify'
import { tcp } from '@libp2p/tcp'
import { createLibp2p } from 'libp2p'
import { peerLifecycle } from '../../src/index.ts'
import { heightHandshake } from './handshake.ts'
import type { PeerRejectedError } from '../../src/index.ts'

const createNode = (version: number, height: number) =>
  createLibp2p({
    addresses: { listen: ['/ip4/127.0.0.1/tcp/0'] },
    transports: [tcp()],
    connectionEncrypters: [noise()],
    streamMuxers: [yamux()],
    services: {
      peers: peerLifecycle({
        protocolPrefix: '/mychain',
        handshake: heightHandshake(version, () => height),
        outboundShare: 0 // nobody is made a peer unasked, so that every run prints the same
      }),
      identify: identify()
    }
  })

const [alice, bob, old] = await Promise.all([
  createNode(4, 1_000),
  createNode(3, 940),
  createNode(2, 800)
])
const { peers } = alice.services
const names = new Map([
  [bob.peerId.toString(), 'bob'],
  [old.peerId.toString(), 'old']
])

// every change between the six states, with its cause
peers.addEventListener('peer:transition', ({ detail: { peer, from, to, reason } }) => {
  console.log(`${names.get(peer)}: ${from} -> ${to} (${reason})`)
})
peers.addEventListener('peer:deauthorized', ({ detail: { peer, reason, by } }) => {
  console.log(`${names.get(peer)} is gone: ${reason}, said by ${by}`)
})

const { hello } = await peers.connect(bob.getMultiaddrs()[0]!)
console.log(`bob speaks version ${hello.version} and is at height ${hello.height}`)

// errors are told apart by name: in a bundle there may be two copies of a class
try {
  await peers.connect(old.getMultiaddrs()[0]!)
} catch (err) {
  if ((err as Error).name !== 'PeerRejectedError') throw err
  const { reason, by, detail } = err as PeerRejectedError
  console.log(`old was refused: ${reason}, said by ${by}, ${detail}`)
}

const { state, reason, dial } = peers.explain(old.peerId)
console.log(`old is ${state}: ${reason}; not dialed: ${dial}`)

await peers.disconnect(bob.peerId)
await Promise.all([alice.stop(), bob.stop(), old.stop()])
