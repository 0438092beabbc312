import { useMemo, useRef } from 'preact/hooks'

export interface HeldOrder {
  /** The keys as they stand. */
  readonly keys: readonly string[]
  /** How many would come, go or stand elsewhere in the new order. */
  readonly waiting: number
}

/**
 * Rows keep their places while somebody points at the table or has the focus in it, so that nobody opens the row that
 * slid under the pointer; what is in them goes on. The new order waits until it is asked for, or nobody is there.
 *
 * @param asked - What the reader asked for: when it changes, the new order is taken at once
 */
export function useHeldOrder(keys: readonly string[], isHeld: boolean, asked: string): HeldOrder {
  const kept = useRef(keys)
  const answered = useRef(asked)
  if (!isHeld || answered.current !== asked) {
    kept.current = keys
    answered.current = asked
  }
  const standing = kept.current
  const waiting = useMemo(() => differences(standing, keys), [standing, keys])
  return { keys: standing, waiting }
}

/** Rows that differ from place to place. */
function differences(standing: readonly string[], keys: readonly string[]): number {
  if (standing === keys) return 0
  const length = Math.max(standing.length, keys.length)
  let count = 0
  for (let at = 0; at < length; at++) if (standing[at] !== keys[at]) count++
  return count
}
