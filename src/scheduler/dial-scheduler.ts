import { checkDial, TokenBucket } from '../../machines/index.ts'
import { CandidateQueue } from './candidate-queue.ts'
import { ModeOfDialing } from './mode-of-dialing.ts'
import type { NextCandidate } from './candidate-queue.ts'
import type { ModeListener } from './mode-of-dialing.ts'
import { Outage } from './outage.ts'
import { SlotDesk } from './slot-desk.ts'
import type { Cancel, Clock } from '../clock.ts'
import type { NetGroups } from './net-groups.ts'
import type { SlotDeskPorts } from './slot-desk.ts'
import type {
  DialClass,
  DialWorld,
  Priority,
  Reason,
  SchedulerEvent,
  SchedulerMode,
  Slot,
  SlotLimits
} from '../../machines/index.ts'
import type { InspectionEvent } from 'xstate'

export interface DialSchedulerInit extends SlotLimits {
  readonly parallelDials: number
  /** Dials that may begin in a second in the long run, and at once after a quiet time. */
  readonly dialing: { readonly dialsPerSecond: number; readonly dialBurst: number }
  readonly clock: Clock
  readonly random: () => number
  /** Is told of everything that the chart of the mode does. */
  readonly inspect?: ((event: InspectionEvent) => void) | undefined
}

/** The rest of the house, as the scheduler sees it. */
export interface DialSchedulerPorts extends Pick<SlotDeskPorts, 'held' | 'evict'> {
  /** The peer gets an outbound slot, which is this session's. */
  grant(peer: string, session: number): void
  /** Banned or cooling down: the one predicate. */
  isRefused(peer: string): boolean
  /** Failed attempts of the peer in a row. */
  failuresOf(peer: string): number
  /** Which net groups have room for discovered peers. */
  readonly groups: Pick<NetGroups, 'full' | 'isRefused'>
  /** Something changed that may let candidates be dialed: let the scheduler plan. */
  wake(): void
  /** The network, which seemed gone from that time of the clock on, is back. */
  returned(since: number): void
  /** The chart of the mode has taken an event. */
  readonly onMode?: ModeListener | undefined
  /** Are as many handshakes under way as may be, the peers' included? */
  isBusy?(): boolean
}

/**
 * Decides alone who gets a slot. It is asked for its next grant whenever everything else is quiet, so it
 * wakes on events and never polls.
 */
export class DialScheduler {
  /** Where the slots are given out. */
  readonly desk: SlotDesk
  readonly #init: DialSchedulerInit
  readonly #ports: DialSchedulerPorts
  readonly #tokens: TokenBucket
  readonly #queue: CandidateQueue
  readonly #outage: Outage
  /** Peers with a dial in flight (dialing entered -> left). */
  readonly #dialing = new Set<string>()
  /** The deadline of the next token (a candidate waits for it -> it is there | nobody waits any more). */
  #refill: Cancel | undefined
  readonly #mode: ModeOfDialing

  constructor(init: DialSchedulerInit, ports: DialSchedulerPorts) {
    this.#init = init
    this.#ports = ports
    this.#queue = new CandidateQueue(ports.groups, (peer) => ports.failuresOf(peer))
    this.desk = new SlotDesk(init, {
      ...ports,
      onFilled: () => this.#mode.send({ type: 'slots.filled' }),
      onFreed: () => {
        this.#mode.send({ type: 'slots.freed' })
        ports.wake()
      }
    })
    const { dialsPerSecond: perSecond, dialBurst: burst } = init.dialing
    this.#tokens = new TokenBucket({ perSecond, burst }, init.clock.now())
    this.#outage = new Outage(init.clock.now())
    this.#mode = new ModeOfDialing(init.clock, () => ports.wake(), ports.onMode, init.inspect)
  }

  get mode(): SchedulerMode {
    return this.#mode.value
  }

  get slots(): readonly Slot[] {
    return this.desk.book.list()
  }

  get maxPeers(): number {
    return this.desk.book.maxPeers
  }

  /** Slots that can be held in all, those beside `maxPeers` included. */
  get capacity(): number {
    return this.desk.book.capacity
  }

  /** Slots that discovered candidates may hold. With none of them, nobody is dialed unasked. */
  get discoveredLimit(): number {
    return this.desk.book.discoveredLimit
  }

  /** Slots that inbound peers may hold. */
  get inboundLimit(): number {
    return this.desk.book.inboundLimit
  }

  /** Candidates that wait for a slot, by class. */
  get queued(): Readonly<Record<DialClass, number>> {
    return this.#queue.sizes
  }

  /** Whoever waits for a slot, in the order in which the classes are served. */
  waiting(): Iterable<NextCandidate> {
    return this.#queue.waiting()
  }

  /** Are there fewer candidates of discovery, waiting and with a slot, than slots for them? */
  get isShortOfCandidates(): boolean {
    if (this.mode !== 'filling' || this.desk.refusal('discovered') !== undefined) return false
    return this.desk.book.count('discovered') + this.#queue.drawable < this.discoveredLimit
  }

  /** Candidates that were found and wait for others to leave; nobody while nobody is dialed at all. */
  unserved(): Iterable<string> {
    const word = this.check('discovered')
    const isFull = word === 'share-full' || word === 'too-many-peers'
    const isDialing = word === undefined || word === 'dial-limit'
    return isFull || isDialing ? this.#queue.unserved(isFull) : []
  }

  /** When the network seems to be gone: since when, in the clock's milliseconds. */
  get offlineSince(): number | undefined {
    return this.mode === 'offline' ? this.#outage.since : undefined
  }

