import { noise } from '@chainsafe/libp2p-noise'
import { yamux } from '@chainsafe/libp2p-yamux'
import { identify } from '@libp2p/identify'
import { tcp } from '@libp2p/tcp'
import { createWebSocketInspector, createWebSocketReceiver } from '@statelyai/inspect'
import { createLibp2p } from 'libp2p'
import { chainHandshake, peerLifecycle } from '../../src/index.ts'
import { discreet, short } from './discreet.ts'
import { startRelay } from './relay.ts'
import type { InspectionObserver } from '../../src/index.ts'
import type { AnyMachineSnapshot } from 'xstate'

const createNode = (inspect?: InspectionObserver) =>
  createLibp2p({
    addresses: { listen: ['/ip4/127.0.0.1/tcp/0'] },
    transports: [tcp()],
    connectionEncrypters: [noise()],
    streamMuxers: [yamux()],
    services: {
      peers: peerLifecycle({
        protocolPrefix: '/mychain',
        handshake: chainHandshake({ chainId: 7, genesis: '0x1f2e3d' }),
        outboundShare: 0, // nobody is made a peer unasked
        inspect
      }),
      identify: identify()
    }
  })

const relay = await startRelay()
const bob = await createNode()

const inspector = createWebSocketInspector({ url: relay.url, ...discreet })

// a page would do the same with what it hears
const authorized = Promise.withResolvers<void>()
const hearing = createWebSocketReceiver({ server: relay.url }).subscribe((event) => {
  if (event.type !== '@xstate.snapshot') return
  const { value, context } = event.snapshot as AnyMachineSnapshot
  const { peer } = context as { peer?: string }
  if (peer !== short(bob.peerId.toString())) return
  console.log(`bob: ${event.event.type} -> ${JSON.stringify(value)}`)
  if (value === 'authorized') authorized.resolve()
})

const alice = await createNode(inspector.inspect)
await alice.services.peers.connect(bob.getMultiaddrs())
await authorized.promise

hearing.unsubscribe()
inspector.stop()
relay.stop()
await Promise.all([alice.stop(), bob.stop()])
