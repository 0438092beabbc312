import type { Cancel, Clock } from '../clock.ts'

/** What came of a call of the application's code. */
export type Answer<T> =
  | { readonly kind: 'value'; readonly value: T }
  | { readonly kind: 'error'; readonly error: unknown }
  | { readonly kind: 'timeout' }

/**
 * Calls of the application's code, which may throw, hang, or answer when nobody waits any more. Each
 * call has a deadline and is answered once; after `close` none is answered. A late rejection is taken
 * and dropped: it can harm nobody, and it is not unhandled.
 */
export class UserCalls {
  readonly #clock: Clock
  readonly #timeout: number
  // a call's deadline: call -> answer | timeout | close
  readonly #deadlines = new Set<Cancel>()
  #open = true

  /** @param timeout - Milliseconds that one call may take. */
  constructor(clock: Clock, timeout: number) {
    this.#clock = clock
    this.#timeout = timeout
  }

  /** Calls `ask`. `onAnswer` is called within this call if the answer is no promise. */
  call<T>(ask: () => T | PromiseLike<T>, onAnswer: (answer: Answer<T>) => void): void {
    let waiting = true
    const settle = (answer: Answer<T>): void => {
      if (!waiting) return
      waiting = false
      cancel()
      this.#deadlines.delete(cancel)
      if (this.#open) onAnswer(answer)
    }
    // whatever answers at once needs no deadline
    const answer = answerOf(ask)
    if (!('then' in answer)) {
      if (this.#open) onAnswer(answer)
      return
    }
    if (!this.#open) return
    const cancel = this.#clock.after(this.#timeout, () => settle({ kind: 'timeout' }))
    this.#deadlines.add(cancel)
    void answer.then(settle)
  }

  /** Nobody waits any more. */
  close(): void {
    this.#open = false
    for (const cancel of this.#deadlines) cancel()
    this.#deadlines.clear()
  }
}

// an answer, or the promise of one, which never rejects
function answerOf<T>(ask: () => T | PromiseLike<T>): Answer<T> | Promise<Answer<T>> {
  try {
    const result = ask()
    if (!isPromiseLike(result)) return { kind: 'value', value: result }
    return Promise.resolve(result).then(
      (value) => ({ kind: 'value', value }),
      (error: unknown) => ({ kind: 'error', error })
    )
  } catch (error) {
    return { kind: 'error', error }
  }
}

function isPromiseLike<T>(result: T | PromiseLike<T>): result is PromiseLike<T> {
  return typeof (result as { then?: unknown } | null | undefined)?.then === 'function'
}
