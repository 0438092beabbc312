import { CandidatePool, DIAL_CLASSES, nextDial } from '../../machines/index.ts'
import type { NetGroups } from './net-groups.ts'
import type { DialClass, DialQueue, DialWorld } from '../../machines/index.ts'

type Drawn = NonNullable<ReturnType<typeof nextDial>>

/** A candidate whose turn it is. */
export interface NextCandidate {
  readonly peer: string
  readonly priority: DialClass
  /** Does a `connect()` wait for it? */
  readonly isAwaited: boolean
}

/** Everybody who waits for a slot, by class; those for which a `connect()` waits go before all others. */
export class CandidateQueue {
  readonly #groups: Pick<NetGroups, 'full' | 'isRefused'>
  readonly #awaited = newQueue()
  readonly #others = newQueue()
  /** Whoever was placed in a class since it was in none. */
  readonly #placed = new Set<string>()
  /** Discovered candidates whose net groups are full; not drawn (full -> room | no candidate any more). */
  readonly #parked = new Set<string>()
  readonly #failuresOf: (peer: string) => number
  /** When each static peer came, by its place in the row (queued -> granted | wanted otherwise). */
  readonly #arrivals = new Map<string, number>()
  #arrived = 0

  /** @param failuresOf - Failed attempts of a peer in a row */
  constructor(groups: Pick<NetGroups, 'full' | 'isRefused'>, failuresOf: (peer: string) => number) {
    this.#groups = groups
    this.#failuresOf = failuresOf
  }

  /** Does nobody wait? */
  get isEmpty(): boolean {
    return this.#placed.size === 0
  }

  /** Discovered candidates that may have their turn: not in full net groups, as far as is known. */
  get drawable(): number {
    return this.sizes.discovered - this.#parked.size
  }

  /** How many wait in each class. */
  get sizes(): Readonly<Record<DialClass, number>> {
    const size = (each: DialClass): number => this.#awaited[each].size + this.#others[each].size
    return {
      trusted: size('trusted'),
      static: size('static'),
      requested: size('requested'),
      discovered: size('discovered') + this.#parked.size
    }
  }

  /** The peer waits in this class from now on, and in no other; or not at all. */
  place(peer: string, priority: DialClass | undefined, isAwaited: boolean): void {
    // most peers wait for nothing, and yet every event of theirs comes this way
    if (priority === undefined && !this.#placed.delete(peer)) return
    if (priority !== undefined) this.#placed.add(peer)
    const isParked = priority === 'discovered' && !isAwaited && this.#parked.has(peer)
    if (!isParked) this.#parked.delete(peer)
    if (priority !== 'static') this.#arrivals.delete(peer)
    else if (!this.#arrivals.has(peer)) this.#arrivals.set(peer, ++this.#arrived)
    for (const each of DIAL_CLASSES) {
      put(this.#awaited[each], peer, each === priority && isAwaited)
      put(this.#others[each], peer, each === priority && !isAwaited && !isParked)
    }
  }

  delete({ peer, priority, isAwaited }: NextCandidate): void {
    const queue = isAwaited ? this.#awaited : this.#others
    queue[priority].delete(peer)
  }

  /** Whose turn it is; undefined if nobody may be dialed now. Those in full net groups are passed over. */
  next(world: DialWorld, random: () => number): NextCandidate | undefined {
    let full: ReadonlySet<string> | undefined
    for (;;) {
      const next = this.#draw(world, random)
      if (next?.priority !== 'discovered' || next.isAwaited) return next
      full ??= this.#groups.full()
      if (!this.#groups.isRefused(next.peer, full)) return next
      this.delete(next)
      this.#parked.add(next.peer)
    }
  }

  /** There may be room in a net group: those who waited for that may have their turn again. */
  reconsider(): void {
    if (this.#parked.size === 0) return
    const full = this.#groups.full()
    for (const peer of this.#parked) {
      if (this.#groups.isRefused(peer, full)) continue
      this.#parked.delete(peer)
      this.#others.discovered.add(peer)
    }
  }

  #draw(world: DialWorld, random: () => number): NextCandidate | undefined {
    for (const isAwaited of [true, false]) {
      const queue = isAwaited ? this.#awaited : this.#others
      if (DIAL_CLASSES.every((priority) => queue[priority].size === 0)) continue
      const draw = (): Drawn | undefined => nextDial(queue, world, random(), isAwaited)
      const next = draw()
      if (next === undefined) continue
      if (next.priority === 'discovered') return { ...this.#better(next, draw()), isAwaited }
      const peer = next.priority === 'static' ? this.#first(queue.static) : next.peer
      return { ...next, peer, isAwaited }
    }
    return undefined
  }

  /** The static peer that waits for longest: each has its turn before any has two. */
  #first(pool: CandidatePool): string {
    const arrival = (peer: string): number => this.#arrivals.get(peer) ?? 0
    return [...pool.values()].reduce((a, b) => (arrival(b) < arrival(a) ? b : a))
  }

  /**
   * Of two that were found and drawn at random the one that failed less: where most candidates are dead
   * those that nobody tried come first, and yet each has its chance.
   */
  #better(one: Drawn, other: Drawn | undefined): Drawn {
    if (other?.priority !== one.priority) return one
    return this.#failuresOf(other.peer) < this.#failuresOf(one.peer) ? other : one
  }

  /**
   * Candidates that were found and for which no slot is to be had: all of them, or those in full net groups.
   */
  *unserved(isShareFull: boolean): Generator<string> {
    if (isShareFull) yield* this.#others.discovered.values()
    yield* this.#parked
  }

  /** Everybody who waits, in the order in which the classes are served. */
  *waiting(): Generator<NextCandidate> {
    for (const isAwaited of [true, false]) {
      const queue = isAwaited ? this.#awaited : this.#others
      for (const priority of DIAL_CLASSES) {
        for (const peer of queue[priority].values()) yield { peer, priority, isAwaited }
      }
    }
    for (const peer of this.#parked) yield { peer, priority: 'discovered', isAwaited: false }
  }
}

const newQueue = (): DialQueue => ({
  trusted: new CandidatePool(),
  static: new CandidatePool(),
  requested: new CandidatePool(),
  discovered: new CandidatePool()
})

function put(pool: CandidatePool, peer: string, isMember: boolean): void {
  if (isMember) pool.add(peer)
  else pool.delete(peer)
}
