import { CandidatePool, DIAL_CLASSES, nextDial } from '../../machines/index.ts'
import type { DialClass, DialQueue, DialWorld } from '../../machines/index.ts'

/** A candidate whose turn it is. */
export interface NextCandidate {
  readonly peer: string
  readonly priority: DialClass
  /** Does a `connect()` wait for it? */
  readonly isAwaited: boolean
}

/** Everybody who waits for a slot, by class; those for which a `connect()` waits go before all others. */
export class CandidateQueue {
  readonly #awaited = newQueue()
  readonly #others = newQueue()

  /** How many wait in each class. */
  get sizes(): Readonly<Record<DialClass, number>> {
    const size = (each: DialClass): number => this.#awaited[each].size + this.#others[each].size
    return {
      trusted: size('trusted'),
      static: size('static'),
      requested: size('requested'),
      discovered: size('discovered')
    }
  }

  /** The peer waits in this class from now on, and in no other; or not at all. */
  place(peer: string, priority: DialClass | undefined, isAwaited: boolean): void {
    for (const each of DIAL_CLASSES) {
      put(this.#awaited[each], peer, each === priority && isAwaited)
      put(this.#others[each], peer, each === priority && !isAwaited)
    }
  }

  delete({ peer, priority, isAwaited }: NextCandidate): void {
    const queue = isAwaited ? this.#awaited : this.#others
    queue[priority].delete(peer)
  }

  /** Whose turn it is; undefined if nobody may be dialed now. */
  next(world: DialWorld, random: () => number): NextCandidate | undefined {
    for (const isAwaited of [true, false]) {
      const queue = isAwaited ? this.#awaited : this.#others
      if (DIAL_CLASSES.every((priority) => queue[priority].size === 0)) continue
      const next = nextDial(queue, world, random(), isAwaited)
      if (next !== undefined) return { ...next, isAwaited }
    }
    return undefined
  }

  *peers(): Generator<string> {
    for (const queue of [this.#awaited, this.#others]) {
      for (const priority of DIAL_CLASSES) yield* queue[priority].values()
    }
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
