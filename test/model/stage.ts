import { generateKeyPair } from '@libp2p/crypto/keys'
import { noise } from '@chainsafe/libp2p-noise'
import { yamux } from '@chainsafe/libp2p-yamux'
import { peerIdFromPrivateKey } from '@libp2p/peer-id'
import { tcp } from '@libp2p/tcp'
import { multiaddr } from '@multiformats/multiaddr'
import { createLibp2p } from 'libp2p'
import { HandshakeRefusedError, peerLifecycle } from '../../src/index.ts'
import { ManualClock } from '../../src/testing/manual-clock.ts'
import { idOf } from '../../src/testing/simulation/scripted-peer.ts'
import { Cable } from './cable.ts'
import { ChartJournal } from './chart-journal.ts'
import { byHand } from './far-channel.ts'
import { FarStream } from './far-stream.ts'
import { waitUntil } from './wait-until.ts'
import type { FarChannel } from './far-channel.ts'
import type { Setting } from './world.ts'
import type { Libp2pOptions } from 'libp2p'
import type { Handshake, PeerLifecycle } from '../../src/index.ts'
import type { HandshakeChange } from '../../src/handshake/handshake.ts'
import type { Connection, Libp2p, PeerId, PrivateKey } from '@libp2p/interface'
import type { Multiaddr } from '@multiformats/multiaddr'

const PREFIX = '/model'
/** The id of the lifecycle protocol. */
export const PROTOCOL = `${PREFIX}/peer-lifecycle/1.0.0`
/** Its id inside secure channels. */
const SECURE = `${PREFIX}/peer-lifecycle/secure/1.0.0`

export const CHAIN = 'chain 7'
export const OTHER_CHAIN = 'chain 9'
export const UNLISTED = 'chain 7, uninvited'

/** So long that nothing comes of it by itself. */
export const AGES = 1_000 * 86_400_000

type OurNode = Libp2p<{ peers: PeerLifecycle<string> }>

/** A handshake with a list that may change. */
function listed(): Handshake<string> & { tell(change: HandshakeChange): void } {
  let listener: ((change: HandshakeChange) => void) | undefined
  return {
    hello: () => new TextEncoder().encode(CHAIN),
    verify: (payload) => {
      const word = new TextDecoder().decode(payload)
      if (word === UNLISTED) throw new HandshakeRefusedError('not-allowed')
      if (word !== CHAIN) throw new HandshakeRefusedError('incompatible')
      return word
    },
    subscribe: (told) => {
      listener = told
      return () => {}
    },
    tell: (change) => listener?.(change)
  }
}

/** Two real nodes, one of ours and one in the hands of the test, and the cables between them. */
export class Stage {
  readonly ours: OurNode
  readonly far: Libp2p
  /** The other side again, which shakes hands in secure channels only. */
  readonly farInChannels: Libp2p
  readonly clock: ManualClock
  readonly journal: ChartJournal
  readonly handshake: ReturnType<typeof listed>
  /** What our node dials through, and what the other one does. */
  readonly out: Cable
  readonly in: Cable
  /** Handshakes in secure channels, in the hands of the test. */
  readonly channels: FarChannel[]
  /** The one that is under way. */
  channel: FarChannel | undefined
  /** What is at the other end of the cable that our node dials through. */
  leadsTo: 'stream' | 'channel' = 'stream'
  /** The stream of a handshake that the other side opened last. */
  theirs: FarStream | undefined
  /** Streams that we opened. */
  readonly #incoming: FarStream[] = []
  /** What a `connect()` is aborted by. */
  attempt = new AbortController()
  /** Disconnects under way. */
  left: Promise<void> = Promise.resolve()

  private constructor(
    parts: Pick<
      Stage,
      | 'ours'
      | 'far'
      | 'farInChannels'
      | 'clock'
      | 'handshake'
      | 'out'
      | 'in'
      | 'journal'
      | 'channels'
    >
  ) {
    this.ours = parts.ours
    this.far = parts.far
    this.farInChannels = parts.farInChannels
    this.clock = parts.clock
    this.journal = parts.journal
    this.channels = parts.channels
    this.handshake = parts.handshake
    this.out = parts.out
    this.in = parts.in
  }

  static async set({ weWin, isSecured, dispositions }: Setting): Promise<Stage> {
    const [ourKey, farKey] = await keys(weWin)
    const [clock, handshake] = [new ManualClock(), listed()]
    const channels: FarChannel[] = []
    const far = await nodeOf(farKey)
    const farInChannels = await nodeOf(farKey, [
      byHand(SECURE, (channel) => void channels.push(channel))
    ])
    const peers = peerLifecycle<string>({
      protocolPrefix: PREFIX,
      dispositions,
      handshake,
      clock,
      random: () => 0,
      maxPeers: 9,
      // nobody is dialed unasked
      outboundShare: 0,
      connectTimeout: 1_000 * AGES,
      // one dial at a time, when the test lets it begin
      dialing: {
        dialBurst: 1,
        dialsPerSecond: 1_000 / AGES,
        sourceShare: 0,
        queryInterval: Infinity
      },
      memory: { flushInterval: 1_000 * AGES, refreshInterval: Infinity }
    })
    const encrypters = isSecured ? [peers.secure(noise()), noise()] : [noise()]
    const ours = (await nodeOf(ourKey, encrypters, { peers })) as unknown as OurNode
    const out = await Cable.lay(
      () => portOf(stage.leadsTo === 'channel' ? farInChannels : far),
      true
    )
    const into = await Cable.lay(() => portOf(ours), false)
    const journal = ChartJournal.of(far.peerId.toString())
    const stage: Stage = new Stage({
      ours,
      far,
      farInChannels,
      channels,
      clock,
      handshake,
      out,
      in: into,
      journal
    })
    await ours.peerStore.merge(far.peerId, { multiaddrs: [at(out.ports[0] ?? 0)] })
    await Promise.all([stage.handle(far), stage.handle(farInChannels)])
    await ours.start()
    stage.hold()
    // known, and nothing else
    stage.#ask(stage.id)
    journal.clear()
    return stage
  }

