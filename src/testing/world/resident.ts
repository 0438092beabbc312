import { luckOf } from '../simulation/luck.ts'
import { chain, SimulatedNode } from '../simulation/simulated-node.ts'
import { Files } from './files.ts'
import { LapsingHandshake } from './lapsing-handshake.ts'
import { Life } from './life.ts'
import { Member } from './member.ts'
import { NodeClock } from './node-clock.ts'
import type { Handshake, PeerLifecycleInit, PeerTransition } from '../../index.ts'
import type { SimulatedConnection } from '../simulation/simulated-connection.ts'
import type { SimulatedPeerStore } from '../simulation/simulated-peer-store.ts'
import type { Network } from '../simulation/network.ts'
import type { Complaint } from './life.ts'
import type { Law } from './laws.ts'
import type { Links } from './links.ts'
import type { Lapse, PlannedPeer, RestartPlan } from './plan.ts'
import type { PeerRouting } from '@libp2p/interface'

/** Options of every node that the user did not give: a small node, so that many can be simulated. */
const SMALL_NODE = {
  maxPeers: 8,
  maxTracked: 100,
  memory: { flushInterval: 30_000, refreshInterval: 3_600_000 }
} as const

/** Milliseconds that a change may take until it is in the datastore for sure. */
const WRITTEN = 120_000

/** Milliseconds that a node may take to stop: its goodbyes, its memory and the ends of its connections. */
const STOPPING = 15_000

/** Options that a user may set for every node of the world. */
export type NodeOptions = Omit<
  Partial<PeerLifecycleInit>,
  'protocolPrefix' | 'handshake' | 'clock' | 'random'
>

/** The rest of the world, as a resident sees it. */
export interface ResidentPorts {
  readonly network: Network
  readonly links: Links
  readonly routing: (resident: Resident) => Pick<PeerRouting, 'findPeer' | 'getClosestPeers'>
  onTransition(resident: Resident, transition: PeerTransition): void
  onAuthorization(resident: Resident, peer: string): void
  readonly complain: (resident: Resident, law: Law, what: string, peer?: string) => void
}

export interface ResidentInit {
  readonly seed: number
  readonly handshake: (index: number) => Handshake
  readonly options: NodeOptions
  /** Makes the node of each of its lives. Default: `SimulatedNode.idle` */
  readonly nodeOf?: typeof SimulatedNode.idle
}

/** The default handshake: everybody is of one chain. */
export const oneChain = (): Handshake<string> => chain()

/** A node with the whole service that lives in the world, life after life, over the same files. */
export class Resident extends Member {
  readonly random: () => number
  readonly #init: ResidentInit
  readonly #ports: ResidentPorts
  readonly #handshake: LapsingHandshake<unknown>
  #files = new Files()
  #peerStore: SimulatedPeerStore | undefined
  #life: Life | undefined
  /** Is it on its way up or down? */
  #isBusy = false
  #offset = 0
  #bans = new Map<string, { until: number; at: number }>()

  constructor(plan: PlannedPeer, init: ResidentInit, ports: ResidentPorts) {
    super(plan)
    this.#init = init
    this.#ports = ports
    this.random = luckOf(init.seed, this.name)
    this.#handshake = new LapsingHandshake(init.handshake(plan.index))
  }

  /** The run of its process that is under way; undefined while it is down. */
  get life(): Life | undefined {
    return this.#isBusy ? undefined : this.#life
  }

  /** Does its application's code work at the moment? */
  get isWell(): boolean {
    return this.#handshake.lapse === undefined
  }

  /** Is this other one authorized here, as was announced? */
  authorizes(other: Member): boolean {
    return this.#life?.authorized.has(other.key) ?? false
  }

