import { noise } from '@chainsafe/libp2p-noise'
import { yamux } from '@chainsafe/libp2p-yamux'
import { identify } from '@libp2p/identify'
import { tcp } from '@libp2p/tcp'
import { MemoryDatastore, MountDatastore } from 'datastore-core'
import { Key } from 'interface-datastore'
import { createLibp2p } from 'libp2p'
import { chainHandshake, peerLifecycle } from '../../src/index.ts'
import type { Datastore } from 'interface-datastore'

/** Where everything is that peer-lifecycle remembers. */
export const ROOT = '/peer-lifecycle'

/**
 * A node whose memory of peers is shared, and nothing else: libp2p's own peer store stays the node's.
 */
export const createNode = (shared: Datastore) =>
  createLibp2p({
    addresses: { listen: ['/ip4/127.0.0.1/tcp/0'] },
    transports: [tcp()],
    connectionEncrypters: [noise()],
    streamMuxers: [yamux()],
    datastore: new MountDatastore([
      { prefix: new Key(ROOT), datastore: shared },
      { prefix: new Key('/'), datastore: new MemoryDatastore() } // or one on your disk
    ]),
    services: {
      peers: peerLifecycle({
        protocolPrefix: '/mychain',
        handshake: chainHandshake({ chainId: 7, genesis: '0x1f2e3d' }),
        outboundShare: 0,
        memory: { flushInterval: 100, refreshInterval: 500 } // defaults: 5 and 30 seconds
      }),
      identify: identify()
    }
  })
