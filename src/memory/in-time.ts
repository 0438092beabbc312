import type { Clock } from '../clock.ts'

/** An operation of the datastore did not end in time. */
export class DatastoreTimeoutError extends Error {
  static override name = 'DatastoreTimeoutError'

  constructor(ms: number) {
    super(`The datastore did not answer within ${ms} ms`)
    this.name = 'DatastoreTimeoutError'
  }
}

/**
 * What `work` resolves with, if it does within `ms` milliseconds. Its signal is aborted then; what it does
 * after that, nobody hears of.
 *
 * @throws DatastoreTimeoutError, or what `work` throws
 */
export async function inTime<T>(
  clock: Clock,
  ms: number,
  work: (signal: AbortSignal) => T | Promise<T>
): Promise<T> {
  const controller = new AbortController()
  const { promise: late, reject } = Promise.withResolvers<never>()
  const error = new DatastoreTimeoutError(ms)
  const cancel = clock.after(ms, () => {
    reject(error)
    controller.abort(error)
  })
  try {
    return await Promise.race([started(() => work(controller.signal)), late])
  } finally {
    cancel()
  }
}

/** A call that throws is a promise that rejects. */
async function started<T>(work: () => T | Promise<T>): Promise<T> {
  return work()
}