  /** Slots that were granted to the peer. */
  get grants(): number {
    return this.journal.edges.filter((edge) => edge.includes(' on slot.granted ')).length
  }

  get peers(): PeerLifecycle<string> {
    return this.ours.services.peers
  }

  get id(): PeerId {
    return this.far.peerId
  }

  /** Nobody is dialed before the scheduler is let to: another peer's dial has taken the only turn. */
  hold(): void {
    this.#ask(idOf('filler'))
  }

  /** The other side's end of the connection. */
  get connection(): Connection {
    const nodes = [this.far, this.farInChannels]
    const connection = nodes.flatMap((node) => node.getConnections(this.ours.peerId)).at(-1)
    if (connection === undefined) throw new Error('The other side is not connected')
    return connection
  }

  async connect(): Promise<void> {
    await this.far.dial(at(this.in.ports[0] ?? 0))
  }

  /** The other side begins a connection that has its handshake in the channel. */
  async call(): Promise<FarChannel> {
    // what comes of it is to be seen at our node
    this.farInChannels.dial(at(this.in.ports[0] ?? 0)).catch(() => {})
    return this.answer()
  }

  /** The next handshake in a channel. */
  async answer(): Promise<FarChannel> {
    await waitUntil(
      () => this.channels.length > 0,
      () => 'No handshake was begun in a channel'
    )
    this.channel = this.channels.shift()
    if (this.channel === undefined) throw new Error('The channel is gone')
    return this.channel
  }

  /** The other side opens a stream of the handshake. */
  async open(): Promise<FarStream> {
    return new FarStream(await this.connection.newStream(PROTOCOL))
  }

  /** The stream that we opened last, which begins with this. */
  async accept(type: 'hello' | 'update'): Promise<FarStream> {
    const find = (): FarStream | undefined =>
      this.#incoming.findLast(({ heard, stream }) => heard[0] === type && stream.status === 'open')
    await waitUntil(
      () => find() !== undefined,
      () => `No ${type} came`
    )
    const stream = find()
    if (stream === undefined) throw new Error(`The ${type} is gone`)
    return stream
  }

  async clear(): Promise<void> {
    await Promise.all([this.out.take(), this.in.take()])
    for (const channel of this.channels) channel.hangUp()
    this.channel?.hangUp()
    await Promise.all([this.ours.stop(), this.far.stop(), this.farInChannels.stop()])
  }

  /** The node of the other side takes streams of the handshake from now on. */
  async handle(node: Libp2p): Promise<void> {
    await node.handle(PROTOCOL, (stream) => void this.#incoming.push(new FarStream(stream)))
  }

  /** Asks for a peer, and thinks better of it. */
  #ask(peer: PeerId): void {
    const aborted = new AbortController()
    this.peers.connect(peer, { signal: aborted.signal }).catch(() => {})
    aborted.abort()
  }
}

export const at = (port: number): Multiaddr => multiaddr(`/ip4/127.0.0.1/tcp/${port}`)

function portOf(node: Libp2p): number {
  const [address] = node.getMultiaddrs()
  const tcpPort = address?.getComponents().find(({ name }) => name === 'tcp')?.value
  if (tcpPort === undefined) throw new Error('The node does not listen')
  return Number(tcpPort)
}

function nodeOf(
  privateKey: PrivateKey,
  connectionEncrypters: NonNullable<Libp2pOptions['connectionEncrypters']> = [noise()],
  services?: { peers: ReturnType<typeof peerLifecycle<string>> }
): Promise<Libp2p> {
  return createLibp2p({
    privateKey,
    start: services === undefined,
    addresses: { listen: ['/ip4/127.0.0.1/tcp/0'] },
    transports: [tcp()],
    connectionEncrypters,
    streamMuxers: [yamux()],
    connectionManager: { inboundConnectionThreshold: Infinity, reconnectRetries: 0 },
    connectionMonitor: { enabled: false },
    ...(services !== undefined && { services })
  }) as unknown as Promise<Libp2p>
}

/** Our key and the other side's: the smaller id wins. */
async function keys(weWin: boolean): Promise<[PrivateKey, PrivateKey]> {
  const pair = await Promise.all([generateKeyPair('Ed25519'), generateKeyPair('Ed25519')])
  const [one, other] = pair
  const isSmaller = Buffer.compare(hashOf(one), hashOf(other)) < 0
  return isSmaller === weWin ? [one, other] : [other, one]
}

const hashOf = (key: PrivateKey): Uint8Array => peerIdFromPrivateKey(key).toMultihash().bytes
