import { chooseFeeler, feelerDelay } from '../machines/index.ts'
import { closeConnection } from './close-connection.ts'
import { isKeptAlive } from './keep-alive.ts'
import { isOwnTrouble } from './own-trouble.ts'
import type { Cancel, Clock } from './clock.ts'
import type { PolicyOptions } from './options/policy-options.ts'
import type { Peers } from './peers/peers.ts'
import type { TrackedPeer } from './peers/tracked-peer.ts'
import type { DialFault } from './scheduler/dial-failure.ts'
import type { Dialer, DialResult } from './scheduler/dialer.ts'
import type { DialScheduler } from './scheduler/dial-scheduler.ts'
import type { Reason } from '../machines/index.ts'
import type { Connection, PeerStore } from '@libp2p/interface'

/**
 * Milliseconds after which a peer that answered a feeler is left again: time for libp2p to ask who it is.
 */
const STAY = 5_000

export interface FeelersInit {
  readonly policies: Pick<PolicyOptions, 'feelerInterval'>
  readonly dialTimeout: number
  readonly clock: Clock
  readonly random: () => number
}

/** The rest of the house, as far as feelers reach into it. */
export interface FeelersPorts {
  readonly peers: Peers
  readonly scheduler: () => DialScheduler
  readonly dialer: () => Dialer
  readonly peerStore: Pick<PeerStore, 'has' | 'get'>
  /** Somebody is there. */
  readonly onGood: (peer: string) => void
}

/** A dial to see whether somebody is there (sent -> answered | failed | overdue | overtaken). */
interface Feeler {
  readonly peer: TrackedPeer
  /** The peer's last session when the feeler was sent: with another one it is dialed for a slot. */
  readonly session: number
  readonly overdue: Cancel
}

/**
 * Feelers: while there is no slot for those who were found, one of them is dialed now and then without
 * one, only to see whether it is there, and left again. It is never promoted by that; in a secured channel
 * it is a visit. One feeler is out at a time.
 */
export class Feelers {
  readonly #init: FeelersInit
  readonly #ports: FeelersPorts
  /** Peers that answered, in this run (answered -> forgotten). */
  readonly #answered = new Set<string>()
  /** Peers that answered and are to be left (answered -> left, or wanted by somebody). */
  readonly #visits = new Map<Connection, Cancel>()
  #out: Feeler | undefined
  /** When the next feeler is sent (start -> stop). */
  #next: Cancel | undefined

  constructor(init: FeelersInit, ports: FeelersPorts) {
    this.#init = init
    this.#ports = ports
  }

  start(): void {
    this.stop()
    this.#arm()
  }

  stop(): void {
    this.#next?.()
    this.#next = undefined
    for (const cancel of this.#visits.values()) cancel()
    this.#visits.clear()
    if (this.#out === undefined) return
    this.#ports.dialer().cancel(this.#out.peer.key)
    this.#close(this.#out)
  }

  /** The peer is tracked no more. */
  forgotten(peer: string): void {
    this.#answered.delete(peer)
    if (this.#out?.peer.key !== peer) return
    this.#ports.dialer().cancel(peer)
    this.#close(this.#out)
  }

  #arm(): void {
    const { clock, random, policies } = this.#init
    if (policies.feelerInterval === Infinity) return
    this.#next = clock.after(feelerDelay(policies.feelerInterval, random()), () => {
      this.#arm()
      this.#send()
    })
  }

  #send(): void {
    const { peers, scheduler, dialer } = this.#ports
    const { clock, random, dialTimeout } = this.#init
    if (this.#out !== undefined) return
    const waiting = [...scheduler().unserved()].flatMap((key) => {
      const peer = peers.get(key)
      return peer === undefined ? [] : [{ peer: key, isKnown: this.#isKnown(peer) }]
    })
    const key = chooseFeeler(waiting, random())?.peer
    const peer = key === undefined ? undefined : peers.get(key)
    if (peer === undefined) return
    const { peerId, named, context } = peer
    const overdue = clock.after(dialTimeout, () => this.#onOverdue(feeler))
    const feeler: Feeler = { peer, session: context.session, overdue }
    this.#out = feeler
    dialer().dial({ peerId, named, isFiltered: true }, (result) => this.#onEnd(feeler, result))
  }

  #isKnown({ key, connections, context }: TrackedPeer): boolean {
    return this.#answered.has(key) || connections.length > 0 || context.authorizedAt > 0
  }

  #onEnd(feeler: Feeler, result: DialResult): void {
    if (this.#out !== feeler) return
    this.#close(feeler)
    const { key } = feeler.peer
    if (result.kind === 'failed') {
      const { reason, detail, fault } = result
      return this.#fail(feeler, { reason, detail, isExcused: this.#isExcused(key, fault) })
    }
    this.#answered.add(key)
    this.#ports.scheduler().reached()
    this.#ports.onGood(key)
    const leave = this.#init.clock.after(STAY, () => void this.#leave(feeler, result.connection))
    this.#visits.set(result.connection, leave)
  }

  #onOverdue(feeler: Feeler): void {
    this.#close(feeler)
    // it has a slot by now, or had one: the dial is not ours any more
    if (feeler.peer.context.session !== feeler.session) return
    const dialer = this.#ports.dialer()
    const { key } = feeler.peer
    const isExcused = this.#isExcused(key, 'network')
    dialer.expired(key, isExcused)
    dialer.cancel(key)
    this.#fail(feeler, { reason: 'dial-failed', detail: 'timed out', isExcused })
  }

  #fail(
    { peer, session }: Feeler,
    failure: { reason: Reason; detail: string; isExcused: boolean }
  ): void {
    const { peers } = this.#ports
    if (peer.context.session !== session) return
    peers.send(peer, { type: 'feeler.failed', ...failure, ...peers.moment() })
  }

  #isExcused(peer: string, fault: DialFault): boolean {
    const { scheduler, peers } = this.#ports
    return isOwnTrouble({ scheduler: scheduler(), peers }, peer, fault)
  }

  /** Leaves the peer again, unless somebody has found a use for the connection. */
  async #leave({ peer }: Feeler, connection: Connection): Promise<void> {
    // of whom nothing can be learned nobody has asked for
    const isWanted = await isKeptAlive(this.#ports.peerStore, peer.peerId).catch(() => false)
    // a node that has stopped leaves everybody
    if (!this.#visits.delete(connection) || isWanted || peer.holdsSlot) return
    if (connection.status !== 'open' || connection.streams.some(isOpen)) return
    await closeConnection(connection)
  }

  #close(feeler: Feeler): void {
    feeler.overdue()
    if (this.#out === feeler) this.#out = undefined
  }
}

const isOpen = ({ status }: Connection['streams'][number]): boolean => status === 'open'
