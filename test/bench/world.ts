import { peerIdFromString } from '@libp2p/peer-id'
import { multiaddr } from '@multiformats/multiaddr'
import { createLibp2p } from 'libp2p'
import { HeapClock } from '../../src/heap-clock.ts'
import { chainHandshake, peerLifecycle } from '../../src/index.ts'
import { Links } from './links.ts'
import type { Cancel, Clock } from '../../src/clock.ts'
import type { ChainHello, PeerLifecycle } from '../../src/index.ts'
import type { Libp2p, PeerId, PeerStore, Startable } from '@libp2p/interface'

type Factory = ReturnType<typeof peerLifecycle<ChainHello>>
type Components = Parameters<Factory>[0]

/** Milliseconds after which no back-off is left, whatever the luck. */
const LONGEST_BACK_OFF = 30 * 60_000

/**
 * The whole service, from its listeners to the events it dispatches, on the components of a real node, with
 * three edges replaced: dials and connections (`Links`), the peer store's writes (nothing is written),
 * and time, which is moved by hand. Slots and parallel dials are as they come; only as many peers as
 * the bench needs are tracked. Charts, scheduler, gate, clock, history and events are the real ones.
 */
export class World {
  readonly peers: PeerLifecycle<ChainHello>
  /** Writes to the peer store that the service asked for. */
  writes = 0
  readonly #service: Startable
  readonly #node: Libp2p
  readonly #components: Components
  readonly #links: Links
  readonly #clock: SteppedClock

  /**
   * @param sourceShare - of the tracked peers, how many may wait as candidates that were found
   * @param time - the source of time, if it is not to be moved by hand
   */
  static async create(
    maxTracked: number,
    sourceShare = 1,
    lines = 0,
    time?: Clock
  ): Promise<World> {
    let components: Components | undefined
    const node = await createLibp2p({
      start: false,
      services: {
        components: (real: Components) => {
          components = real
          return {}
        }
      }
    })
    if (components === undefined) throw new Error('libp2p constructed no services')
    const world = new World(node, components, { maxTracked, sourceShare, lines, time })
    await world.#service.beforeStart?.()
    await world.#service.start()
    await world.#service.afterStart?.()
    world.#links.openStranger()
    return world
  }

  private constructor(
    node: Libp2p,
    real: Components,
    { maxTracked, sourceShare, lines, time }: WorldInit
  ) {
    const luck = luckOf(1)
    this.#node = node
    this.#clock = new SteppedClock()
    this.#links = new Links(real.events, luck)
    this.#components = {
      peerId: real.peerId,
      events: real.events,
      registrar: real.registrar,
      datastore: real.datastore,
      connectionGater: real.connectionGater,
      logger: real.logger,
      connectionManager: this.#links.connectionManager,
      peerStore: this.#peerStore()
    }
    const factory = peerLifecycle({
      protocolPrefix: '/bench',
      handshake: chainHandshake({ chainId: 7, genesis: '0x5a' }),
      maxTracked,
      recorder: { lines },
      // how fast the scheduler dials is not what is measured, and a dial ends when the world ends it
      dialing: { dialsPerSecond: Infinity, dialBurst: Infinity, sourceShare },
      dialTimeout: 2 * LONGEST_BACK_OFF,
      connectTimeout: 3 * LONGEST_BACK_OFF,
      clock: time ?? this.#clock,
      random: luck
    })
    this.peers = factory(this.#components)
    this.#service = this.peers as unknown as Startable
  }

  /** Events delivered to charts so far: those that links and clock gave cause for. */
  get events(): number {
    return this.#links.events + this.#clock.fired
  }

  /** Discovery finds these peers: each is wanted, if it can be tracked. */
  discover(peers: readonly string[]): void {
    this.find(peers.map((peer) => peerIdFromString(peer)))
  }

  /** The same, of peers whose ids are made already. */
  find(ids: readonly PeerId[]): void {
    for (const id of ids) {
      this.#links.events++
      this.#components.events.safeDispatchEvent('peer:discovery', {
        detail: { id, multiaddrs: [] }
      })
    }
  }

  /** Every peer that may be dialed is dialed, and every dial ends, one way or another. */
  async dialAll(): Promise<void> {
    while (await this.#links.endDials());
  }

  /** All cool-downs end, and whoever is wanted waits for a slot again. */
  coolDown(): void {
    this.#clock.advance(LONGEST_BACK_OFF + 1)
  }

  async stop(): Promise<void> {
    await this.#service.beforeStop?.()
    await this.#service.stop()
    await this.#node.stop()
  }

  #peerStore(): PeerStore {
    const address = { multiaddr: multiaddr('/ip4/20.0.0.1/tcp/4001'), isCertified: false }
    const known = { addresses: [address], protocols: [], metadata: new Map(), tags: new Map() }
    const store: Pick<PeerStore, 'all' | 'get' | 'merge' | 'patch'> = {
      all: async () => [],
      get: async (id) => ({ id, ...known }),
      merge: async () => this.#write(),
      patch: async () => this.#write()
    }
    return store as PeerStore
  }

  #write(): Awaited<ReturnType<PeerStore['merge']>> {
    this.writes++
    return undefined as unknown as Awaited<ReturnType<PeerStore['merge']>>
  }
}

interface WorldInit {
  readonly maxTracked: number
  readonly sourceShare: number
  readonly lines: number
  readonly time: Clock | undefined
}

/** The service's own heap of deadlines, over a time that only moves by hand. */
class SteppedClock implements Clock {
  /** Deadlines that fired. */
  fired = 0
  #now = 0
  #timer: { at: number; callback: () => void } | undefined
  readonly #heap = new HeapClock({
    now: () => this.#now,
    epoch: () => Date.UTC(2026, 0, 1) + this.#now,
    arm: (delay, callback) => {
      const timer = { at: this.#now + delay, callback }
      this.#timer = timer
      return () => {
        if (this.#timer === timer) this.#timer = undefined
      }
    }
  })

  now(): number {
    return this.#heap.now()
  }

  epoch(): number {
    return this.#heap.epoch()
  }

  after(delay: number, callback: () => void): Cancel {
    return this.#heap.after(delay, () => {
      this.fired++
      callback()
    })
  }

  /** Deadline by deadline: a clock that is late has slept, and treats its deadlines otherwise. */
  advance(milliseconds: number): void {
    const end = this.#now + milliseconds
    for (let timer = this.#timer; timer !== undefined && timer.at <= end; timer = this.#timer) {
      this.#timer = undefined
      this.#now = Math.max(this.#now, timer.at)
      timer.callback()
    }
    this.#now = end
  }
}

/** The same luck in every run: Lehmer's generator with the multiplier of Park and Miller. */
function luckOf(seed: number): () => number {
  let state = seed
  return () => {
    state = (state * 48_271) % 2_147_483_647
    return state / 2_147_483_647
  }
}
