import { generateKeyPair } from '@libp2p/crypto/keys'
import { peerIdFromPrivateKey } from '@libp2p/peer-id'
import { Peers } from '../../src/peers/peers.ts'
import { NetGroups } from '../../src/scheduler/net-groups.ts'
import { DialScheduler } from '../../src/scheduler/dial-scheduler.ts'
import { ManualClock } from '../../src/testing/manual-clock.ts'
import type { PeerEffect, PeerEvent, Priority, Reason } from '../../machines/index.ts'
import type { TrackedPeer } from '../../src/peers/tracked-peer.ts'
import type { Connection, PeerId } from '@libp2p/interface'

/** What happens in one round, by the peers' names, in this order; then the dials that must have begun. */
export interface Round {
  advance?: number
  discovered?: string[]
  requested?: string[]
  /** `connect()`s that begin to wait for the peer. */
  awaited?: string[]
  /** `connect()`s that are given up. */
  givenUp?: string[]
  fixed?: string[]
  /** Dials that succeed, and whose handshakes then do. */
  authorized?: string[]
  failed?: string[]
  /** Handshakes that are refused by the peer with this word. */
  refused?: Record<string, Reason>
  /** Inbound handshakes; the word each hears, or `slot`. */
  inbound?: Record<string, Reason | 'slot'>
  lost?: string[]
  banned?: string[]
  connected?: string[]
  /** Peers that must have been dialed in this round, in any order. */
  dials: string[]
  /** Peers that must have been promoted over a connection that was there, without a dial. */
  adopts?: string[]
}

export interface WorldInit {
  maxPeers: number
  outboundShare?: number
  parallelDials?: number
  dialing?: { dialsPerSecond: number; dialBurst: number }
  random?: () => number
  maxTracked?: number
  /** Are the slots recounted after every event? A crowd takes too long. Default: true */
  isRecounted?: boolean
  /** Told of each dial as it begins. */
  onDial?: (name: string) => void
}

const newId = async (): Promise<PeerId> => peerIdFromPrivateKey(await generateKeyPair('Ed25519'))

/**
 * The peers' room and the scheduler, on a clock that is advanced by hand, with a network that does what
 * the rounds say. After every event the slots are recounted from the peers' states.
 */
export class DialWorld {
  readonly clock = new ManualClock()
  readonly peers: Peers
  readonly scheduler: DialScheduler
  readonly #ids = new Map<string, PeerId>()
  readonly #names = new Map<string, string>()
  readonly #awaited = new Set<string>()
  readonly #onDial: ((name: string) => void) | undefined
  #dials: string[] = []
  #adopts: string[] = []

  private constructor(self: PeerId, init: WorldInit) {
    this.#onDial = init.onDial
    const random = init.random ?? (() => 0.5)
    const dialing = { dialsPerSecond: 8, dialBurst: 16 }
    const limits = { outboundShare: 1 / 3, parallelDials: 16, dialing, ...init }
    this.peers = new Peers(
      { self, maxTracked: init.maxTracked ?? 100, maxBans: 100, clock: this.clock, random },
      {
        carryOut: (effect, peer) => this.#carryOut(effect, peer),
        onMove: () => {},
        onSettled: (peer) => {
          const isAwaited = this.#awaited.has(peer.key)
          this.scheduler.moved(peer.key, peer.queuedAs, peer.path === 'dialing', isAwaited)
          if (init.isRecounted !== false) this.#recount()
        },
        onUntaken: (session) => this.scheduler.release(session),
        onFault: (_peer, error) => {
          throw error
        },
        onQuiet: () => this.scheduler.grantNext(),
        onForgotten: (peer) => this.scheduler.moved(peer.key, undefined, false),
        isAwaited: (key) => this.#awaited.has(key)
      }
    )
    this.scheduler = new DialScheduler(
      { ...limits, clock: this.clock, random },
      {
        grant: (key, session) => {
          const peer = this.peers.get(key)
          if (peer === undefined) return
          const usable = peer.connections.length > 0
          if (usable) this.#adopts.push(this.#names.get(key) ?? key)
          this.peers.send(peer, { type: 'slot.granted', session, direction: 'outbound', usable })
        },
        groups: new NetGroups(Infinity, { held: () => [], connectedIn: () => undefined }),
        held: () => [],
        evict: () => false,
        isRefused: (key) => this.peers.standstill(key) !== undefined,
        failuresOf: (key) => this.peers.get(key)?.context.failures ?? 0,
        wake: () => this.peers.wake(),
        returned: (since) => {
          for (const peer of this.peers.values()) {
            if (peer.path.endsWith('.coolingDown') && peer.since >= since)
              this.peers.send(peer, { type: 'network.returned' })
          }
        }
      }
    )
    this.scheduler.send({ type: 'scheduler.start' })
  }

  static async create(names: string[], init: WorldInit): Promise<DialWorld> {
    const world = new DialWorld(await newId(), init)
    for (const name of names) {
      const id = await newId()
      world.#ids.set(name, id)
      world.#names.set(id.toString(), name)
    }
    return world
  }

