import { noise } from '@chainsafe/libp2p-noise'
import { yamux } from '@chainsafe/libp2p-yamux'
import { tcp } from '@libp2p/tcp'
import { createLibp2p } from 'libp2p'
import type { Connection, Libp2p, ServiceMap, Stream } from '@libp2p/interface'
import type { Multiaddr } from '@multiformats/multiaddr'
import type { Libp2pOptions } from 'libp2p'

/** Two nodes of a kind, which meet and part over and over. */
export interface Pair<T extends ServiceMap = ServiceMap> {
  readonly dialer: Libp2p<T>
  readonly listener: Libp2p<T>
}

/** A protocol that every pair speaks: it answers each message with the same bytes. Gated, where there is a gate. */
export const ECHO = '/bench/echo/1.0.0'

/** What makes a node one of its kind. */
export interface Kind<T extends ServiceMap> {
  readonly services: NonNullable<Libp2pOptions<T>['services']>
  /** Noise, if left out. */
  readonly encrypter?: NonNullable<Libp2pOptions['connectionEncrypters']>[number]
}

/**
 * Two started nodes: TCP on loopback, noise and yamux, and no other service than those given. No identify and no pings:
 * what they cost would be the same for everybody, and hide what is measured.
 */
export async function createPair<T extends ServiceMap>(make: () => Kind<T>): Promise<Pair<T>> {
  const [dialer, listener] = await Promise.all([createNode(make()), createNode(make())])
  return { dialer, listener }
}

async function createNode<T extends ServiceMap>({
  services,
  encrypter = noise()
}: Kind<T>): Promise<Libp2p<T>> {
  const node = await createLibp2p<T>({
    addresses: { listen: ['/ip4/127.0.0.1/tcp/0'] },
    transports: [tcp()],
    connectionEncrypters: [encrypter],
    streamMuxers: [yamux()],
    connectionManager: { inboundConnectionThreshold: Infinity },
    connectionMonitor: { enabled: false },
    services
  })
  await node.handle(ECHO, echo)
  return node
}

function echo(stream: Stream): void {
  stream.addEventListener('message', ({ data }) => {
    stream.send(data)
  })
  stream.addEventListener('remoteCloseWrite', () => {
    void stream.close()
  })
}

export function addressOf({ listener }: Pair): Multiaddr {
  const [address] = listener.getMultiaddrs()
  if (address === undefined) throw new Error('The listener has no address')
  return address
}

/** Closes a connection; settles when both sides have seen it go. */
export async function part({ dialer, listener }: Pair, connection: Connection): Promise<void> {
  const gone = Promise.all([next(dialer, 'connection:close'), next(listener, 'connection:close')])
  await connection.close()
  await gone
}

export async function stopPair({ dialer, listener }: Pair): Promise<void> {
  await Promise.all([dialer.stop(), listener.stop()])
}

/** Milliseconds of the process's clock at which the node emits the next event of this name. */
export async function next(
  node: Libp2p,
  type: 'connection:open' | 'connection:close' | 'peer:authorized'
): Promise<number> {
  return new Promise((resolve) => {
    node.addEventListener(type, () => resolve(performance.now()), { once: true })
  })
}
