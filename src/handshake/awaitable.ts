/** A value, or the promise of one: what a function of the application may give. */
export type Awaitable<T> = T | Promise<T>

/** What `make` makes of the value: at once, unless the value is a promise. */
export function whenThere<T, Result>(
  value: Awaitable<T>,
  make: (value: T) => Awaitable<Result>
): Awaitable<Result> {
  return isPromiseLike(value) ? Promise.resolve(value).then(make) : make(value)
}

/**
 * The results of `step`, of one item after the other: at once, as long as no step gives a promise. The
 * first step that throws is the last. After a wait, an aborted `signal` ends the row: it rejects with
 * the signal's reason, and no further step begins.
 */
export function inOrder<Item, Result>(
  items: Iterable<Item>,
  step: (item: Item) => Awaitable<Result>,
  signal: AbortSignal
): Awaitable<Result[]> {
  const rest = items[Symbol.iterator]()
  const results: Result[] = []
  const go = (): Awaitable<Result[]> => {
    for (let next = rest.next(); next.done !== true; next = rest.next()) {
      const result = step(next.value)
      if (isPromiseLike(result)) {
        return Promise.resolve(result).then((value) => {
          signal.throwIfAborted()
          results.push(value)
          return go()
        })
      }
      results.push(result)
    }
    return results
  }
  return go()
}

// a promise of another realm or library is one, too
function isPromiseLike<T>(value: Awaitable<T>): value is Promise<T> {
  return typeof (value as { then?: unknown } | null | undefined)?.then === 'function'
}