  async start(): Promise<void> {
    const { network, links } = this.#ports
    const clock = new NodeClock(network.clock)
    clock.jump(this.#offset)
    const files = this.#files
    const { nodeOf = SimulatedNode.idle } = this.#init
    const node = nodeOf(network, this.peerId, this.address.toString(), {
      ...SMALL_NODE,
      ...this.#init.options,
      handshake: this.#handshake as unknown as Handshake<string>,
      clock,
      random: this.random,
      allowRelayed: this.index % 2 === 0,
      isTerse: true,
      through: (components) => ({
        ...components,
        datastore: files,
        peerRouting: this.#ports.routing(this)
      })
    } as Parameters<typeof SimulatedNode.idle>[3])
    if (this.#peerStore !== undefined) node.peerStore.takeOver(this.#peerStore)
    this.#peerStore = node.peerStore
    const life = new Life(node, clock)
    this.#life = life
    life.listen(
      (transition) => this.#ports.onTransition(this, transition),
      (peer) => this.#ports.onAuthorization(this, peer),
      this.#complaint(life)
    )
    node.peers.addEventListener('peer:transition', () => {
      if (this.#handshake.lapse === 'listener throws') throw new Error('a listener fails')
    })
    for (const [peer, { until }] of this.#bans) life.bans.set(peer, until)
    links.joined(this, node)
    await node.start()
  }

  /** Goes down, and comes up again so many milliseconds later. */
  async restart({ how, files }: RestartPlan, pause: number): Promise<void> {
    const life = this.life
    if (life === undefined || this.isStalled) return
    this.#isBusy = true
    await (how === 'stop' ? this.#stop(life) : this.#kill(life))
    if (files === 'lost') this.#peerStore = undefined
    if (files === 'torn') this.#files = await this.#files.torn(this.random)
    // what a process that is gone still has in its hands reaches the files no more
    else this.#files = files === 'lost' ? new Files() : await this.#files.copy()
    this.#remember(how, files)
    await new Promise<void>((resolve) => this.#ports.network.clock.after(pause, resolve))
    this.#isBusy = false
    await this.start()
  }

  /** The node stops for good, and must leave nothing behind. */
  async stop(): Promise<void> {
    const life = this.life
    if (life === undefined) return
    this.#isBusy = true
    await this.#stop(life)
  }

  stall(time: number): void {
    const { links, network } = this.#ports
    const life = this.life
    if (life === undefined || this.isStalled) return
    life.clock.stall()
    links.stall(this)
    network.clock.after(time, () => {
      // timers that are due fire before anything is read from a socket
      life.clock.resume()
      links.resume(this)
    })
  }

  jump(by: number): void {
    this.life?.clock.jump(by)
    this.#bans.clear()
  }

  lapse(how: Lapse, time: number): void {
    this.#handshake.lapse = how
    this.#ports.links.disturb(this)
    this.#ports.network.clock.after(time, () => {
      if (this.#handshake.lapse === how) this.#handshake.lapse = undefined
    })
  }

  /** The application bans a peer. */
  ban(peer: Member, duration: number): void {
    const { clock } = this.#ports.network
    this.life?.node.peers.ban(peer.peerId, { duration })
    this.life?.bans.set(peer.key, clock.now() + duration)
    this.#bans.set(peer.key, { until: clock.now() + duration, at: clock.now() })
  }

  /** A connection that is there, whichever. */
  connection(pick: number): SimulatedConnection | undefined {
    const connections = this.life === undefined ? [] : (this.host?.connections ?? [])
    return connections[Math.floor(pick * connections.length)]
  }

  async #stop(life: Life): Promise<void> {
    const { network, links } = this.#ports
    let isStopped = false
    network.clock.after(STOPPING, () => {
      if (!isStopped) this.#complaint(life)('settle', 'stop() does not settle')
    })
    await life.node.stop()
    isStopped = true
    const { slots } = life.node.peers.status()
    const { events } = life.node.components
    const listeners = ['connection:open', 'connection:close', 'peer:discovery', 'peer:update']
    const left = {
      deadlines: life.clock.pending,
      slots: slots.length,
      authorized: life.authorized.size,
      'calls of connect()': life.waiting,
      listeners: listeners.reduce((sum, name) => sum + events.listenerCount(name), 0)
    }
    for (const [what, count] of Object.entries(left)) {
      if (count > 0) this.#complaint(life)('settle', `${count} ${what} are left after stop()`)
    }
    this.#end(life)
    links.left(this)
  }

  async #kill(life: Life): Promise<void> {
    const { network, links } = this.#ports
    const { node } = life
    const ends = network.cutOff(node)
    this.#end(life)
    node.dialer.stop()
    node.connections = []
    links.left(this)
    links.orphaned(ends, this.random() < 0.5)
    await Promise.resolve()
  }

  #end(life: Life): void {
    life.clock.end()
    this.#offset = life.clock.offset
    this.#life = undefined
    for (const peer of life.authorized) this.#ports.onAuthorization(this, peer)
  }

  /** What it must still know of bans in its next life. */
  #remember(how: RestartPlan['how'], files: RestartPlan['files']): void {
    if (files !== 'kept') return this.#bans.clear()
    if (how === 'stop') return
    const now = this.#ports.network.clock.now()
    for (const [peer, { at }] of this.#bans) if (now - at < WRITTEN) this.#bans.delete(peer)
  }

  #complaint(life: Life): Complaint {
    return (law, what, peer) => {
      if (this.#life === life) this.#ports.complain(this, law, what, peer)
    }
  }
}
