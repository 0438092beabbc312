import { createActor } from 'xstate'
import { PEER_EFFECTS, peerMachine } from '../../machines/index.ts'
import { pathOf, TrackedPeer } from './tracked-peer.ts'
import type { Locate, PeerPath } from './tracked-peer.ts'
import type { Clock } from '../clock.ts'
import type { Direction, PeerContext, PeerEffect, PeerEvent } from '../../machines/index.ts'
import type { PeerId } from '@libp2p/interface'
import type { InspectionEvent } from 'xstate'

/** The rest of the house, as the interpreter sees it. */
export interface InterpreterPorts {
  /** Carries out what the chart named, after the state has changed. Must not throw. */
  carryOut(effect: PeerEffect, peer: TrackedPeer): void
  /**
   * The peer has moved in its chart, where it had a slot of this direction if it had one. Told before the
   * effects of the move are carried out.
   */
  onMove(
    peer: TrackedPeer,
    from: PeerPath,
    event: PeerEvent,
    direction: Direction | undefined
  ): void
  /**
   * The peer's chart has taken an event: it has moved, or remembers something, or names effects. Told first.
   *
   * @param before - What it remembered before
   */
  readonly onTaken?:
    | ((peer: TrackedPeer, event: PeerEvent, from: PeerPath, before: PeerContext) => void)
    | undefined
  /** The move and its effects are done. */
  onSettled(peer: TrackedPeer): void
  /** A slot was granted to a peer that did not take it. */
  onUntaken(session: number, peer: TrackedPeer): void
  /** The machine of this peer failed; it accepts no more events, and is forgotten next. */
  onFault(peer: TrackedPeer, error: unknown): void
  /** Every event is delivered: is there anything to plan? True if that sent new events. */
  onQuiet(): boolean
}

export interface InterpreterInit {
  readonly clock: Clock
  readonly random: () => number
  readonly ipOf?: Locate
  /** Is told of everything that the actors do. */
  readonly inspect?: ((event: InspectionEvent) => void) | undefined
}

/**
 * Runs the charts: one root actor per peer, so that a fault stays inside its peer and no cost grows
 * with the number of peers, and one mailbox for all, so that an event sent from within a listener or an
 * effect waits its turn.
 */
export class Interpreter {
  readonly #machine: typeof peerMachine
  readonly #ports: InterpreterPorts
  readonly #clock: Clock
  readonly #random: () => number
  readonly #ipOf: Locate | undefined
  readonly #inspect: { readonly inspect?: (event: InspectionEvent) => void }
  readonly #mailbox: [TrackedPeer, PeerEvent][] = []
  /** Effects named by the transition under way (send -> carried out). */
  #named: PeerEffect[] = []
  #isDelivering = false
  /** Events that changed nothing: stale answers, and what upstream sends out of order. By name. */
  readonly ignored: Partial<Record<PeerEvent['type'], number>> = {}

  constructor(
    ports: InterpreterPorts,
    { clock, random, ipOf, inspect }: InterpreterInit,
    machine: typeof peerMachine = peerMachine
  ) {
    this.#ports = ports
    this.#clock = clock
    this.#random = random
    this.#ipOf = ipOf
    this.#inspect = inspect === undefined ? {} : { inspect }
    const actions = PEER_EFFECTS.map((name) => [name, () => void this.#named.push(name)] as const)
    this.#machine = machine.provide({
      actions: Object.fromEntries(actions) as Record<PeerEffect, () => void>
    })
  }

  /** A new peer with an actor of its own, in `discovered.idle`. */
  create(peerId: PeerId, key: string): TrackedPeer {
    const actor = createActor(this.#machine, { id: key, input: { peer: key }, ...this.#inspect })
    const peer = new TrackedPeer(peerId, key, actor, this.#clock.now(), this.#ipOf)
    // without an observer a fault would surface as an uncaught exception
    actor.subscribe({ error: () => {} })
    actor.start()
    return peer
  }

  /** Delivers an event now, or after those that are being delivered. Never throws. */
  send(peer: TrackedPeer, event: PeerEvent): void {
    this.#mailbox.push([peer, event])
    this.deliver()
  }

  /** Is an event being delivered? Then whatever is sent waits its turn. */
  get isDelivering(): boolean {
    return this.#isDelivering
  }

  /** Delivers everything that waits, then lets the scheduler plan until there is nothing left to do. */
  deliver(): void {
    if (this.#isDelivering) return
    this.#isDelivering = true
    try {
      for (;;) {
        for (let next = this.#mailbox.shift(); next !== undefined; next = this.#mailbox.shift()) {
          this.#transition(...next)
        }
        if (!this.#ports.onQuiet()) return
      }
    } finally {
      this.#isDelivering = false
    }
  }

  /** The actor's end; nothing is delivered to it any more. */
  end(peer: TrackedPeer): void {
    peer.deadline?.()
    peer.deadline = undefined
    peer.actor.stop()
  }

  #transition(peer: TrackedPeer, event: PeerEvent): void {
    const before = peer.actor.getSnapshot()
    if (before.status !== 'active') {
      this.#ignore(event)
      this.#returnSlot(peer, event)
      return
    }
    this.#named = []
    peer.actor.send(event)
    const after = peer.actor.getSnapshot()
    if (after.status === 'error') {
      this.#ports.onFault(peer, after.error)
      this.#returnSlot(peer, event)
      return
    }

    const effects = this.#named
    const path = pathOf(after.value)
    const from = peer.path
    const isMove = path !== from
    if (isMove) {
      peer.path = path
      peer.since = this.#clock.now()
      if (event.type === 'slot.granted') peer.heldSince = peer.since
    }
    if (after === before && effects.length === 0) this.#ignore(event)
    else this.#ports.onTaken?.(peer, event, from, before.context)
    if (isMove) this.#ports.onMove(peer, from, event, before.context.direction)
    for (const effect of effects) this.#ports.carryOut(effect, peer)
    if (event.type === 'slot.granted' && after.context.session !== event.session) {
      this.#returnSlot(peer, event)
    }
    this.#reconcile(peer)
    this.#ports.onSettled(peer)
  }

  /** A grant that the chart did not take, or did not survive. */
  #returnSlot(peer: TrackedPeer, event: PeerEvent): void {
    if (event.type === 'slot.granted') this.#ports.onUntaken(event.session, peer)
  }

  /**
   * Whether a peer is connected is what its list of connections says, not what an event said: upstream's
   * events come out of order, twice or not at all, and a chart that was dialing did not listen.
   */
  #reconcile(peer: TrackedPeer): void {
    const snapshot = peer.actor.getSnapshot()
    const isLinked = snapshot.hasTag('linked')
    const isConnected = peer.connections.length > 0
    if (isLinked && !isConnected) {
      const moment = { at: this.#clock.now(), luck: this.#random() }
      this.#mailbox.push([peer, { type: 'connection.closed', ...moment }])
    }
    if (!isLinked && isConnected && !snapshot.hasTag('linking') && peer.path !== 'forgotten') {
      this.#mailbox.push([peer, { type: 'connection.opened' }])
    }
  }

  /** The peer's list of connections has changed: tell its chart if that means anything to it. */
  reconcile(peer: TrackedPeer): void {
    if (peer.actor.getSnapshot().status !== 'active') return
    this.#reconcile(peer)
    this.deliver()
  }

  #ignore(event: PeerEvent): void {
    this.ignored[event.type] = (this.ignored[event.type] ?? 0) + 1
  }
}
