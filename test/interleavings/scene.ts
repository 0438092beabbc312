import { multiaddr } from '@multiformats/multiaddr'
import { replayRecording } from '../../src/inspector/index.ts'
import { settled } from '../../src/testing/settled.ts'
import { Network } from '../../src/testing/simulation/network.ts'
import { idOf } from '../../src/testing/simulation/scripted-peer.ts'
import { APP, SimulatedNode } from '../../src/testing/simulation/simulated-node.ts'
import { Application } from './application.ts'
import { Counterpart, NAMES } from './counterpart.ts'
import { brokenLaws, brokenSlots, OPTIONS } from './laws.ts'
import { EventOrder } from './order.ts'
import { Listeners } from './listeners.ts'
import { Oddities } from './oddities.ts'
import type { Reference } from './reference.ts'
import type { Name } from './counterpart.ts'
import type { Quiet } from './laws.ts'
import type { Turns } from './turns.ts'
import type { PeerId } from '@libp2p/interface'
import type { Multiaddr } from '@multiformats/multiaddr'

/** Milliseconds after which no caller waits any more, whatever the peers do. */
const PATIENCE = 60_000

/** Milliseconds in which a node has to stop, its goodbyes included. */
const STOP_TIMEOUT = 20_000

/**
 * One node with the whole service, whose ports answer when it is their turn, and peers that follow scripts.
 * What must be true is asked after every command, and in all that follows from the events of the service.
 */
export class Scene {
  readonly network: Network
  readonly node: SimulatedNode
  /** Another node with the whole service, which answers at once: what both think of each other must agree. */
  readonly twin: SimulatedNode
  readonly application: Application
  readonly oddities: Oddities
  readonly listeners: Listeners
  readonly reference: Reference
  readonly #turns: Turns
  readonly #peers: ReadonlyMap<Name, Counterpart>
  /** Laws that did not hold at some moment. */
  readonly #broken: string[] = []
  #life: 'stopped' | 'starting' | 'running' | 'stopping' = 'stopped'

