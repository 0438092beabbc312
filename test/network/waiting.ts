import { vi } from 'vitest'
import type { Libp2p, PeerId } from '@libp2p/interface'
import type { Ping } from '@libp2p/ping'
import type { TypedEventTarget } from 'main-event'

/** Milliseconds in which anything on this network of one process happens, or never does. */
const DEADLINE = 10_000

/** Waits until the assertion holds; fails with it after so many milliseconds, ten seconds if nothing is said. */
export async function eventually(
  assertion: () => void | Promise<void>,
  timeout = DEADLINE
): Promise<void> {
  await vi.waitFor(assertion, { timeout, interval: 2 })
}

/** The promise's result; fails if it is not settled in time. */
export async function within<T>(promise: Promise<T>, ms = DEADLINE): Promise<T> {
  const { promise: late, reject } = Promise.withResolvers<never>()
  const timer = setTimeout(() => reject(new Error(`Not settled within ${ms} ms`)), ms)
  try {
    return await Promise.race([promise, late])
  } finally {
    clearTimeout(timer)
  }
}

/** The next event of the type that the filter accepts. */
export function next<Events extends Record<Name, CustomEvent>, Name extends keyof Events & string>(
  target: TypedEventTarget<Events>,
  type: Name,
  accepts: (detail: Events[Name]['detail']) => boolean = () => true
): Promise<Events[Name]['detail']> {
  const { promise, resolve } = Promise.withResolvers<Events[Name]['detail']>()
  const listener = (event: Events[Name]): void => {
    if (!accepts(event.detail)) return
    target.removeEventListener(type, listener)
    resolve(event.detail)
  }
  target.addEventListener(type, listener)
  return within(promise)
}

/** Every event of these types from now on, in their order, as `[type, detail]`. */
export function journal<
  Events extends Record<Name, CustomEvent>,
  Name extends keyof Events & string
>(target: TypedEventTarget<Events>, ...types: Name[]): [Name, Events[Name]['detail']][] {
  const entries: [Name, Events[Name]['detail']][] = []
  for (const type of types) {
    target.addEventListener(type, (event: Events[Name]) => void entries.push([type, event.detail]))
  }
  return entries
}

/** The error that the promise rejects with; fails if it resolves. */
export async function failure(promise: Promise<unknown>): Promise<Error & Record<string, unknown>> {
  try {
    await within(promise)
  } catch (error) {
    return error as Error & Record<string, unknown>
  }
  throw new Error('Expected a rejection')
}

/**
 * Round trips on fresh streams of the same connection, through everything a stream passes on the other
 * side: what was sent before them and has had no effect by now, has none.
 */
export async function fence(from: Libp2p<{ ping: Ping }>, to: { peerId: PeerId }): Promise<void> {
  await from.services.ping.ping(to.peerId)
  await from.services.ping.ping(to.peerId)
}
