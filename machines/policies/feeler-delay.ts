/**
 * Milliseconds until the next feeler: exponentially distributed around the interval, so that nobody can
 * foresee it (Bitcoin Core, `FEELER_INTERVAL` and `rand_exp_duration` in src/net.cpp).
 *
 * @param luck - In [0, 1)
 */
export function feelerDelay(interval: number, luck: number): number {
  return -Math.log(1 - luck) * interval
}
