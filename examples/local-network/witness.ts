import { LOCAL_REASONS, WIRE_REASONS } from '../../machines/index.ts'
import { ranSince } from './running-time.ts'
import { INBOUND_LIMIT, VALIDATION } from './settings.ts'
import type { Member } from './network.ts'
import type { PeerDeauthorization, PeerRejection, PeerTransition } from '../../src/index.ts'
import type { PeerId } from '@libp2p/interface'

/** What the application can receive. */
export type Kind = 'request' | 'gossip'

/** A law and how it was seen broken, in plain words. */
export interface Breach {
  readonly law: string
  readonly how: string
}

const REASONS = new Set<string>([...WIRE_REASONS, ...LOCAL_REASONS])

/** States that are only possible with a slot. */
const WITH_SLOT = new Set(['dialing', 'connected.promoting', 'authorized'])
const needsSlot = (path: string): boolean => WITH_SLOT.has(path) || path.startsWith('handshaking')

/**
 * Stands next to one node and writes down what really happens there, in the order in which it happens. It takes
 * the service at its word only in what it announces (who is authorized, from when to when), and holds it
 * against what the application gets.
 */
export class Witness {
  readonly member: Member
  /** Peers that are authorized now, by what was announced (peer:authorized -> peer:deauthorized). */
  readonly authorized = new Map<string, 'inbound' | 'outbound'>()
  /** Whatever the application received. */
  readonly delivered: Record<Kind, number> = { request: 0, gossip: 0 }
  /** That part of it whose sender was not authorized at the moment. */
  readonly trespassed: Record<Kind, number> = { request: 0, gossip: 0 }
  /** When a peer ceased to be authorized, in the milliseconds of `Date.now()`. */
  readonly #left = new Map<string, number>()
  /** The most peers that were authorized at the same time. */
  mostAuthorized = 0
  /** Streams that were asked for with this node, by a peer that is not authorized or to one, and refused. */
  refused = 0
  /** When somebody last became authorized or ceased to be, in the milliseconds of `performance.now()`. */
  changed = 0
  readonly #nameOf: (peer: string) => string
  readonly #breaches = new Map<string, Breach>()
  /** The last state of every peer, to see that no step is missing. */
  readonly #states = new Map<string, string>()

  constructor(member: Member, nameOf: (peer: string) => string) {
    this.member = member
    this.#nameOf = nameOf
    const { peers } = member
    if (peers === undefined) return
    peers.addEventListener('peer:authorized', ({ detail }) => {
      this.authorized.set(detail.peer, detail.direction)
      this.mostAuthorized = Math.max(this.mostAuthorized, this.authorized.size)
      this.changed = performance.now()
    })
    peers.addEventListener('peer:deauthorized', ({ detail }) => {
      this.authorized.delete(detail.peer)
      this.changed = performance.now()
      this.#left.set(detail.peer, Date.now())
      this.#checkWord(detail)
    })
    peers.addEventListener('peer:rejected', ({ detail }) => this.#checkWord(detail))
    peers.addEventListener('peer:transition', ({ detail }) => this.#checkTransition(detail))
  }

  /** Breaches seen so far, each once. */
  get breaches(): Breach[] {
    return [...this.#breaches.values()]
  }

  /** A stream got as far as the application's handler. */
  reached(kind: Kind, from: PeerId): void {
    if (this.#mayHear(from)) return
    this.breach('gate', `a ${kind} of ${this.#nameOf(from.toString())} reached the handler`)
  }

  /** The application has got a message. */
  received(kind: Kind, from: PeerId): void {
    this.delivered[kind]++
    if (this.#mayHear(from)) return
    // gossipsub hands a message over when it has validated it, a little after it arrived
    const left = this.#left.get(from.toString())
    if (kind === 'gossip' && left !== undefined && ranSince(left) < VALIDATION) return
    this.trespassed[kind]++
    this.breach('gate', `a ${kind} of ${this.#nameOf(from.toString())} was delivered`)
  }

  /** Looks at what must hold at every moment: to be called often, between two events. */
  look(): void {
    const { peers } = this.member
    if (peers === undefined) return
    const { slots, maxPeers } = peers.status()
    const views = peers.getPeers()
    const holders = slots.map(({ peer }) => peer)
    if (slots.length > maxPeers) this.breach('capacity', `${slots.length} slots are held`)
    if (this.authorized.size > maxPeers)
      this.breach('capacity', `${this.authorized.size} authorized`)
    const inbound = [...this.authorized.values()].filter((direction) => direction === 'inbound')
    if (inbound.length > INBOUND_LIMIT) {
      this.breach('capacity', `${inbound.length} inbound peers authorized`)
    }
    if (new Set(holders).size < holders.length) this.breach('slot', 'a peer holds two slots')
    for (const { peerId, path } of views) {
      const holds = holders.includes(peerId.toString())
      if (needsSlot(path) && !holds) this.breach('slot', `a peer is ${path} without a slot`)
      if (holds && !needsSlot(path)) this.breach('slot', `a peer is ${path} and holds a slot`)
    }
    if (holders.some((peer) => !views.some(({ peerId }) => peerId.toString() === peer))) {
      this.breach('slot', 'a slot is held by nobody')
    }
    if (!isPlain(peers.status())) this.breach('plain data', 'status() holds more than plain data')
  }

  breach(law: string, how: string): void {
    this.#breaches.set(`${law}: ${how}`, { law, how })
  }

  // nodes without our service have no gate: whoever comes is heard
  #mayHear(from: PeerId): boolean {
    return this.member.peers === undefined || this.authorized.has(from.toString())
  }

  #checkWord({ reason }: PeerRejection | PeerDeauthorization): void {
    if (!REASONS.has(reason)) this.breach('closed words', `"${reason}" is not one of the reasons`)
  }

  #checkTransition(transition: PeerTransition): void {
    const { peer, from, to, event, reason } = transition
    for (const [name, value] of Object.entries({ peer, from, to, event, reason })) {
      if (value === '') this.breach('cause', `a transition without ${name}`)
    }
    const last = this.#states.get(peer) ?? from
    if (last !== from) this.breach('cause', `a peer left ${from}, but was ${last}`)
    this.#states.set(peer, to)
    if (!isPlain(transition)) this.breach('plain data', 'a transition holds more than plain data')
  }
}

/** Strings, numbers, booleans and nothing, in plain objects and arrays. */
function isPlain(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return typeof value !== 'function'
  if (Array.isArray(value)) return value.every(isPlain)
  const prototype: unknown = Object.getPrototypeOf(value)
  return prototype === Object.prototype && Object.values(value).every(isPlain)
}
