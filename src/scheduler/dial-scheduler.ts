import { createActor } from 'xstate'
import {
  CandidatePool,
  checkDial,
  nextDial,
  schedulerMachine,
  SlotBook
} from '../../machines/index.ts'
import { OFFLINE_AFTER, PROBE_INTERVAL } from './constants.ts'
import type { Cancel, Clock } from '../clock.ts'
import type {
  DialClass,
  DialWorld,
  Priority,
  Reason,
  SchedulerEvent,
  SchedulerMode,
  Slot,
  SlotLimits,
  SlotWish
} from '../../machines/index.ts'

export interface DialSchedulerInit extends SlotLimits {
  readonly parallelDials: number
  readonly clock: Clock
  readonly random: () => number
}

/** The rest of the house, as the scheduler sees it. */
export interface DialSchedulerPorts {
  /** The peer gets an outbound slot, which is this session's. */
  grant(peer: string, session: number): void
  /** Banned or cooling down: the one predicate. */
  isRefused(peer: string): boolean
  /** Something changed that may let candidates be dialed: let the scheduler plan. */
  wake(): void
}

/**
 * Decides alone who gets a slot. It is asked for its next grant whenever everything else is quiet, so it
 * wakes on events and never polls.
 */
export class DialScheduler {
  readonly #slots: SlotBook
  readonly #init: DialSchedulerInit
  readonly #ports: DialSchedulerPorts
  readonly #queue: Record<DialClass, CandidatePool> = {
    trusted: new CandidatePool(),
    static: new CandidatePool(),
    requested: new CandidatePool(),
    discovered: new CandidatePool()
  }

  /** Peers with a dial in flight (dialing entered -> left). */
  readonly #dialing = new Set<string>()
  /** Peers whose dials failed since the last sign of life from the network. */
  readonly #unreachable = new Set<string>()
  #mode: ReturnType<typeof createActor<typeof schedulerMachine>>
  /** The deadline of the next probe (offline entered -> left). */
  #probe: Cancel | undefined
  #isProbing = false

  constructor(init: DialSchedulerInit, ports: DialSchedulerPorts) {
    this.#init = init
    this.#ports = ports
    this.#slots = new SlotBook(init)
    this.#mode = this.#createMode()
  }

  get mode(): SchedulerMode {
    return this.#mode.getSnapshot().value
  }

  get slots(): readonly Slot[] {
    return this.#slots.list()
  }

  get maxPeers(): number {
    return this.#slots.maxPeers
  }

  /** Slots that can be held in all, those beside `maxPeers` included. */
  get capacity(): number {
    return this.#slots.capacity
  }

  /** Slots that discovered candidates may hold. With none of them, nobody is dialed unasked. */
  get discoveredLimit(): number {
    return this.#slots.discoveredLimit
  }

  /** Slots that inbound peers may hold. */
  get inboundLimit(): number {
    return this.#slots.inboundLimit
  }

  /** Candidates that wait for a slot, by class. */
  get queued(): Readonly<Record<DialClass, number>> {
    const { trusted, static: fixed, requested, discovered } = this.#queue
    return {
      trusted: trusted.size,
      static: fixed.size,
      requested: requested.size,
      discovered: discovered.size
    }
  }

  isTrusted(peer: string): boolean {
    return this.#slots.isTrusted(peer)
  }

  /** Trusts the peer from now on. False if there are too many that are trusted. */
  trust(peer: string): boolean {
    const isTrusted = this.#slots.trust(peer)
    if (isTrusted) this.#onFreed()
    return isTrusted
  }

  /** Trusts the peer no more. False if it was not trusted. */
  untrust(peer: string): boolean {
    const wasTrusted = this.#slots.untrust(peer)
    if (this.#slots.free === 0) this.#mode.send({ type: 'slots.filled' })
    return wasTrusted
  }

  send(event: SchedulerEvent): void {
    this.#mode.send(event)
  }

  /** The peer has moved: does it wait for a slot, and as what; is it being dialed? */
  moved(peer: string, queuedAs: Priority | undefined, isDialing: boolean): void {
    const queue = queuedAs !== undefined && this.isTrusted(peer) ? 'trusted' : queuedAs
    for (const each of ['trusted', 'static', 'requested', 'discovered'] as const) {
      if (each === queue) this.#queue[each].add(peer)
      else this.#queue[each].delete(peer)
    }
    if (isDialing) this.#dialing.add(peer)
    else this.#dialing.delete(peer)
  }

  /** Why a peer that is wanted so much would not be dialed now; undefined if it would be. */
  check(priority: Priority, peer?: string): Reason | undefined {
    const isTrusted = peer !== undefined && this.isTrusted(peer)
    return checkDial(isTrusted ? 'trusted' : priority, this.#world())
  }

  /** Grants one slot to the next candidate. False if nobody can be granted one now. */
  grantNext(): boolean {
    for (;;) {
      const next = nextDial(this.#queue, this.#world(), this.#init.random())
      if (next === undefined) return false
      // whoever is refused does not wait in the queue; should one do so all the same, it is passed over
      this.#queue[next.priority].delete(next.peer)
      if (this.#ports.isRefused(next.peer)) continue
      const wish = next.priority === 'trusted' ? 'requested' : next.priority
      const session = this.#take(next.peer, wish)
      if (session === undefined) return false
      this.#isProbing = false
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
    return this.#take(peer, wish) ?? this.#slots.refusal(wish, peer) ?? 'too-many-peers'
  }

  /** Gives a slot back; of a session that holds none, it does nothing. */
  release(session: number): void {
    if (this.#slots.release(session)) this.#onFreed()
  }

  /** The slot that a session holds; undefined if it holds none. */
  slotOf(session: number): Slot | undefined {
    return this.#slots.get(session)
  }

  holds(session: number): boolean {
    return this.#slots.holds(session)
  }

  /** There was a sign of life from the network: a dial that succeeded, a connection that opened. */
  reached(): void {
    this.#unreachable.clear()
    if (this.mode === 'offline') this.#mode.send({ type: 'network.found' })
  }

  /** A dial failed. `isAlone`: nobody at all is connected, so the failure may be ours. */
  failed(peer: string, isAlone: boolean): void {
    this.#unreachable.add(peer)
    if (isAlone && this.#unreachable.size >= OFFLINE_AFTER)
      this.#mode.send({ type: 'network.lost' })
  }

  #onFreed(): void {
    if (this.mode === 'full' && this.#slots.free > 0) this.#mode.send({ type: 'slots.freed' })
  }

  #take(peer: string, wish: SlotWish): number | undefined {
    const session = this.#slots.take(peer, wish)
    if (this.#slots.free === 0) this.#mode.send({ type: 'slots.filled' })
    return session
  }

  #world(): DialWorld {
    return {
      mode: this.mode,
      slots: this.#slots,
      probing: this.#isProbing,
      dialing: this.#dialing.size,
      parallelDials: this.#init.parallelDials
    }
  }

  #createMode(): ReturnType<typeof createActor<typeof schedulerMachine>> {
    const machine = schedulerMachine.provide({
      actions: {
        armProbe: () => {
          this.#probe?.()
          this.#probe = this.#init.clock.after(PROBE_INTERVAL, () => {
            this.#mode.send({ type: 'probe.due' })
          })
        },
        clearProbe: () => {
          this.#probe?.()
          this.#probe = undefined
          this.#isProbing = false
        },
        probe: () => {
          this.#isProbing = true
          this.#ports.wake()
        },
        wake: () => this.#ports.wake()
      }
    })
    return createActor(machine).start()
  }
}
