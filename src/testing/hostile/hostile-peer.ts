import { Disguise, listenOn } from './disguise.ts'
import { Line } from './line.ts'
import type { Wire } from './disguise.ts'
import type { Libraries } from './libraries.ts'
import type { Patience } from './patience.ts'
import type { House, Subject, Voice } from './subject.ts'
import type {
  Connection,
  ConnectionGater,
  Libp2p,
  PeerId,
  PrivateKey,
  Stream
} from '@libp2p/interface'
import type { Identify } from '@libp2p/identify'
import type { Ping } from '@libp2p/ping'
import type { Multiaddr } from '@multiformats/multiaddr'
import type { Libp2pOptions } from 'libp2p'

/** The application's protocol at the node under test, which answers nothing. */
export const APP = '/hostile/app/1.0.0'

/** Milliseconds between two pings of a node that looks after its connections. */
export const PING_INTERVAL = 50

export interface HostilePeerInit {
  readonly wire: Wire
  readonly libraries: Libraries
  readonly subject: Subject
  readonly privateKey: PrivateKey
  readonly welcome: readonly PeerId[]
  readonly isWrong: boolean
  readonly gater: ConnectionGater
  readonly pings: boolean
  readonly patience: Patience
}

/** A stock libp2p node that shakes hands by hand: it says what the script makes it say. */
export class HostilePeer {
  readonly node: Libp2p<{ ping: Ping; identify: Identify }>
  readonly disguise: Disguise
  /** What was said to it on the application's protocol. */
  readonly heard: string[] = []
  readonly #init: HostilePeerInit
  readonly #lines: Line[] = []
  /** Does it say yes at once to whatever it is asked? Else scripts answer, or nobody does. */
  agrees = false
  readonly #identified: ReadonlySet<string>

  static async start(init: HostilePeerInit): Promise<HostilePeer> {
    const disguise = new Disguise()
    const { createLibp2p, identify } = init.libraries
    const node = await createLibp2p({
      ...networkOf({ ...init, disguise }),
      connectionGater: init.gater,
      connectionMonitor: { enabled: init.pings, pingInterval: PING_INTERVAL },
      services: { ping: patientPing(init.libraries), identify: identify() }
    })
    const peer = new HostilePeer(node, disguise, init)
    await node.handle(init.subject.protocol, (stream, { remotePeer }) => {
      const line = new Line(stream, 'responder', remotePeer, init.patience)
      if (peer.agrees) return peer.#voice(line).agree()
      // who has said all, and be it goodbye, need not wait
      stream.addEventListener('remoteCloseWrite', () => void stream.close().catch(() => {}))
      peer.#lines.push(line)
    })
    await node.handle(APP, (stream) => peer.#listen(stream))
    return peer
  }

  private constructor(node: HostilePeer['node'], disguise: Disguise, init: HostilePeerInit) {
    this.node = node
    this.#identified = identifiedBy(node)
    this.disguise = disguise
    this.#init = init
  }

  get id(): PeerId {
    return this.node.peerId
  }

  /** Its id as text. */
  get key(): string {
    return this.node.peerId.toString()
  }

  get address(): Multiaddr {
    return addressOf(this.node)
  }

  /** Has the node told it which protocols it speaks? */
  hasIdentified({ node }: Pick<House, 'node'>): boolean {
    return this.#identified.has(node.peerId.toString())
  }

  /** Dials; a connection that is there already is used, unless it is `forced` to be a further one. */
  async dial(house: Pick<House, 'node'>, { force = false } = {}): Promise<Connection> {
    return this.node.dial(addressOf(house.node), { force })
  }

  /** Begins a handshake. */
  async open(connection: Connection): Promise<Voice> {
    const stream = await connection.newStream(this.#init.subject.protocol)
    return this.#voice(new Line(stream, 'initiator', connection.remotePeer, this.#init.patience))
  }

  /** Dials and begins a handshake. */
  async call(house: Pick<House, 'node'>): Promise<Voice> {
    return this.open(await this.dial(house))
  }

  /** The next handshake that the other side has begun. */
  async accept(): Promise<Voice> {
    await this.#init.patience.until(() => this.#lines.length > 0, 'a handshake from the node')
    return this.#voice(this.#lines.shift() as Line)
  }

  /** Handshakes that the other side has begun and nobody has looked at. */
  get offered(): number {
    return this.#lines.length
  }

  /** Answers whatever handshakes come as an honest peer does. */
  async obliging(): Promise<void> {
    const { protocol } = this.#init.subject
    await this.node.unhandle(protocol)
    await this.node.handle(protocol, async (stream, { remotePeer }) => {
      const line = new Line(stream, 'responder', remotePeer, this.#init.patience)
      await this.#voice(line).shake()
    })
  }

  /**
   * Opens a stream of the application, says something and closes its end. The stream may have been reset by
   * then; undefined if it could not even be opened.
   */
  async say(
    connection: Connection,
    text: string,
    { protocol = APP, close = true } = {}
  ): Promise<Stream | undefined> {
    try {
      const stream = await connection.newStream(protocol, { maxOutboundStreams: Infinity })
      stream.send(new TextEncoder().encode(text))
      if (close) await stream.close()
      return stream
    } catch {
      return undefined
    }
  }

  async stop(): Promise<void> {
    await this.node.stop()
  }

  #voice(line: Line): Voice {
    const { subject, isWrong, welcome } = this.#init
    return subject.voice(line, { self: this.id, isWrong, welcome })
  }

  #listen(stream: Stream): void {
    stream.addEventListener('message', ({ data }) => {
      this.heard.push(new TextDecoder().decode(data.subarray()))
    })
  }
}

/** Everybody who has told the node which protocols it speaks, from now on. */
export function identifiedBy(node: Pick<Libp2p, 'addEventListener'>): ReadonlySet<string> {
  const peers = new Set<string>()
  node.addEventListener('peer:identify', ({ detail }) => void peers.add(detail.peerId.toString()))
  return peers
}

/** Ping, as often at once as a script likes. */
export const patientPing = ({ ping }: Libraries): ReturnType<typeof ping> =>
  ping({ maxInboundStreams: 64, maxOutboundStreams: 64 })

/** Everything a node of a scene needs, but for its services. */
export function networkOf({
  wire,
  disguise,
  privateKey,
  libraries
}: Pick<HostilePeerInit, 'wire' | 'privateKey' | 'libraries'> & {
  disguise: Disguise
}): Omit<Libp2pOptions, 'services'> {
  return {
    privateKey,
    addresses: { listen: [listenOn(wire)] },
    transports: [disguise.over(wire, libraries)],
    connectionEncrypters: [libraries.noise()],
    streamMuxers: [libraries.yamux()],
    connectionManager: {
      inboundConnectionThreshold: Infinity,
      maxIncomingPendingConnections: 100
    },
    connectionMonitor: { enabled: false }
  }
}

/** The one address of the node. */
function addressOf(node: Pick<Libp2p, 'getMultiaddrs'>): Multiaddr {
  const [address] = node.getMultiaddrs()
  if (address === undefined) throw new Error('Expected a node that listens')
  return address
}
