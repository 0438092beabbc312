import { createServer } from 'node:http'
import { noise } from '@chainsafe/libp2p-noise'
import { yamux } from '@chainsafe/libp2p-yamux'
import { prometheusMetrics } from '@libp2p/prometheus-metrics'
import { tcp } from '@libp2p/tcp'
import { createLibp2p } from 'libp2p'
import { register } from 'prom-client'
import { chainHandshake, peerLifecycle } from '../../src/index.ts'
import type { AddressInfo } from 'node:net'

const createNode = (chainId: number, metrics = {}) =>
  createLibp2p({
    addresses: { listen: ['/ip4/127.0.0.1/tcp/0'] },
    transports: [tcp()],
    connectionEncrypters: [noise()],
    streamMuxers: [yamux()],
    services: {
      peers: peerLifecycle({
        protocolPrefix: '/mychain',
        handshake: chainHandshake({ chainId, genesis: '0x1f2e3d' }),
        outboundShare: 0 // nobody is made a peer unasked
      })
    },
    ...metrics
  })

const alice = await createNode(7, { metrics: prometheusMetrics() })
const [bob, eve] = await Promise.all([createNode(7), createNode(8)])

// what Prometheus scrapes
const page = createServer((_, response) => {
  void register.metrics().then((text) => response.end(text))
})
await new Promise<void>((listening) => page.listen(0, '127.0.0.1', listening))
const { port } = page.address() as AddressInfo

await alice.services.peers.connect(bob.getMultiaddrs())
await alice.services.peers.connect(eve.getMultiaddrs()).catch(() => {})

// eve is on another chain
const { path, dial, refusals } = alice.services.peers.explain(eve.peerId)
console.log(`eve is ${path.split('.')[0]}, and not dialed: ${dial}`)
for (const { door, direction, reason } of refusals) {
  console.log(`refused at the door "${door}", ${direction}: ${reason}`)
}

const { mode, slotsByKind, limits } = alice.services.peers.status()
console.log(`${mode}, ${slotsByKind.requested} of ${limits.slots.ordinary} slots held`)

const scrape = await fetch(`http://127.0.0.1:${port}/`)
for (const line of (await scrape.text()).split('\n')) {
  if (/^libp2p_peer_lifecycle_(peers|refusals_total).* [1-9]/.test(line)) console.log(line)
}

page.close()
await Promise.all([alice.stop(), bob.stop(), eve.stop()])
