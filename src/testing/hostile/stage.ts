import { generateKeyPair } from '@libp2p/crypto/keys'
import { peerIdFromPrivateKey } from '@libp2p/peer-id'
import { Disguise } from './disguise.ts'
import { APP, HostilePeer, identifiedBy, networkOf, patientPing } from './hostile-peer.ts'
import { libraries } from './libraries.ts'
import { joined } from './line.ts'
import { demand, demandEqual, Patience } from './patience.ts'
import type { Factories, House, Subject } from './subject.ts'
import type { Wire } from './disguise.ts'
import type { Libraries } from './libraries.ts'
import type { Handshake, PeerLifecycleInit } from '../../index.ts'
import type { Connection, ConnectionGater, PeerId, PrivateKey } from '@libp2p/interface'
import type { Libp2pOptions } from 'libp2p'

/** A second protocol of the application, handled like the first. */
export const OTHER_APP = '/hostile/other/1.0.0'

/** A stream of the application that has reached a handler of the node under test. */
interface Delivery {
  readonly peer: string
  readonly protocol: string
  /** Was it one of a peer when it was handed over? */
  readonly wasPeer: boolean
  /** What has come on it so far. */
  text: string
}

/** A node under test on a stage, with an application that writes down what reaches it. */
export interface StagedHouse extends House {
  readonly disguise: Disguise
  /** Who has told the node which protocols it speaks. */
  readonly identified: ReadonlySet<string>
  /** Streams that have reached the application, in order. */
  readonly deliveries: readonly Delivery[]
}

export interface StagedHouseInit {
  /** @default 8 */
  readonly maxPeers?: number
  readonly services?: Factories
  readonly early?: Factories
  readonly lifecycle?: Partial<PeerLifecycleInit>
  readonly around?: (handshake: Handshake) => Handshake
  readonly network?: Partial<Libp2pOptions>
}

export interface HostilePeerOptions {
  /** Does it say what is to be refused, and is it nobody who is welcome? */
  readonly isWrong?: boolean
  readonly gater?: ConnectionGater
  /** Does it look after its connections, as stock nodes do, by pinging them? */
  readonly pings?: boolean
  /** Its own key, if any key will not do. */
  readonly privateKey?: PrivateKey
  /** How its id compares with this node's, where the order of ids matters. */
  readonly order?: { readonly than: House; readonly isSmaller: boolean }
}

/** Ids that are welcome, and those that are not: as many as the longest script needs. */
const WELCOME = 80
const STRANGERS = 16

interface Keys {
  readonly welcome: readonly PrivateKey[]
  readonly strangers: readonly PrivateKey[]
}

let made: Promise<Keys> | undefined

async function makeKeys(): Promise<Keys> {
  const keys = await Promise.all(
    Array.from({ length: WELCOME + STRANGERS }, async () => generateKeyPair('Ed25519'))
  )
  const ids = keys.slice(0, WELCOME)
  const bySize = ids.toSorted((a, b) =>
    isSmaller(peerIdFromPrivateKey(a), peerIdFromPrivateKey(b)) ? -1 : 1
  )
  // the first is the first node under test: of smaller and of larger ids there are as many
  const welcome = [bySize[WELCOME / 2], ...ids.filter((key) => key !== bySize[WELCOME / 2])]
  return {
    welcome: welcome.filter((key) => key !== undefined),
    strangers: keys.slice(WELCOME)
  }
}

/** Where one script is played: the nodes under test, and whoever comes to them. */
export class Stage {
  readonly subject: Subject
  readonly wire: Wire
  readonly patience: Patience
  readonly #libraries: Libraries
  readonly #welcome: PrivateKey[]
  readonly #strangers: PrivateKey[]
  readonly #ids
  readonly #houses: StagedHouse[] = []
  readonly #nodes: { stop(): void | Promise<void> }[] = []

  /** @param patience - Milliseconds for whatever is waited for, in real time */
  static async of(subject: Subject, wire: Wire, patience = 8_000): Promise<Stage> {
    made ??= makeKeys()
    return new Stage(await libraries(), subject, wire, new Patience(patience), await made)
  }

  private constructor(
    libs: Libraries,
    subject: Subject,
    wire: Wire,
    patience: Patience,
    keys: Keys
  ) {
    this.#libraries = libs
    this.subject = subject
    this.wire = wire
    this.patience = patience
    this.#welcome = [...keys.welcome]
    this.#strangers = [...keys.strangers]
    this.#ids = keys.welcome.map((key) => peerIdFromPrivateKey(key))
  }

