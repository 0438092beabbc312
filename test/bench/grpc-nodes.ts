import { noise } from '@chainsafe/libp2p-noise'
import { yamux } from '@chainsafe/libp2p-yamux'
import { tcp } from '@libp2p/tcp'
import { createLibp2p } from 'libp2p'
import { chainHandshake, peerLifecycle } from '../../src/index.ts'
import type { GrpcNode } from '../../src/grpc/index.ts'
import type { PeerLifecycle } from '../../src/index.ts'
import type { Libp2p, PeerId } from '@libp2p/interface'
import type { Libp2pOptions } from 'libp2p'

export const GRPC = '/bench/grpc/1.0.0'
/** Bytes that are asked for by a message of four. */
export const RAW = '/bench/raw/1.0.0'
/** Bytes of a message of a server stream. */
export const MESSAGE = 64 * 1024

function options(): Libp2pOptions {
  return {
    addresses: { listen: ['/ip4/127.0.0.1/tcp/0'] },
    transports: [tcp()],
    connectionEncrypters: [noise()],
    streamMuxers: [yamux()],
    connectionMonitor: { enabled: false }
  }
}

/** A node with the lifecycle: streams of gRPC with it pass the gate. */
export async function gatedNode(): Promise<Libp2p<{ peers: PeerLifecycle }>> {
  return createLibp2p<{ peers: PeerLifecycle }>({
    ...options(),
    services: {
      peers: peerLifecycle({
        protocolPrefix: '/bench',
        handshake: chainHandshake({ chainId: 7, genesis: '0x5a' }),
        outboundShare: 0
      })
    }
  })
}

/** A node without it. */
export async function ungatedNode(): Promise<Libp2p> {
  return createLibp2p(options())
}

/** A lifecycle that knows no handshake and no gate, to run gRPC on a node that has neither. */
export function openLifecycle(node: Libp2p): GrpcNode {
  return {
    getConnections: (peer?: PeerId) => node.getConnections(peer),
    handle: async (...args) => node.handle(...args),
    unhandle: async (...args) => node.unhandle(...args),
    services: {
      peers: {
        isAuthorized: () => true,
        getPeer: () => undefined,
        explain: () => {
          throw new Error('Everybody is authorized')
        }
      }
    }
  }
}
