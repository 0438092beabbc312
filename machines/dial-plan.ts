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

const CLASSES = ['trusted', ...PRIORITIES] as const satisfies readonly DialClass[]

/** What the scheduler does in general at the moment. */
export type SchedulerMode = 'stopped' | 'filling' | 'full' | 'offline' | 'draining'

export interface DialWorld {
  readonly mode: SchedulerMode
  readonly slots: SlotBook
  /** While offline: may one discovered candidate be tried now, to see whether the network is back? */
  readonly probing: boolean
  /** Dials in flight. */
  readonly dialing: number
  /** Dials that may be in flight at once. */
  readonly parallelDials: number
}

/** Why a candidate of this class would not be dialed now; undefined if it would be. */
export function checkDial(priority: DialClass, world: DialWorld): Reason | undefined {
  if (world.mode === 'stopped') return 'stopped'
  if (world.mode === 'draining') return 'shutting-down'
  if (world.mode === 'offline' && priority === 'discovered' && !world.probing) return 'offline'
  if (world.dialing >= world.parallelDials) return 'dial-limit'
  return priority === 'trusted' ? undefined : world.slots.refusal(priority)
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

  /** The member that `luck` in [0, 1) points at; undefined if there is none. */
  draw(luck: number): string | undefined {
    return this.#members[Math.floor(luck * this.#members.length)]
  }
}

/** The next candidate that may be dialed, drawn at random from the most wanted class that may dial. */
export function nextDial(
  queue: DialQueue,
  world: DialWorld,
  luck: number
): { peer: string; priority: DialClass } | undefined {
  for (const priority of CLASSES) {
    if (queue[priority].size === 0 || checkDial(priority, world) !== undefined) continue
    const peer = queue[priority].draw(luck)
    if (peer !== undefined) return { peer, priority }
  }
  return undefined
}
