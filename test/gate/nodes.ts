import { noise } from '@chainsafe/libp2p-noise'
import { yamux } from '@chainsafe/libp2p-yamux'
import { identify } from '@libp2p/identify'
import { memory } from '@libp2p/memory'
import { ping } from '@libp2p/ping'
import { createLibp2p } from 'libp2p'
import { onTestFinished, vi } from 'vitest'
import { Gate } from '../../src/gate/gate.ts'
import { BUILT_IN_OPEN_PROTOCOLS } from '../../src/gate/open-protocols.ts'
import { HandClock } from './hand-clock.ts'
import type { GateComponents, Standing } from '../../src/gate/gate.ts'
import type { Identify } from '@libp2p/identify'
import type {
  ComponentLogger,
  Connection,
  Libp2p,
  PeerId,
  ServiceMap,
  Stream
} from '@libp2p/interface'
import type { Registrar } from '@libp2p/interface-internal'
import type { Ping } from '@libp2p/ping'
import type { Libp2pOptions } from 'libp2p'

/** The gated protocol of most tests. */
export const APP = '/test/app/1.0.0'

/** Milliseconds a stream may be held on the hand-moved clock. */
export const HOLD_TIMEOUT = 5_000

export interface TestGateOptions {
  maxHeldPerPeer?: number
  maxHeld?: number
}

/** The smallest service that can carry a gate: who is authorized is written in a map. */
export class TestGate {
  readonly gate: Gate
  readonly clock = new HandClock()
  readonly components: GateComponents

  /** libp2p's own registrar, which the gate stands in front of. */
  readonly inner: Registrar
  readonly standings = new Map<string, Standing>()
  readonly banned = new Set<string>()

  constructor(components: GateComponents & { logger: ComponentLogger }, options: TestGateOptions) {
    this.components = components
    this.inner = components.registrar
    this.gate = new Gate(components, {
      openProtocols: new Set(BUILT_IN_OPEN_PROTOCOLS),
      standing: (peer) => this.standings.get(peer) ?? 'closed',
      denied: (peer) => this.banned.has(peer),
      clock: this.clock,
      holdTimeout: HOLD_TIMEOUT,
      log: components.logger.forComponent('test:gate'),
      ...options
    })
    this.gate.install()
  }

  start(): void {
    this.gate.start()
  }

  stop(): void {
    this.gate.stop()
  }

  authorize(peer: PeerId): void {
    this.standings.set(peer.toString(), 'authorized')
    this.gate.authorized(peer)
  }

  deauthorize(peer: PeerId): void {
    this.standings.set(peer.toString(), 'closed')
    this.gate.deauthorized(peer)
  }

  /** The handshake with the peer begins. */
  await(peer: PeerId): void {
    this.standings.set(peer.toString(), 'pending')
  }

  /** The handshake with the peer ends without authorization. */
  settle(peer: PeerId): void {
    this.standings.set(peer.toString(), 'closed')
    this.gate.settled(peer)
  }
}

export interface StockServices extends ServiceMap {
  identify: Identify
  ping: Ping
}

export interface GatedServices extends StockServices {
  gate: TestGate
}

type Options = Omit<Libp2pOptions, 'services'>
// of the components each factory takes what it needs
type Factories<T extends ServiceMap> = { [K in keyof T]: (components: never) => T[K] }

let nodes = 0

function network(options: Options): Options {
  return {
    addresses: { listen: [`/memory/gate-${process.pid}-${++nodes}`] },
    transports: [memory()],
    connectionEncrypters: [noise()],
    streamMuxers: [yamux()],
    connectionManager: { inboundConnectionThreshold: Infinity },
    connectionMonitor: { enabled: false },
    ...options
  }
}

/** A node without a gate; stopped when the test is over. */
export async function stockNode<T extends ServiceMap = {}>(
  services?: Factories<T>,
  options: Options = {}
): Promise<Libp2p<StockServices & T>> {
  const node = (await createLibp2p({
    ...network(options),
    services: { identify: identify(), ping: ping(), ...services }
  })) as unknown as Libp2p<StockServices & T>
  onTestFinished(async () => node.stop())
  return node
}

/** A node with a gate, constructed before its other services; stopped when the test is over. */
export async function gatedNode<T extends ServiceMap = {}>(
  services?: Factories<T>,
  { gate = {}, ...options }: Options & { gate?: TestGateOptions } = {}
): Promise<Libp2p<GatedServices & T>> {
  const node = (await createLibp2p({
    ...network(options),
    services: {
      gate: (components: GateComponents & { logger: ComponentLogger }) =>
        new TestGate(components, gate),
      identify: identify(),
      ping: ping(),
      ...services
    }
  })) as unknown as Libp2p<GatedServices & T>
  onTestFinished(async () => node.stop())
  return node
}

/** Dials, and returns the connection as each end has it. Both ends have identified each other by then. */
export async function connect(
  from: Libp2p<StockServices>,
  to: Libp2p<StockServices>,
  options: { force?: boolean } = {}
): Promise<{ local: Connection; remote: Connection }> {
  const before = new Set(to.getConnections(from.peerId))
  const identified = Promise.all([nextIdentify(from, to), nextIdentify(to, from)])
  const local = await from.dial(to.getMultiaddrs(), options)
  await identified
  const remote = to.getConnections(from.peerId).find((connection) => !before.has(connection))
  if (remote === undefined) throw new Error('The other end has no new connection')
  return { local, remote }
}

async function nextIdentify(node: Libp2p, other: Libp2p): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>()
  const listener = (event: CustomEvent<{ peerId: PeerId }>): void => {
    if (event.detail.peerId.equals(other.peerId)) resolve()
  }
  node.addEventListener('peer:identify', listener)
  await promise
  node.removeEventListener('peer:identify', listener)
}

/**
 * A round trip on a fresh stream of the same connection, through everything a stream passes on the other
 * side: what was sent before it and has had no effect by now, has none.
 */
export async function fence(from: Libp2p<StockServices>, to: Libp2p<StockServices>): Promise<void> {
  await from.services.ping.ping(to.peerId)
  await from.services.ping.ping(to.peerId)
}

/** Waits until the assertion holds; fails with it after ten seconds. */
export async function eventually(assertion: () => void | Promise<void>): Promise<void> {
  await vi.waitFor(assertion, { timeout: 10_000, interval: 5 })
}

/** Everything the other side sends until it closes its end. */
export async function readAll(stream: Stream): Promise<string> {
  const decoder = new TextDecoder()
  let text = ''
  for await (const chunk of stream) text += decoder.decode(chunk.subarray(), { stream: true })
  return text
}

/**
 * Opens a stream of the protocol, sends the text and closes the writing end. The other side may have reset the
 * stream by the time it is there; then nothing is sent.
 */
export async function say(connection: Connection, protocol: string, text: string): Promise<Stream> {
  const stream = await connection.newStream(protocol, { maxOutboundStreams: Infinity })
  if (stream.status !== 'open') return stream
  stream.send(new TextEncoder().encode(text))
  await stream.close()
  return stream
}
