import { deepStrictEqual } from 'node:assert'
import { multiaddr } from '@multiformats/multiaddr'
import { onTestFinished } from 'vitest'
import { replayRecording } from '../../src/inspector/replay.ts'
import { settled } from '../../src/testing/settled.ts'
import { recount } from '../../src/testing/simulation/recount.ts'
import { Network } from '../../src/testing/simulation/network.ts'
import { idOf, ScriptedPeer } from '../../src/testing/simulation/scripted-peer.ts'
import { SimulatedNode } from '../../src/testing/simulation/simulated-node.ts'
import type { Pools } from '../../src/testing/simulation/recount.ts'
import type { PeerLifecycleInit } from '../../src/index.ts'
import type { NetworkInit, Route } from '../../src/testing/simulation/network.ts'
import type { Script } from '../../src/testing/simulation/scripted-peer.ts'
import type { ComponentLogger, PeerId } from '@libp2p/interface'
import type { Multiaddr } from '@multiformats/multiaddr'

export const seconds = (count: number): number => count * 1_000
export const minutes = (count: number): number => seconds(60 * count)
export const hours = (count: number): number => minutes(60 * count)

/** What happens in one round, in this order; then what must be true when all is calm. */
export interface Round {
  /** Milliseconds. */
  advance?: number
  /** Peers behave so from now on. */
  scripts?: Record<string, Script>
  routes?: Record<string, Route>
  network?: 'down' | 'up'
  /** The last connection with the peer is gone. */
  lost?: string[]
  banned?: string[]
  unbanned?: string[]
  /** The application leaves the peer. */
  disconnected?: string[]
  /** Discovery finds the peer: its address is stored; once that is so, the DHT takes it in anew. */
  discovered?: string[]
  requested?: string[]
  fixed?: string[]
  /** Another part of the node dials the peer, which alone makes it no candidate. */
  foreign?: string[]
  /** The peer connects, and says nothing. */
  arriving?: string[]
  /** The peer connects, if it has not, and opens its handshake. */
  greeting?: string[]
  /** Whatever is not in this list of verbs. */
  meanwhile?: (world: World) => unknown
  /** Peers that the scheduler must have dialed in this round, in any order: these, and no others. */
  dials?: string[]
  /** Where peers must be: the path, and after a colon the word of the "no" that stands. */
  are?: Record<string, string>
  /** What peers must have heard in this round. */
  hear?: Record<string, string[]>
  /** Slots that must be held, in all. */
  slots?: number
}

export type WorldInit = NetworkInit &
  Partial<PeerLifecycleInit<string>> & {
    readonly logger?: ComponentLogger
    /** How peers behave that are not `honest`. */
    readonly scripts?: Record<string, Script>
    readonly routes?: Record<string, Route>
    /** Where peers are that are not in an IP network of their own. */
    readonly addresses?: Record<string, string>
  }

/** So few that most scenarios are recorded from their beginning on, and a crowd is not. */
const LINES = 2_000

/**
 * One node with the whole service, and peers by name that follow scripts. A name is a peer as soon as it
 * is mentioned: honest, and in an IP network of its own. On every transition, and when all is calm, slots are recounted.
 */
export class World {
  readonly network: Network
  readonly node: SimulatedNode
  readonly #peers = new Map<string, ScriptedPeer>()
  /** Laws that did not hold at some moment. */
  readonly broken: unknown[] = []
  #pools: Pools
  #isRecorded = true
  readonly #addresses: Readonly<Record<string, string>>

  private constructor(
    network: Network,
    node: SimulatedNode,
    pools: Pools,
    addresses: Readonly<Record<string, string>>
  ) {
    this.network = network
    this.node = node
    this.#pools = pools
    this.#addresses = addresses
    this.#watch()
  }

  /** A node that is stopped when the test is over, with laws that held all the time. */
  static async create(init: WorldInit = {}): Promise<World> {
    const { seed = 1, latency = 0, scripts = {}, routes = {}, addresses = {}, ...options } = init
    const network = new Network({ seed, latency })
    const node = await SimulatedNode.start(network, idOf('self'), '/ip4/20.0.0.1/tcp/4001', {
      recorder: { lines: LINES },
      ...options
    })
    const world = new World(network, node, options, addresses)
    world.#isRecorded = options.recorder?.lines !== 0
    onTestFinished(async () => {
      const stopped = node.stop()
      await network.advance(seconds(2))
      await stopped
      await world.#replay()
      deepStrictEqual(world.broken, [])
    })
    await world.play({ scripts, routes })
    return world
  }

  get clock(): Network['clock'] {
    return this.network.clock
  }

  get peers(): SimulatedNode['peers'] {
    return this.node.peers
  }

  /** Begins to recount. In a crowd every tenth transition has to do. */
  #watch(): void {
    let transitions = 0
    this.node.peers.addEventListener('peer:transition', () => {
      if (this.#peers.size < CROWD || ++transitions % 10 === 0) this.#recount(false)
    })
  }

  /** What was recorded comes to the same in the charts again. */
  async #replay(): Promise<void> {
    if (!this.#isRecorded) return
    const { divergence } = await replayRecording(this.peers.recording())
    if (divergence !== undefined) this.broken.push(divergence)
  }

