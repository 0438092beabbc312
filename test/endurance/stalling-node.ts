import { noise } from '@chainsafe/libp2p-noise'
import { yamux } from '@chainsafe/libp2p-yamux'
import { tcp } from '@libp2p/tcp'
import { multiaddr } from '@multiformats/multiaddr'
import { createLibp2p } from 'libp2p'
import { peerLifecycle } from '../../src/index.ts'

/**
 * A process of its own whose event loop stands still for some seconds in the middle of every handshake,
 * when all that it has to do in time is begun. Tells its parent where it listens, and dials where the parent says;
 * lives as long as the parent listens.
 */
const [prefix = '', security = '', stall = '0'] = process.argv.slice(2)
const block = (): void => {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, Number(stall))
}
const peers = peerLifecycle({
  protocolPrefix: prefix,
  outboundShare: 0,
  handshake: {
    hello: () => {
      block()
      return new Uint8Array()
    },
    verify: () => 'anybody'
  }
})
const node = await createLibp2p({
  addresses: { listen: ['/ip4/127.0.0.1/tcp/0'] },
  transports: [tcp()],
  connectionEncrypters: [security === 'secured' ? peers.secure(noise()) : noise()],
  streamMuxers: [yamux()],
  connectionMonitor: { enabled: false },
  // libp2p's own six seconds for an address are no business of ours
  connectionManager: { addressDialTimeout: 9_900 },
  services: { peers }
})
node.services.peers.addEventListener('peer:transition', ({ detail }) => {
  const { to, reason } = detail
  if (to === 'authorized') process.send?.({ verdict: to })
  if (to === 'rejected') process.send?.({ verdict: reason })
})
process.on('message', (address: string) => {
  node.services.peers.connect(multiaddr(address)).catch(() => {})
})
process.on('disconnect', () => process.exit(0))
process.send?.({ addresses: node.getMultiaddrs().map(String) })
