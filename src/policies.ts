import {
  chooseAnchors,
  chooseChurn,
  chooseEviction,
  chooseVictim,
  churnDelay,
  classesFor,
  isEvictable
} from '../machines/index.ts'
import { Feelers } from './feelers.ts'
import { groupOf, NetGroups } from './scheduler/net-groups.ts'
import { Roster } from './roster.ts'
import type { Cancel } from './clock.ts'
import type { PolicyOptions } from './options/policy-options.ts'
import type { Peers } from './peers/peers.ts'
import type { TrackedPeer } from './peers/tracked-peer.ts'
import type { FeelersInit } from './feelers.ts'
import type { Dialer } from './scheduler/dialer.ts'
import type { DialScheduler } from './scheduler/dial-scheduler.ts'
import type { HeldPeer, LocatedPeer, Reason } from '../machines/index.ts'
import type { Connection, PeerId, PeerStore } from '@libp2p/interface'

export interface PoliciesInit extends FeelersInit {
  readonly policies: PolicyOptions
  readonly peerStore: Pick<PeerStore, 'has' | 'get'>
}

/** The rest of the house, as far as the policies reach into it. */
export interface PoliciesPorts {
  readonly peers: Peers
  readonly scheduler: () => DialScheduler
  readonly dialer: () => Dialer
  /** The connection that can carry the peer's handshake; undefined if there is none. */
  readonly connectionOf: (peer: TrackedPeer) => Connection | undefined
  /** Somebody answered a feeler. */
  readonly onGood: (peer: string) => void
  /** Says goodbye to the peer and leaves it. */
  dismiss(peer: TrackedPeer, reason: Reason): void
}

/**
 * Carries out what the policies decide: each is a pure function of who holds a slot, asked at the moment
 * at which it matters.
 */
export class Policies {
  readonly #init: PoliciesInit
  readonly #ports: PoliciesPorts
  readonly #roster: Roster
  readonly #feelers: Feelers
  /** Which net groups have room for peers that were found. */
  readonly groups: NetGroups
  /** When somebody leaves next so that the network mixes (start -> stop). */
  #churn: Cancel | undefined

  constructor(init: PoliciesInit, ports: PoliciesPorts) {
    const { policies, peerStore } = init
    const { peers, scheduler, dialer, connectionOf, onGood } = ports
    this.#init = init
    this.#ports = ports
    this.groups = new NetGroups(policies.outboundPerGroup, {
      held: () => this.held(),
      connectedIn: (key) => {
        const peer = peers.get(key)
        const isConnected = peer !== undefined && connectionOf(peer) !== undefined
        return isConnected ? { group: groupOf(peer.ip) } : undefined
      }
    })
    this.#roster = new Roster({
      peers,
      slots: () => scheduler().slots,
      dialedIn: (peer) => this.groups.dialedIn(peer)
    })
    this.#feelers = new Feelers(init, { peers, peerStore, scheduler, dialer, onGood })
  }

  start(): void {
    this.stop()
    this.#armChurn()
    this.#feelers.start()
  }

  stop(): void {
    this.#churn?.()
    this.#churn = undefined
    this.#feelers.stop()
  }

  /** The peer is tracked no more. */
  forgotten(peer: string): void {
    this.groups.forget(peer)
    this.#feelers.forgotten(peer)
  }

  /** Who holds a slot, for the choice of a victim. */
  held(): readonly LocatedPeer[] {
    return this.#roster.held()
  }

  /**
   * An inbound peer finds no slot: somebody who came by himself, too, makes room for it. True if his slot
   * is free now. Not from within another event: what is free then is not known before it is over.
   */
  evict(): boolean {
    const { peers } = this.#ports
    const { book } = this.#ports.scheduler().desk
    if (!this.#init.policies.evictInbound || peers.isDelivering) return false
    const candidates = this.#roster.candidates().filter(({ session }) => {
      // whoever leaves for the sake of a dial of ours has no room to give
      return book.isEvictable(session)
    })
    const victim = chooseEviction(candidates, classesFor(book.inboundLimit))
    return victim !== undefined && this.#dismiss(victim)
  }

  /** The peer is authorized: whoever was to make room for it does so now, unless it is one too many. */
  authorized(peer: TrackedPeer): void {
    const { session } = peer.context
    const isFound = this.#ports.scheduler().slotOf(session)?.kind === 'discovered'
    // it was to be somewhere else than it is
    if (isFound && this.groups.isRefused(peer.key)) return this.#ports.dismiss(peer, 'evicted')
    this.#makeWay(session)
  }

  #makeWay(newcomer: number): void {
    const { desk } = this.#ports.scheduler()
    const reserved = desk.victimOf(newcomer)
    if (reserved === undefined) return
    const held = this.#roster.held()
    const victim = held.find(({ session }) => session === reserved.session)
    // it may be one by now that the application asked for itself
    const isGone = victim === undefined || !isEvictable(victim)
    const leaving = isGone ? chooseVictim(held, desk.reserved) : victim
    if (leaving !== undefined) this.#dismiss(leaving)
  }

  /** The peers to begin with after a restart, the longest authorized first. */
  anchors(): string[] {
    const { anchors } = this.#init.policies
    return anchors === 0 ? [] : chooseAnchors(this.#roster.held(), anchors).map(({ peer }) => peer)
  }

  /** The anchors of the last run are wanted, for one attempt each. Before anybody else is. */
  restoreAnchors(peerIds: readonly PeerId[]): void {
    const { peers } = this.#ports
    for (const peerId of peerIds.slice(0, this.#init.policies.anchors)) {
      const peer = peers.track(peerId)
      const wish = { priority: 'requested', lasting: false, urgent: false } as const
      if (peer !== undefined) peers.send(peer, { type: 'peer.wanted', ...wish })
    }
  }

  #armChurn(): void {
    const { policies, clock, random } = this.#init
    if (policies.churnInterval === Infinity) return
    this.#churn = clock.after(churnDelay(policies.churnInterval, random()), () => {
      this.#armChurn()
      this.#dropOne()
    })
  }

  #dropOne(): void {
    const scheduler = this.#ports.scheduler()
    const slots = scheduler.slots.filter(({ pool }) => pool === 'ordinary')
    const count = (wanted: string): number => slots.filter(({ kind }) => kind === wanted).length
    const peer = chooseChurn(this.#roster.held(), {
      now: this.#init.clock.now(),
      isDiscoveredFull: count('discovered') >= scheduler.discoveredLimit,
      isInboundFull: count('inbound') >= scheduler.inboundLimit,
      luck: this.#init.random()
    })
    if (peer !== undefined) this.#dismiss(peer)
  }

  /** True if the slot is free now. */
  #dismiss({ peer: key, session }: HeldPeer): boolean {
    const peer = this.#ports.peers.get(key)
    if (peer !== undefined) this.#ports.dismiss(peer, 'evicted')
    return !this.#ports.scheduler().holds(session)
  }
}