  /** Plays a round and returns what the scheduler did. */
  play(round: Round): { dials: string[]; adopts: string[] } {
    this.#dials = []
    this.#adopts = []
    this.clock.advance(round.advance ?? 0)
    for (const name of round.connected ?? []) this.peers.opened(this.#connection(name))
    for (const name of round.lost ?? []) this.#lose(name)
    for (const name of round.banned ?? []) this.peers.ban(this.id(name), 3_600_000)
    for (const name of round.failed ?? []) this.#fail(name)
    for (const name of round.authorized ?? []) this.#authorize(name)
    for (const [name, reason] of Object.entries(round.refused ?? {})) this.#refuse(name, reason)
    for (const [name, answer] of Object.entries(round.inbound ?? {})) this.#admit(name, answer)
    for (const name of round.fixed ?? []) this.#want(name, 'static')
    for (const name of round.awaited ?? []) this.#await(name)
    for (const name of round.givenUp ?? []) this.#giveUp(name)
    for (const name of round.requested ?? []) this.#want(name, 'requested')
    for (const name of round.discovered ?? []) this.#want(name, 'discovered')
    return { dials: this.#dials.toSorted(), adopts: this.#adopts.toSorted() }
  }

  id(name: string): PeerId {
    const id = this.#ids.get(name)
    if (id === undefined) throw new Error(`no peer is called ${name}`)
    return id
  }

  peer(name: string): TrackedPeer {
    const peer = this.peers.track(this.id(name))
    if (peer === undefined) throw new Error(`${name} is not tracked`)
    return peer
  }

  #want(name: string, priority: Priority): void {
    this.#send(name, { type: 'peer.wanted', priority, lasting: true, urgent: false })
  }

  #await(name: string): void {
    this.#awaited.add(this.peer(name).key)
    this.#send(name, { type: 'peer.wanted', priority: 'requested', lasting: false, urgent: true })
  }

  #giveUp(name: string): void {
    this.#awaited.delete(this.peer(name).key)
    this.#send(name, { type: 'peer.unwanted' })
  }

  #send(name: string, event: PeerEvent): void {
    this.peers.send(this.peer(name), event)
  }

  #connection(name: string): Connection {
    return { remotePeer: this.id(name), status: 'open' } as Connection
  }

  #lose(name: string): void {
    for (const connection of this.peer(name).connections) this.peers.closed(connection)
  }

  #fail(name: string): void {
    const { key, context } = this.peer(name)
    const isExcused = this.scheduler.failed(key, this.peers.connected === 0)
    const failure = { reason: 'dial-failed', isExcused, ...this.peers.moment() } as const
    this.#send(name, { type: 'dial.failed', session: context.session, ...failure })
  }

  #reach(name: string): number {
    const { session } = this.peer(name).context
    if (this.peer(name).connections.length === 0) this.peers.opened(this.#connection(name))
    this.scheduler.reached()
    this.#send(name, { type: 'dial.succeeded', session })
    this.#send(name, { type: 'handshake.opened', session })
    return session
  }

  #authorize(name: string): void {
    this.#send(name, {
      type: 'handshake.accepted',
      session: this.#reach(name),
      at: this.clock.now()
    })
  }

  #refuse(name: string, reason: Reason): void {
    const no = { reason, by: 'remote', retryAfter: 0, ...this.peers.moment() } as const
    this.#send(name, { type: 'handshake.refused', session: this.#reach(name), ...no })
  }

  #admit(name: string, expected: Reason | 'slot'): void {
    if (this.peer(name).connections.length === 0) this.peers.opened(this.#connection(name))
    const answer = this.scheduler.admit(this.peer(name).key)
    const heard = typeof answer === 'number' ? 'slot' : answer
    if (heard !== expected) throw new Error(`${name} heard ${heard}, expected ${expected}`)
    if (typeof answer !== 'number') return
    this.#send(name, { type: 'slot.granted', session: answer, direction: 'inbound', usable: true })
    this.#send(name, { type: 'handshake.accepted', session: answer, at: this.clock.now() })
  }

  #carryOut(effect: PeerEffect, peer: TrackedPeer): void {
    const name = this.#names.get(peer.key) ?? peer.key
    const { session, until } = peer.context
    if (effect === 'dial') {
      this.#dials.push(name)
      this.#onDial?.(name)
    }
    if (effect === 'releaseSlot') this.scheduler.release(session)
    if (effect === 'closeConnections') this.clock.after(1, () => this.#lose(name))
    if (effect === 'clearDeadline') peer.deadline?.()
    if (effect === 'armCoolDown') {
      peer.deadline = this.clock.after(until - this.clock.now(), () =>
        this.peers.send(peer, { type: 'coolDown.over', until })
      )
    }
  }

  #recount(): void {
    const holders = [...this.peers.values()].filter(({ holdsSlot }) => holdsSlot)
    const slots = this.scheduler.slots
    const inbound = slots.filter(({ kind }) => kind === 'inbound').length
    // a token that was taken for an event that is still on its way belongs to a peer all the same
    if (slots.length < holders.length || slots.length > this.scheduler.maxPeers) {
      throw new Error(`${slots.length} slots are held, by ${holders.length} peers`)
    }
    for (const { key, context } of holders) {
      if (!slots.some(({ peer, session }) => peer === key && session === context.session)) {
        throw new Error(`${key} is ${this.peers.get(key)?.path ?? ''} without a slot`)
      }
    }
    if (inbound > this.scheduler.inboundLimit) throw new Error(`${inbound} inbound slots`)
  }
}