  /** The node stops, and starts anew over what was stored. */
  async restart(options: Partial<PeerLifecycleInit<string>> = {}): Promise<void> {
    const stopped = this.node.stop()
    await this.network.advance(seconds(2))
    await stopped
    await this.#replay()
    const started = this.node.startAnew(options)
    await this.network.advance(0)
    await started
    this.#watch()
    await settled()
  }

  peer(name: string): ScriptedPeer {
    const known = this.#peers.get(name)
    if (known !== undefined) return known
    const address = this.#addresses[name] ?? ipOf(this.#peers.size)
    const peer = new ScriptedPeer(this.network, name, address, 'honest')
    this.#peers.set(name, peer)
    return peer
  }

  id(name: string): PeerId {
    return this.peer(name).peerId
  }

  /** Where the peer can be dialed, its id included. */
  at(name: string): Multiaddr {
    const { address, peerId } = this.peer(name)
    return multiaddr(`${address.toString()}/p2p/${peerId.toString()}`)
  }

  /** The application trusts the peer from now on. */
  trust(name: string): void {
    this.peers.trust(this.id(name))
    this.#pools = { ...this.#pools, trustedPeers: [...(this.#pools.trustedPeers ?? []), name] }
  }

  /** Where the peer is: its path, with the word of the "no" that stands after a colon. */
  is(name: string): string {
    const { path, reason, dial } = this.peers.explain(this.id(name))
    const isNo = reason !== undefined && reason !== dial
    return isNo ? `${path}: ${reason}` : path
  }

  async rounds(...rounds: Round[]): Promise<void> {
    for (const [index, round] of rounds.entries()) {
      try {
        await this.play(round)
      } catch (error) {
        throw new Error(`Round ${index}: ${(error as Error).message}`, { cause: error })
      }
    }
  }

  async play(round: Round): Promise<void> {
    const dialed = this.node.dialer.journal.length
    const heard = new Map([...this.#peers].map(([name, peer]) => [name, peer.heard.length]))
    await this.#happen(round)
    await settled()
    this.#recount(true)
    const journal = this.node.dialer.journal.slice(dialed)
    const ours = journal
      .filter(({ by }) => by === 'scheduler')
      .map(({ peer }) => this.#nameOf(peer))
    const found = {
      dials: ours.toSorted(),
      are: this.#each(round.are, (name) => this.is(name)),
      hear: this.#each(round.hear, (name) => this.peer(name).heard.slice(heard.get(name) ?? 0)),
      slots: this.peers.status().slots.length
    }
    const expected = {
      dials: round.dials?.toSorted() ?? found.dials,
      are: round.are ?? {},
      hear: round.hear ?? {},
      slots: round.slots ?? found.slots
    }
    deepStrictEqual(found, expected)
  }

  discover(name: string): Promise<void> {
    const { peerId, address } = this.peer(name)
    return this.node.peerStore.discover({ id: peerId, multiaddrs: [address] })
  }

  async #happen(round: Round): Promise<void> {
    if (round.advance !== undefined) await this.network.advance(round.advance)
    for (const [name, script] of entries(round.scripts)) this.peer(name).script = script
    for (const [name, route] of entries(round.routes)) this.network.route(this.id(name), route)
    if (round.network !== undefined) this.network[round.network]()
    await this.#inTurn(round.lost, (name) => this.peer(name).leave())
    await this.#inTurn(round.banned, (name) => this.peers.ban(this.id(name)))
    await this.#inTurn(round.unbanned, (name) => this.peers.unban(this.id(name)))
    await this.#inTurn(round.disconnected, (name) => void this.peers.disconnect(this.id(name)))
    await this.#inTurn(round.fixed, (name) =>
      this.peers.enqueue(this.at(name), { priority: 'static' })
    )
    await this.#inTurn(round.requested, (name) => this.peers.enqueue(this.at(name)))
    await this.#inTurn(round.discovered, (name) => this.discover(name))
    await this.#inTurn(round.foreign, (name) => void this.#dialAsOthers(name))
    await this.#inTurn(round.arriving, (name) => this.peer(name).connect(this.node))
    await this.#inTurn(round.greeting, (name) => void this.peer(name).greet(this.node))
    await round.meanwhile?.(this)
  }

  /** One after another, each with all that follows. */
  async #inTurn(
    names: readonly string[] | undefined,
    act: (name: string) => unknown
  ): Promise<void> {
    for (const name of names ?? []) {
      await act(name)
      await settled()
    }
  }

  async #dialAsOthers(name: string): Promise<void> {
    await this.node.dialer.open(this.at(name), { priority: 50 }).catch(() => {})
  }

  #recount(isCalm: boolean): void {
    try {
      recount(this.peers, isCalm, this.#pools)
    } catch (error) {
      this.broken.push(error)
    }
  }

  #each<T>(asked: Record<string, T> | undefined, find: (name: string) => T): Record<string, T> {
    return Object.fromEntries(Object.keys(asked ?? {}).map((name) => [name, find(name)]))
  }

  #nameOf(key: string): string {
    for (const [name, { peerId }] of this.#peers) if (peerId.toString() === key) return name
    return key
  }
}

const CROWD = 50

const entries = <T>(record: Record<string, T> | undefined): [string, T][] =>
  Object.entries(record ?? {})

/** A public address in an IPv4 /16 that no other peer is in, as long as there are fewer than 12,800. */
const ipOf = (index: number): string =>
  `/ip4/${40 + (index % 50)}.${Math.floor(index / 50) % 256}.0.1/tcp/4001`
