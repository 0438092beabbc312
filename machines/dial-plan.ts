/**
 * The scheduler's judgement: who is dialed now, and why not the others. Pure, in the manner of
 * go-ethereum's `checkDial`: one question, one named answer, and nobody else decides.
 */

import type { Reason } from './reasons.ts'
import type { SlotBook } from './slots.ts'

/** Classes of candidates, the most wanted first. */
export const PRIORITIES = ['static', 'requested', 'discovered'] as const

/** How much a peer is wanted. */
export type Priority = (typeof PRIORITIES)[number]

/** The classes in which candidates wait: a trusted peer, however much it is wanted, comes before all. */
export type DialClass = 'trusted' | Priority

/** The same, the most wanted first. */
export const DIAL_CLASSES = ['trusted', ...PRIORITIES] as const satisfies readonly DialClass[]

/** What the scheduler does in general at the moment. */
export type SchedulerMode = 'stopped' | 'filling' | 'full' | 'offline' | 'draining'

export interface DialWorld {
  readonly mode: SchedulerMode
  /** Why this class gets no slot now. */
  readonly slots: Pick<SlotBook, 'refusal'>
  /** While offline: may one candidate be tried now, to see whether the network is back? */
  readonly probing: boolean
  /** Dials in flight. */
  readonly dialing: number
  /** Dials that may be in flight at once. */
  readonly parallelDials: number
  /** May another dial begin now, as far as their rate is limited? */
  readonly hasToken: boolean
  /** Are as many handshakes under way as may be, the peers' included? Default: false */
  readonly isBusy?: boolean
}

/**
 * Why a candidate of this class would not be dialed now; undefined if it would be. What can be known at
 * once is said before what changes by the second.
 *
 * @param isAwaited - A `connect()` waits for the peer: it is tried at once, even if the network seems gone
 */
export function checkDial(
  priority: DialClass,
  world: DialWorld,
  isAwaited = false
): Reason | undefined {
  if (world.mode === 'stopped') return 'stopped'
  if (world.mode === 'draining') return 'shutting-down'
  if (world.mode === 'offline' && !world.probing && !isAwaited) return 'offline'
  const refusal = priority === 'trusted' ? undefined : world.slots.refusal(priority)
  if (refusal !== undefined) return refusal
  const isHeldUp = world.dialing >= world.parallelDials || world.isBusy === true
  return isHeldUp || !world.hasToken ? 'dial-limit' : undefined
}

/** The candidates that wait, by class. */
export type DialQueue = Readonly<Record<DialClass, CandidatePool>>

/**
 * A set from which a random member is drawn in constant time. Random within a class, as in
 * go-ethereum's static pool: no unreachable candidate at the head can starve the ones behind it.
 */
export class CandidatePool {
  readonly #members: string[] = []
  readonly #index = new Map<string, number>()

  get size(): number {
    return this.#members.length
  }

  has(peer: string): boolean {
    return this.#index.has(peer)
  }

  add(peer: string): void {
    if (this.#index.has(peer)) return
    this.#index.set(peer, this.#members.length)
    this.#members.push(peer)
  }

  delete(peer: string): boolean {
    const at = this.#index.get(peer)
    if (at === undefined) return false
    const last = this.#members.pop()
    this.#index.delete(peer)
    if (last !== undefined && last !== peer) {
      this.#members[at] = last
      this.#index.set(last, at)
    }
    return true
  }

  values(): IterableIterator<string> {
    return this.#members.values()
  }

  /** The member that `luck` in [0, 1) points at; undefined if there is none. */
  draw(luck: number): string | undefined {
    return this.#members[Math.floor(luck * this.#members.length)]
  }
}

/**
 * The next candidate that may be dialed, drawn at random from the most wanted class that may dial; while
 * offline from any class, each as likely as the others: it is the network that is looked for and not a
 * peer, but a flood of dead candidates must not keep the few that matter from being tried.
 */
export function nextDial(
  queue: DialQueue,
  world: DialWorld,
  luck: number,
  isAwaited = false
): { peer: string; priority: DialClass } | undefined {
  const open = DIAL_CLASSES.filter(
    (priority) => queue[priority].size > 0 && checkDial(priority, world, isAwaited) === undefined
  )
  const classes = world.mode === 'offline' ? open : open.slice(0, 1)
  const at = luck * classes.length
  const priority = classes[Math.floor(at)]
  if (priority === undefined) return undefined
  const peer = queue[priority].draw(at % 1)
  return peer === undefined ? undefined : { peer, priority }
}
