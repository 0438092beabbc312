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
  DialWorld,
  Priority,
  Reason,
  SchedulerEvent,
  SchedulerMode,
  Slot,
  SlotLimits
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
  readonly #queue: Record<Priority, CandidatePool> = {
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

  /** Slots that discovered candidates may hold. With none of them, nobody is dialed unasked. */
  get discoveredLimit(): number {
    return this.#slots.discoveredLimit
  }

  /** Slots that inbound peers may hold. */
  get inboundLimit(): number {
    return this.#slots.inboundLimit
  }

  /** Candidates that wait for a slot, by class. */
  get queued(): Readonly<Record<Priority, number>> {
    const { static: fixed, requested, discovered } = this.#queue
    return { static: fixed.size, requested: requested.size, discovered: discovered.size }
  }

  send(event: SchedulerEvent): void {
    this.#mode.send(event)
  }

  /** The peer has moved: does it wait for a slot, and as what; is it being dialed? */
  moved(peer: string, queuedAs: Priority | undefined, isDialing: boolean): void {
    for (const priority of ['static', 'requested', 'discovered'] as const) {
      if (priority === queuedAs) this.#queue[priority].add(peer)
      else this.#queue[priority].delete(peer)
    }
    if (isDialing) this.#dialing.add(peer)
    else this.#dialing.delete(peer)
  }

  /** Why a candidate of this class would not be dialed now; undefined if it would be. */
  check(priority: Priority): Reason | undefined {
    return checkDial(priority, this.#world())
  }

  /** Grants one slot to the next candidate. False if nobody can be granted one now. */
  grantNext(): boolean {
    for (;;) {
      const next = nextDial(this.#queue, this.#world(), this.#init.random())
      if (next === undefined) return false
      // whoever is refused does not wait in the queue; should one do so all the same, it is passed over
      this.#queue[next.priority].delete(next.peer)
      if (this.#ports.isRefused(next.peer)) continue
      const session = this.#take(next.peer, next.priority)
      if (session === undefined) return false
      this.#isProbing = false
      this.#ports.grant(next.peer, session)
      return true
    }
  }

  /** An inbound peer asks for a slot: the session that got one, or the word why not. */
  admit(peer: string): number | Reason {
    if (this.mode === 'stopped' || this.mode === 'draining') return 'shutting-down'
    return this.#take(peer, 'inbound') ?? this.#slots.refusal('inbound') ?? 'too-many-peers'
  }

  /** Gives a slot back; of a session that holds none, it does nothing. */
  release(session: number): void {
    const isFreed = this.#slots.release(session)
    if (isFreed && this.mode === 'full') this.#mode.send({ type: 'slots.freed' })
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

  #take(peer: string, kind: Slot['kind']): number | undefined {
    const session = this.#slots.take(peer, kind)
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