  /** Starts a node under test. */
  async house(init: StagedHouseInit = {}): Promise<StagedHouse> {
    const disguise = new Disguise()
    const house = await this.subject.build({
      network: { ...this.#networkOf(keyOf(this.#welcome), disguise), ...init.network },
      services: {
        ping: patientPing(this.#libraries),
        identify: this.#libraries.identify(),
        ...init.services
      },
      early: init.early ?? {},
      welcome: this.#ids,
      maxPeers: init.maxPeers ?? 8,
      lifecycle: init.lifecycle ?? {},
      around: init.around ?? ((handshake) => handshake)
    })
    this.#nodes.push(house.node)
    const deliveries: Delivery[] = []
    for (const protocol of [APP, OTHER_APP]) {
      await house.node.handle(
        protocol,
        (stream, { remotePeer }) => {
          const peer = remotePeer.toString()
          const delivery: Delivery = { peer, protocol, wasPeer: house.isPeer(peer), text: '' }
          deliveries.push(delivery)
          stream.addEventListener('message', ({ data }) => {
            delivery.text += new TextDecoder().decode(data.subarray())
          })
        },
        { maxInboundStreams: 1_000, runOnLimitedConnection: true }
      )
    }
    const staged = Object.assign(house, {
      disguise,
      deliveries,
      identified: identifiedBy(house.node)
    })
    this.#houses.push(staged)
    return staged
  }

  /** Starts a peer in the hands of the script. */
  async peer(options: HostilePeerOptions = {}): Promise<HostilePeer> {
    const { isWrong = false, gater = {}, pings = false } = options
    const peer = await HostilePeer.start({
      wire: this.wire,
      libraries: this.#libraries,
      subject: this.subject,
      privateKey:
        options.privateKey ?? keyOf(isWrong ? this.#strangers : this.#welcome, options.order),
      welcome: this.#ids,
      isWrong,
      gater,
      pings,
      patience: this.patience
    })
    this.#nodes.push(peer)
    return peer
  }

  /** So many of them. */
  async peers(count: number): Promise<HostilePeer[]> {
    return Promise.all(Array.from({ length: count }, async () => this.peer()))
  }

  /** An honest peer of the node, and its connection. */
  async friend(house: House): Promise<HostilePeer> {
    const peer = await this.peer()
    await this.befriend(house, peer)
    return peer
  }

  /** The peer shakes hands with the node as an honest one does, and becomes one of its peers. */
  async befriend(house: House, peer: HostilePeer): Promise<void> {
    await (await peer.call(house)).shake()
    await this.until(() => house.isPeer(peer.key), 'an honest peer is let in')
  }

  /** The same, and all that the peer said for it. */
  async record(house: House, peer: HostilePeer): Promise<Uint8Array> {
    const voice = await peer.call(house)
    const hello = await voice.hello()
    voice.line.write(hello)
    const rest = await voice.answer()
    voice.line.write(rest)
    await this.until(() => house.isPeer(peer.key), 'an honest peer is let in')
    return joined(hello, rest)
  }

  /** The connection between the two at the peer's end, as soon as it is there; the first, if there are more. */
  async connection(peer: HostilePeer, house: House): Promise<Connection> {
    const open = (): Connection | undefined => peer.node.getConnections(house.node.peerId)[0]
    await this.until(() => open() !== undefined, 'the connection is there')
    const connection = open()
    if (connection === undefined) throw new Error('Expected a connection that stays')
    return connection
  }

  /** Waits until it is so. */
  async until(isSo: () => boolean, what: string): Promise<void> {
    await this.patience.until(isSo, what)
  }

  /**
   * Round trips on fresh streams between the two, through everything a stream passes at the node: what was
   * sent before them and has had no effect by now, has none.
   */
  async fence(peer: HostilePeer, house: House): Promise<void> {
    await this.connection(peer, house)
    const rounds = async (): Promise<void> => {
      await peer.node.services.ping.ping(house.node.peerId)
      await peer.node.services.ping.ping(house.node.peerId)
    }
    await this.patience.within(rounds(), 'a round trip')
  }

  /** Nothing of the application's has been reached by the peer. */
  demandNothingDelivered({ deliveries }: StagedHouse, peer: HostilePeer, when: string): void {
    const got = deliveries.filter((delivery) => delivery.peer === peer.key)
    demand(got.length === 0, `${when}: the application was reached by ${got.length} streams`)
  }

  #networkOf(privateKey: PrivateKey, disguise: Disguise): ReturnType<typeof networkOf> {
    return networkOf({ wire: this.wire, libraries: this.#libraries, privateKey, disguise })
  }

  /**
   * What must hold whatever was played: nothing reached the application but from peers, nothing failed, and
   * nodes that have stopped have left nothing behind.
   */
  demandLaws(): void {
    for (const { deliveries, faults, pending } of this.#houses) {
      const early = deliveries.filter(({ wasPeer }) => !wasPeer)
      demandEqual(early, [], 'streams of strangers that reached the application')
      demandEqual(faults.length, 0, 'faults')
      demandEqual(pending, 0, 'deadlines after the end')
    }
  }

  /** Stops all nodes. */
  async end(): Promise<void> {
    await Promise.all(this.#nodes.splice(0).map(async (node) => node.stop()))
  }
}

function keyOf(keys: PrivateKey[], order?: HostilePeerOptions['order']): PrivateKey {
  const at = keys.findIndex((key) => {
    const id = peerIdFromPrivateKey(key)
    return order === undefined || isSmaller(id, order.than.node.peerId) === order.isSmaller
  })
  const [key] = keys.splice(at, at === -1 ? 0 : 1)
  if (key === undefined) throw new RangeError('Expected a script of fewer peers')
  return key
}

/** Does the one come before the other, by the bytes of their ids? */
function isSmaller(one: PeerId, other: PeerId): boolean {
  const [a, b] = [one.toMultihash().bytes, other.toMultihash().bytes]
  const at = a.findIndex((byte, i) => byte !== b[i])
  return (a[at] ?? 0) < (b[at] ?? 0)
}