  isTrusted(peer: string): boolean {
    return this.desk.book.isTrusted(peer)
  }

  /** Trusts the peer from now on. False if there are too many that are trusted. */
  trust(peer: string): boolean {
    return this.desk.trust(peer)
  }

  /** Trusts the peer no more. False if it was not trusted. */
  untrust(peer: string): boolean {
    return this.desk.untrust(peer)
  }

  send(event: SchedulerEvent): void {
    this.#mode.send(event)
    if (this.#mode.isGranting) return
    this.#refill?.()
    this.#refill = undefined
  }

  /**
   * The peer has moved: does it wait for a slot, and as what; is it being dialed? `isAwaited`: a
   * `connect()` waits for it.
   */
  moved(peer: string, queuedAs: Priority | undefined, isDialing: boolean, isAwaited = false): void {
    const queue = queuedAs !== undefined && this.isTrusted(peer) ? 'trusted' : queuedAs
    this.#queue.place(peer, queue, isAwaited)
    if (isDialing && !this.#dialing.has(peer)) {
      this.#dialing.add(peer)
      this.#tokens.take(this.#init.clock.now())
    } else if (!isDialing && this.#dialing.delete(peer)) {
      // where it is, if it is anywhere, is known now
      this.#queue.reconsider()
    }
  }

  /**
   * Why a peer that is wanted so much would not be dialed now; undefined if it would be. `isAwaited`: a
   * `connect()` waits for it.
   */
  check(priority: Priority, peer?: string, isAwaited = false): Reason | undefined {
    const isTrusted = peer !== undefined && this.isTrusted(peer)
    const refusal = checkDial(isTrusted ? 'trusted' : priority, this.#world(), isAwaited)
    if (refusal !== undefined || peer === undefined || isTrusted) return refusal
    const isFree = priority === 'discovered' && !isAwaited
    return isFree && this.#ports.groups.isRefused(peer) ? 'subnet-full' : undefined
  }

  /** Grants one slot to the next candidate. False if nobody can be granted one now. */
  grantNext(): boolean {
    if (this.#queue.isEmpty && this.#refill === undefined) return false
    for (;;) {
      const next = this.#queue.next(this.#world(), this.#init.random)
      if (next === undefined) {
        this.#awaitToken()
        return false
      }
      // whoever is refused does not wait in the queue; should one do so all the same, it is passed over
      this.#queue.delete(next)
      if (this.#ports.isRefused(next.peer)) continue
      const wish = next.priority === 'trusted' ? 'requested' : next.priority
      const session = this.desk.grant(next.peer, wish)
      if (session === undefined) return false
      if (!next.isAwaited) this.#mode.probed()
      this.#ports.grant(next.peer, session)
      return true
    }
  }

  /**
   * A peer that came by itself asks for a slot: the session that got one, or the word why not. A static
   * one takes the slots that it would be dialed in.
   */
  admit(peer: string, wish: 'inbound' | 'static' = 'inbound'): number | Reason {
    if (this.mode === 'stopped' || this.mode === 'draining') return 'shutting-down'
    return this.desk.admit(peer, wish)
  }

  /** Gives a slot back; of a session that holds none, it does nothing. */
  release(session: number): void {
    const isFound = this.slotOf(session)?.kind === 'discovered'
    this.desk.release(session)
    if (isFound) this.#queue.reconsider()
  }

  /** The slot that a session holds; undefined if it holds none. */
  slotOf(session: number): Slot | undefined {
    return this.desk.book.get(session)
  }

  holds(session: number): boolean {
    return this.desk.book.holds(session)
  }

  /** There was a sign of life from the network: a dial that succeeded, a connection that opened. */
  reached(): void {
    const since = this.offlineSince
    this.#outage.reached(this.#init.clock.now())
    if (since === undefined) return
    this.#mode.send({ type: 'network.found' })
    if (this.desk.book.free === 0) this.#mode.send({ type: 'slots.filled' })
    this.#ports.returned(since)
  }

  /**
   * A dial came to nothing in the network. `isAlone`: nobody at all is connected, so that it may be us who
   * are cut off. True if it seems so: then the peer is not to pay for it.
   */
  failed(peer: string, isAlone: boolean): boolean {
    const isLost = this.#outage.failed(peer, this.#wanted())
    if (isLost && isAlone) this.#mode.send({ type: 'network.lost' })
    return this.mode === 'offline'
  }

  // one by one: hardly ever is more than the first few of a long queue looked at
  *#wanted(): Generator<string> {
    yield* this.#dialing
    for (const { peer } of this.#queue.waiting()) yield peer
  }

  /** Arms the deadline of the next token if it is all that somebody waits for. */
  #awaitToken(): void {
    const wait = this.#tokens.wait(this.#init.clock.now())
    const isWaiting = (): boolean =>
      this.#queue.next({ ...this.#world(), hasToken: true }, () => 0) !== undefined
    if (wait === 0 || !isWaiting()) {
      this.#refill?.()
      this.#refill = undefined
      return
    }
    this.#refill ??= this.#init.clock.after(wait, () => {
      this.#refill = undefined
      this.#ports.wake()
    })
  }

  #world(): DialWorld {
    const ports = this.#ports
    return {
      get isBusy() {
        return ports.isBusy?.() ?? false
      },
      mode: this.mode,
      slots: this.desk,
      probing: this.#mode.isProbing,
      dialing: this.#dialing.size,
      parallelDials: this.#init.parallelDials,
      hasToken: this.#tokens.has(this.#init.clock.now())
    }
  }
}
