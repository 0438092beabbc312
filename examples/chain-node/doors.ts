import { Code, createClient } from '@connectrpc/connect'
import { peerIdFromString } from '@libp2p/peer-id'
import { multiaddr } from '@multiformats/multiaddr'
import { grpcTransport } from '../../src/grpc/index.ts'
import { GRPC_PROTOCOL } from './libp2p.ts'
import { ChainService } from './wire/chain_pb.js'
import { Witness } from './witness.ts'
import type { ChainLibp2p } from './libp2p.ts'
import type { Place } from './place.ts'
import type { GrpcNode } from '../../src/grpc/index.ts'
import type { PeerId } from '@libp2p/interface'

/** An attempt to get a gRPC answer, and what came of it. */
export interface Attempt {
  /**
   * - `connect`: asks the lifecycle to make a peer of the other
   * - `call`: calls it, as any application would
   * - `forced call`: calls it past our own lifecycle, which is told to see an authorized peer in everybody. Our own gate
   * has to be open for that; the strays' is
   */
  readonly kind: 'connect' | 'call' | 'forced call'
  readonly peer: string
  /** The word of the refusal; `answered` if there was none. */
  readonly answer: string
  /** Bytes that came back. */
  readonly bytes: number
}

/** Milliseconds for one attempt. A refusal comes at once; this is for a busy machine. */
const PATIENCE = 5_000

/** Tries everything there is to get an answer out of a node. */
export async function tryDoor(libp2p: ChainLibp2p, place: Place): Promise<Attempt[]> {
  const addresses = place.addresses.map((address) => multiaddr(address))
  const peerId = peerIdFromString(place.peer)
  const { peers } = libp2p.services
  const connected = await attempt('connect', place.peer, async () => {
    await peers.connect(addresses, { signal: AbortSignal.timeout(PATIENCE) })
  })
  const called = await call('call', libp2p, peerId)
  // the lifecycle has not made a connection that lasts: make one without it
  await libp2p.dial(addresses, { signal: AbortSignal.timeout(PATIENCE) }).catch(() => {})
  return [connected, called, await forceCall(libp2p, peerId)]
}

/** Makes a forced call over every new connection, before anybody can have shaken hands on it. */
export function callBeforeHandshakes(
  libp2p: ChainLibp2p,
  onAttempt: (attempt: Attempt) => void
): void {
  libp2p.addEventListener('connection:open', ({ detail: { remotePeer } }) => {
    void forceCall(libp2p, remotePeer).then(onAttempt)
  })
}

/** For a lifecycle that says of everybody: authorized. */
async function forceCall(libp2p: ChainLibp2p, peerId: PeerId): Promise<Attempt> {
  const { peers } = libp2p.services
  const services: GrpcNode['services'] = {
    peers: {
      isAuthorized: () => true,
      getPeer: (peer) => peers.getPeer(peer),
      explain: (peer) => peers.explain(peer)
    }
  }
  const gullible: GrpcNode = {
    services,
    handle: libp2p.handle.bind(libp2p),
    unhandle: libp2p.unhandle.bind(libp2p),
    getConnections: libp2p.getConnections.bind(libp2p)
  }
  return call('forced call', gullible, peerId)
}

async function call(kind: Attempt['kind'], node: GrpcNode, peerId: PeerId): Promise<Attempt> {
  const witness = new Witness(node)
  const transport = grpcTransport(witness, peerId, { protocol: GRPC_PROTOCOL })
  const client = createClient(ChainService, transport)
  try {
    return await attempt(
      kind,
      peerId.toString(),
      async () => void (await client.status({}, { timeoutMs: PATIENCE })),
      () => witness.traffic[peerId.toString()]?.received ?? 0
    )
  } finally {
    await transport.close()
  }
}

async function attempt(
  kind: Attempt['kind'],
  peer: string,
  make: () => Promise<void>,
  received = () => 0
): Promise<Attempt> {
  const answer = await make().then(() => 'answered', wordOf)
  return { kind, peer, answer, bytes: received() }
}

function wordOf(err: unknown): string {
  const { name, reason, code } = err as { name: string; reason?: string; code?: Code }
  if (name === 'ConnectError' && code !== undefined) return Code[code]
  return reason ?? name
}
