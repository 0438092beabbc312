import { generateKeyPair } from '@libp2p/crypto/keys'
import { peerIdFromPrivateKey } from '@libp2p/peer-id'
import { Disguise } from './disguise.ts'
import { APP, HostilePeer, networkOf, patientPing } from './hostile-peer.ts'
import { libraries } from './libraries.ts'
import { demand, Patience } from './patience.ts'
import type { Factories, House, Subject } from './subject.ts'
import type { Wire } from './disguise.ts'
import type { Libraries } from './libraries.ts'
import type { Handshake, PeerLifecycleInit } from '../../index.ts'
import type { ConnectionGater, PrivateKey } from '@libp2p/interface'
import type { Libp2pOptions } from 'libp2p'

/** A second protocol of the application, handled like the first. */
const OTHER_APP = '/hostile/other/1.0.0'

/** A stream of the application that has reached a handler of the node under test. */
interface Delivery {
  readonly peer: string
  readonly protocol: string
  /** What has come on it so far. */
  text: string
}

/** A node under test on a stage, with an application that writes down what reaches it. */
export interface StagedHouse extends House {
  readonly disguise: Disguise
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
  return { welcome: keys.slice(0, WELCOME), strangers: keys.slice(WELCOME) }
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
          const delivery: Delivery = { peer: remotePeer.toString(), protocol, text: '' }
          deliveries.push(delivery)
          stream.addEventListener('message', ({ data }) => {
            delivery.text += new TextDecoder().decode(data.subarray())
          })
        },
        { maxInboundStreams: 1_000, runOnLimitedConnection: true }
      )
    }
    return Object.assign(house, { disguise, deliveries })
  }

  /** Starts a peer in the hands of the script. */
  async peer({ isWrong = false, gater = {} }: HostilePeerOptions = {}): Promise<HostilePeer> {
    const peer = await HostilePeer.start({
      wire: this.wire,
      libraries: this.#libraries,
      subject: this.subject,
      privateKey: keyOf(isWrong ? this.#strangers : this.#welcome),
      welcome: this.#ids,
      isWrong,
      gater,
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

  /** Waits until it is so. */
  async until(isSo: () => boolean, what: string): Promise<void> {
    await this.patience.until(isSo, what)
  }

  /**
   * Round trips on fresh streams between the two, through everything a stream passes at the node: what was
   * sent before them and has had no effect by now, has none.
   */
  async fence(peer: HostilePeer, house: House): Promise<void> {
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

  /** Stops all nodes. */
  async end(): Promise<void> {
    await Promise.all(this.#nodes.splice(0).map(async (node) => node.stop()))
  }
}

function keyOf(keys: PrivateKey[]): PrivateKey {
  const key = keys.shift()
  if (key === undefined) throw new RangeError('Expected a script of fewer peers')
  return key
}