  constructor(turns: Turns, reference: Reference, seed = 1) {
    const carrier = (arrive: () => void, what: string): void =>
      void turns.take(what).then(() => arrive())
    this.network = new Network({ seed, carrier })
    this.#turns = turns
    this.reference = reference
    this.application = new Application(turns)
    this.oddities = new Oddities(turns)
    this.listeners = new Listeners()
    this.node = SimulatedNode.idle(this.network, idOf('self'), '/ip4/20.0.0.1/tcp/4001', {
      ...OPTIONS,
      trustedPeers: [idOf('t0')],
      handshake: this.application,
      through: (components) => {
        this.oddities.enter(components.events)
        return turns.slowly(components, this.application.gater)
      }
    })
    this.twin = SimulatedNode.idle(this.network, idOf('twin'), '/ip4/30.0.0.1/tcp/4001', {
      ...OPTIONS,
      outboundShare: 0
    })
    void this.twin.start()
    this.#peers = new Map(
      NAMES.map((name, index) => [
        name,
        new Counterpart(this.network, name, `/ip4/${40 + index}.0.0.1/tcp/4001`, reference)
      ])
    )
    this.#watch()
    this.start()
  }

  get peers(): SimulatedNode['peers'] {
    return this.node.peers
  }

  get isRunning(): boolean {
    return this.#life === 'running'
  }

  peer(name: Name): Counterpart {
    const peer = this.#peers.get(name)
    if (peer === undefined) throw new Error(`Nobody is called ${name}`)
    return peer
  }

  id(name: Name): PeerId {
    return this.peer(name).peerId
  }

  /** Where the peer can be dialed, its id included. */
  at(name: Name): Multiaddr {
    return this.addressOf(this.peer(name))
  }

  addressOf = ({ address, peerId }: Pick<SimulatedNode, 'address' | 'peerId'>): Multiaddr =>
    multiaddr(`${address.toString()}/p2p/${peerId.toString()}`)

  nameOf(key: string): string {
    return NAMES.find((name) => this.id(name).toString() === key) ?? key
  }

  /** Starts the node, if it is stopped: with the same service, or with a new one over what was stored. */
  start(how: 'again' | 'anew' = 'again'): void {
    if (this.#life !== 'stopped') return
    this.#life = 'starting'
    const { clock } = this.network
    if (how === 'anew') {
      // no process starts in the moment in which another ends: of two decisions of one moment the ban holds
      clock.advance(1)
      this.reference.restarted()
      this.listeners.leave()
    }
    const since = clock.now()
    const begun = how === 'anew' ? this.node.startAnew() : this.node.start()
    const started = begun.then(() => this.reference.started(clock.now() > since))
    // a new service is there at once, though it is not started
    if (how === 'anew') this.#watch()
    this.#live('start()', started, 'running')
  }

  /** Stops the node, if it runs: as libp2p, which does not listen before it has started. */
  stop(): void {
    if (this.#life !== 'running') return
    this.#life = 'stopping'
    const { clock } = this.network
    const since = clock.now()
    // a datastore that takes its time is not waited for
    const stopped = this.node.stop().then(() => this.reference.stopped(clock.now() > since))
    this.#live('stop()', stopped, 'stopped')
  }

  /** The application opens a stream to the peer, over the newest connection. */
  async send(name: Name): Promise<void> {
    const connection = this.node.connections.findLast(({ remotePeer }) =>
      remotePeer.equals(this.id(name))
    )
    const isAuthorized = (): boolean => this.peers.isAuthorized(this.id(name))
    const stream = await connection?.newStream(APP).catch(() => undefined)
    const isUsable = stream?.status === 'open' || stream?.status === 'closing'
    if (isUsable && !isAuthorized()) this.#broken.push(`a stream to ${name} was handed out`)
    await stream?.close().catch(() => {})
  }

  discover(name: Name): Promise<void> {
    const { peerId, address } = this.peer(name)
    return this.node.peerStore.discover({ id: peerId, multiaddrs: [address] })
  }

  /** Somebody saw a law that did not hold. */
  accuse(broken: string): void {
    this.#broken.push(broken)
  }

  /** Time passes, deadline by deadline; nobody gets a turn meanwhile. */
  async tick(ms: number): Promise<void> {
    await this.network.advance(ms)
  }

  /** Everything that must be true, now. */
  check(quiet: Quiet = 'none'): void {
    this.#broken.push(...brokenLaws(this, quiet))
    const [first] = this.#broken
    if (first !== undefined) throw new Error(first)
  }

  /** Everything that needs no time has its turn. */
  async calm(): Promise<void> {
    await this.#turns.all()
    await settled()
  }

  /** Everything has its turn, everybody gets an answer, and a node that is stopped leaves nothing. */
  async end(): Promise<void> {
    this.application.mood = 'willing'
    await this.#turns.all()
    this.check('calm')
    await this.pass(PATIENCE)
    this.check('settled')
    const unheard = [...this.reference.waiting.values()]
    if (unheard.length > 0) throw new Error(`Nobody was answered: ${unheard.join(', ')}`)
    this.stop()
    const stopped = this.twin.stop()
    await this.pass(STOP_TIMEOUT)
    await stopped
    const { slots, connections } = this.peers.status()
    const left = {
      life: this.#life === 'stopped' ? 0 : 1,
      slots: slots.length,
      waiting: this.reference.waiting.size,
      peers: this.peers.getPeers().length,
      deadlines: this.network.clock.pending,
      streams: this.node.connections.flatMap(({ streams }) => streams).length,
      authorized: connections.authorized
    }
    if (Object.values(left).some((count) => count > 0)) throw new Error(JSON.stringify(left))
    this.check('settled')
    const { divergence } = await replayRecording(this.peers.recording())
    if (divergence !== undefined) throw new Error(`A replay differs: ${JSON.stringify(divergence)}`)
  }

  /** Time passes, and whoever wants a turn gets it in between. */
  async pass(ms: number): Promise<void> {
    const { clock } = this.network
    const end = clock.now() + ms
    for (;;) {
      await this.#turns.all()
      await settled()
      this.check()
      const next = clock.next ?? Infinity
      if (next > end) break
      clock.advance(next - clock.now())
    }
    clock.advance(end - clock.now())
    await this.#turns.all()
  }

  #live(what: string, done: Promise<void>, life: 'running' | 'stopped'): void {
    this.reference.await(what, done)
    const failed = (error: unknown): void => this.accuse(`${what} failed: ${String(error)}`)
    done.then(() => (this.#life = life), failed)
  }

  /** Listens to the service of now. */
  #watch(): void {
    const { peers } = this
    this.listeners.enter(peers, this.node.components.events)
    void new EventOrder(peers, (law) => this.accuse(law))
    peers.addEventListener('peer:transition', () => {
      const broken = brokenSlots(peers, false)
      if (broken !== undefined) this.#broken.push(broken)
    })
    peers.addEventListener('peer:authorized', ({ detail: { peer } }) => {
      // the twin follows the protocol, whatever it says
      if (peer === this.twin.peerId.toString() || this.reference.authorized(peer)) return
      this.#broken.push(`${this.nameOf(peer)} is authorized and has not accepted`)
    })
  }
}
