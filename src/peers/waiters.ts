import type { Cancel } from '../clock.ts'

/** One caller of `connect()`. */
export interface Waiter<T> {
  resolve(value: T): void
  reject(error: Error): void
  /** Takes back the caller's deadline and abort listener (wait -> settled). */
  release: Cancel
}

/** The callers that wait for a peer's verdict. Each is settled exactly once. */
export class Waiters<T> {
  readonly #waiting = new Map<string, Set<Waiter<T>>>()

  has(peer: string): boolean {
    return this.#waiting.has(peer)
  }

  add(peer: string, waiter: Waiter<T>): void {
    const waiters = this.#waiting.get(peer) ?? new Set()
    waiters.add(waiter)
    this.#waiting.set(peer, waiters)
  }

  /** Takes one caller out. True if it was the last one for the peer. */
  remove(peer: string, waiter: Waiter<T>): boolean {
    const waiters = this.#waiting.get(peer)
    if (waiters?.delete(waiter) !== true) return false
    waiter.release()
    if (waiters.size > 0) return false
    this.#waiting.delete(peer)
    return true
  }

  resolve(peer: string, value: T): void {
    for (const waiter of this.#take(peer)) waiter.resolve(value)
  }

  reject(peer: string, error: Error): void {
    for (const waiter of this.#take(peer)) waiter.reject(error)
  }

  peers(): string[] {
    return [...this.#waiting.keys()]
  }

  #take(peer: string): Iterable<Waiter<T>> {
    const waiters = this.#waiting.get(peer) ?? new Set()
    this.#waiting.delete(peer)
    for (const waiter of waiters) waiter.release()
    return waiters
  }
}
