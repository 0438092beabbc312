import { generateKeyPair } from '@libp2p/crypto/keys'
import { MemoryDatastore } from 'datastore-core'
import { ManualClock } from '../../src/testing/manual-clock.ts'
import { idOf } from '../../src/testing/simulation/scripted-peer.ts'
import { Cable } from './cable.ts'
import { ChartJournal } from './chart-journal.ts'
import { byHand } from './far-channel.ts'
import { FarStream } from './far-stream.ts'
import { at, farNode, keys, listed, ourNode, portOf, PROTOCOL, SECURE } from './real-nodes.ts'
import { waitUntil } from './wait-until.ts'
import type { FarChannel } from './far-channel.ts'
import type { OurNode } from './real-nodes.ts'
import type { NodeSetting } from './node-setting.ts'
import type { PeerLifecycle } from '../../src/index.ts'
import type { Connection, Libp2p, PeerId, PrivateKey } from '@libp2p/interface'
import type { Multiaddr } from '@multiformats/multiaddr'

/** A port at which nobody listens. */
const SHUT = 1

/** Two real nodes, one of ours and one in the hands of the test, and the cables between them. */
export class Stage {
  readonly setting: NodeSetting
  readonly far: Libp2p
  /** The other side again, which shakes hands in secure channels only. */
  readonly farInChannels: Libp2p
  readonly clock = new ManualClock()
  readonly handshake = listed()
  readonly datastore = new MemoryDatastore()
  readonly journal: ChartJournal
  ours!: OurNode
  /** What our node dials through, and what the other one does. */
  out!: Cable;
  in!: Cable
  /** Handshakes in secure channels, in the hands of the test, and the one that is under way. */
  readonly channels: FarChannel[]
  channel: FarChannel | undefined
  /** What is at the other end of the cable that our node dials through. */
  leadsTo: 'stream' | 'channel' = 'stream'
  /** The stream of a handshake that the other side opened last. */
  theirs: FarStream | undefined
  /** What a `connect()` is aborted by. */
  attempt = new AbortController()
  /** Disconnects under way. */
  left: Promise<void> = Promise.resolve()
  /** How often our application was asked whether somebody may connect. */
  waiting = 0
  letPass: () => void = () => {}
  /** Streams that we opened. */
  readonly #incoming: FarStream[] = []
  readonly #ourKey: PrivateKey
  #thought: Promise<void> = Promise.resolve()
  #another: Libp2p | undefined

  private constructor(
    setting: NodeSetting,
    ourKey: PrivateKey,
    far: Libp2p,
    farInChannels: Libp2p,
    channels: FarChannel[]
  ) {
    this.setting = setting
    this.#ourKey = ourKey
    this.far = far
    this.farInChannels = farInChannels
    this.channels = channels
    this.journal = ChartJournal.of(far.peerId.toString())
  }

  static async set(setting: NodeSetting): Promise<Stage> {
    const [ourKey, farKey] = await keys(setting.weWin)
    const channels: FarChannel[] = []
    const far = await farNode(farKey)
    const encrypter = byHand(SECURE, (channel) => void channels.push(channel))
    const farInChannels = await farNode(farKey, encrypter)
    const stage = new Stage(setting, ourKey, far, farInChannels, channels)
    await stage.#begin()
    return stage
  }

  async #begin(): Promise<void> {
    const { far, farInChannels, setting } = this
    this.out = await Cable.lay(() => portOf(this.leadsTo === 'channel' ? farInChannels : far), true)
    this.in = await Cable.lay(() => portOf(this.ours), false)
    await Promise.all([this.handle(far), this.handle(farInChannels)])
    await this.#start(setting.address === 'unknown' ? [] : [at(this.#door)])
    // known, and nothing else
    if (setting.address === 'known') this.#ask(this.id)
    this.journal.clear()
  }

  /** Where our node thinks that the peer is. */
  get #door(): number {
    return this.setting.address === 'shut' ? SHUT : (this.out.ports[0] ?? SHUT)
  }

  /** Our node starts, with what it has stored. */
  async #start(multiaddrs: Multiaddr[]): Promise<void> {
    const { setting, clock, handshake, datastore } = this
    const gater = {
      denyInboundUpgradedConnection: async () => {
        this.waiting++
        await this.#thought
        return false
      }
    }
    this.ours = await ourNode(setting, { key: this.#ourKey, clock, handshake, datastore, gater })
    if (multiaddrs.length > 0) await this.ours.peerStore.merge(this.id, { multiaddrs })
    await this.ours.start()
    if (setting.address === 'known') this.hold()
  }

  /** Our node stops, and starts anew over what was stored. */
  async restart(): Promise<void> {
    await this.ours.stop()
    await this.#start([])
  }

  /** Our application thinks about whoever connects, until it lets them pass. */
  think(): void {
    this.#thought = new Promise((resolve) => {
      this.letPass = resolve
    })
  }

  /** Somebody else is to be dialed where nobody is. */
  async failToReach(name: string): Promise<void> {
    const address = at(SHUT).encapsulate(`/p2p/${idOf(name).toString()}`)
    await this.peers.connect(address).catch(() => {})
  }

  /** Somebody else connects to our node. */
  async letAnotherConnect(): Promise<void> {
    this.#another = await farNode(await generateKeyPair('Ed25519'))
    await this.#another.dial(at(this.in.ports[0] ?? SHUT))
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
    await Promise.all([
      this.ours.stop(),
      this.far.stop(),
      this.farInChannels.stop(),
      this.#another?.stop()
    ])
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
