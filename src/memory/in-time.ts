import type { Clock } from '../clock.ts'

/** An operation of the datastore did not end in time. */
class DatastoreTimeoutError extends Error {
  static override name = 'DatastoreTimeoutError'

  constructor(ms: number) {
    super(`The datastore did not answer within ${ms} ms`)
    this.name = 'DatastoreTimeoutError'
  }
}

/**
 * Runs `work` with a signal that is aborted after `ms` milliseconds, by a DatastoreTimeoutError. The work
 * has to end then: see {@link unlessAborted}.
 */
export async function inTime<T>(
  clock: Clock,
  ms: number,
  work: (signal: AbortSignal) => Promise<T>
): Promise<T> {
  const controller = new AbortController()
  const cancel = clock.after(ms, () => controller.abort(new DatastoreTimeoutError(ms)))
  try {
    return await work(controller.signal)
  } finally {
    cancel()
  }
}

/** What the promise resolves with, unless the signal is aborted first: then its reason is thrown. */
export async function unlessAborted<T>(signal: AbortSignal, work: Promise<T>): Promise<T> {
  const { promise: aborted, reject } = Promise.withResolvers<never>()
  const onAbort = (): void => reject(signal.reason as Error)
  signal.addEventListener('abort', onAbort)
  if (signal.aborted) onAbort()
  try {
    return await Promise.race([work, aborted])
  } finally {
    signal.removeEventListener('abort', onAbort)
  }
}
