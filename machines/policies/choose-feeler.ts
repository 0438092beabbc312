/** A candidate that waits for a slot, as feelers see it. Plain data. */
export interface FeelerCandidate {
  readonly peer: string
  /** Is it known that somebody is there: by a connection, or by an answer in this run? */
  readonly isKnown: boolean
}

/**
 * Whom a feeler is sent to: a candidate at random of whom nobody knows whether it is there, so that by and
 * by those are known that are (Bitcoin Core, feeler connections in `ThreadOpenConnections`, src/net.cpp).
 *
 * @param luck - In [0, 1)
 */
export function chooseFeeler<Candidate extends FeelerCandidate>(
  waiting: readonly Candidate[],
  luck: number
): Candidate | undefined {
  const unknown = waiting.filter(({ isKnown }) => !isKnown)
  return unknown[Math.floor(luck * unknown.length)]
}

/**
 * Milliseconds until the next feeler: exponentially distributed around the interval, so that nobody can
 * foresee it (Bitcoin Core, `FEELER_INTERVAL` and `rand_exp_duration` in src/net.cpp).
 *
 * @param luck - In [0, 1)
 */
export function feelerDelay(interval: number, luck: number): number {
  return -Math.log(1 - luck) * interval
}
