import { LOCAL_REASONS, PEER_EVENTS, WIRE_REASONS } from '../../../machines/index.ts'
import type { Reason, Side } from '../../../machines/index.ts'
import type { PeerState, PeerTransition } from '../../index.ts'
import type { SimulatedNode } from '../simulation/simulated-node.ts'
import type { NodeClock } from './node-clock.ts'
import type { Law } from './laws.ts'

const WORDS: ReadonlySet<string> = new Set([...WIRE_REASONS, ...LOCAL_REASONS])
const EVENTS: ReadonlySet<string> = new Set(PEER_EVENTS)
const STATES: ReadonlySet<string> = new Set([
  'discovered',
  'dialing',
  'connected',
  'handshaking',
  'authorized',
  'rejected'
])
/** Words in which a peer holds a slot: it is never forgotten in them. */
const HOLDING: ReadonlySet<PeerState> = new Set(['dialing', 'handshaking', 'authorized'])

/** A law is broken, and how. */
export type Complaint = (law: Law, what: string, peer?: string) => void

/**
 * One run of a node's process, and what the world itself knows of it from what was announced: the truth that
 * the node's own books are held against.
 */
export class Life {
  readonly node: SimulatedNode
  readonly clock: NodeClock
  /** The state of every peer, as it was announced last. */
  readonly states = new Map<string, PeerState>()
  /** Peers in a state that takes a slot. */
  readonly holding = new Set<string>()
  /** Peers that were announced as authorized. */
  readonly authorized = new Set<string>()
  /** Peers that the application has banned, until when on the world's clock. */
  readonly bans = new Map<string, number>()
  /** Peers about which the application's code has failed. */
  readonly #failed = new Set<string>()
  /** Calls of `connect()` that have not settled. */
  waiting = 0

  constructor(node: SimulatedNode, clock: NodeClock) {
    this.node = node
    this.clock = clock
  }

  /** Notes what is announced from now on, and complains of what may not be said so. */
  listen(
    onTransition: (transition: PeerTransition) => void,
    onAuthorized: (peer: string, isAuthorized: boolean) => void,
    complain: Complaint
  ): void {
    const { peers } = this.node
    this.node.onServed = (peer) => {
      const isAllowed = this.authorized.has(peer) && this.node.trespasses.length === 0
      if (!isAllowed) complain('gate', 'it was served, and is not authorized', peer)
    }
    peers.addEventListener('peer:transition', ({ detail }) => {
      if (this.clock.isDead) return
      this.#check(detail, complain)
      this.states.set(detail.peer, detail.to)
      if (HOLDING.has(detail.to)) this.holding.add(detail.peer)
      else this.holding.delete(detail.peer)
      onTransition(detail)
    })
    peers.addEventListener('peer:fault', ({ detail: { peer, source } }) => {
      if (peer !== undefined) this.#failed.add(peer)
      if (source === 'machine') complain('blast radius', 'the chart failed', peer)
    })
    peers.addEventListener('peer:authorized', ({ detail: { peer } }) => {
      this.authorized.add(peer)
      onAuthorized(peer, true)
    })
    peers.addEventListener('peer:deauthorized', ({ detail: { peer, reason, by } }) => {
      if (!WORDS.has(reason)) complain('closed words', `deauthorized for ${reason}`, peer)
      if (!this.authorized.delete(peer)) complain('cause', `deauthorized by ${by}, was not`, peer)
      this.#checkBlame(peer, reason, by, complain)
      onAuthorized(peer, false)
    })
    peers.addEventListener('peer:rejected', ({ detail: { peer, reason, by } }) => {
      if (!WORDS.has(reason)) complain('closed words', `rejected for ${reason}`, peer)
      this.#checkBlame(peer, reason, by, complain)
    })
  }

  /** Code that fails ends only whom it was called about. */
  #checkBlame(peer: string, reason: Reason, by: Side, complain: Complaint): void {
    if (reason !== 'internal' || by !== 'local' || this.#failed.has(peer)) return
    complain('blast radius', 'it is told no for a failure, and nothing failed about it', peer)
  }

  #check(transition: PeerTransition, complain: Complaint): void {
    const { peer, from, to, event, reason } = transition
    const last = this.states.get(peer) ?? 'discovered'
    // one without a slot may have been forgotten meanwhile
    const isForgotten = from === 'discovered' && !HOLDING.has(last)
    if (from !== last && !isForgotten) {
      complain('cause', `it leaves ${from}, but was last in ${last}`, peer)
    }
    const isClosed =
      STATES.has(to) && EVENTS.has(event) && (WORDS.has(reason) || EVENTS.has(reason))
    if (!isClosed) complain('closed words', `${to} on ${event} for ${reason}`, peer)
    for (const value of Object.values(transition)) {
      if (typeof value !== 'string') complain('plain data', `${typeof value} is announced`, peer)
    }
  }
}
