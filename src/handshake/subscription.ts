import { describe } from './option-values.ts'
import type { Handshake, HandshakeChange } from './handshake.ts'

/** Ends a subscription. */
type Unsubscribe = () => void

/**
 * Subscribes to what a handshake changes its mind about. Undefined if it never does.
 *
 * @throws {TypeError} If what it gives cannot end the subscription. Whatever it throws itself
 */
export function subscribeTo(
  handshake: Pick<Handshake, 'subscribe'>,
  listener: (change: HandshakeChange) => void
): Unsubscribe | undefined {
  if (handshake.subscribe === undefined) return undefined
  const unsubscribe: unknown = handshake.subscribe(listener)
  if (typeof unsubscribe === 'function') return unsubscribe as Unsubscribe
  throw new TypeError(
    `Expected subscribe() to return the function that ends it, got ${describe(unsubscribe)}`
  )
}

/**
 * Subscribes to all of the handshakes, or to none. Every subscription ends, even if the end of another
 * one throws.
 *
 * @throws Whatever the first throws that cannot be subscribed to
 */
export function subscribeToAll(
  handshakes: readonly Pick<Handshake, 'subscribe'>[],
  listener: (change: HandshakeChange) => void
): Unsubscribe {
  const ends: Unsubscribe[] = []
  const endAll = (): void => {
    const errors: unknown[] = []
    for (const end of ends.splice(0)) {
      try {
        end()
      } catch (error) {
        errors.push(error)
      }
    }
    if (errors.length > 0) throw new AggregateError(errors, 'A subscription could not be ended')
  }
  try {
    for (const handshake of handshakes) {
      const end = subscribeTo(handshake, listener)
      if (end !== undefined) ends.push(end)
    }
  } catch (error) {
    try {
      endAll()
    } catch (cause) {
      throw new AggregateError([error, cause], 'A subscription could neither begin nor be ended', {
        cause
      })
    }
    throw error
  }
  return endAll
}
