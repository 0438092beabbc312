import { setTimeout as sleep } from 'node:timers/promises'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'

/** Milliseconds in which what a measured piece of work left behind, such as a write to the peer store, ends. */
const SETTLING = 10

setFlagsFromString('--expose-gc')
const gc = runInNewContext('gc') as (options?: { type: 'minor' }) => void

/**
 * Collects the young garbage, so that no measurement pays for what the one before it left behind. Not all
 * of it: each full collection also ages compiled code, until whatever ran longer ago is compiled anew,
 * and then it is the compiler that is measured.
 */
export function tidy(): void {
  gc({ type: 'minor' })
}

/** Bytes of heap in use when everything that is not reachable is gone. */
export async function heapInUse(): Promise<number> {
  await sleep(SETTLING)
  // what finalizers and weak references let go of in the first turn goes in the second
  gc()
  gc()
  return process.memoryUsage().heapUsed
}

/** Milliseconds of CPU, of all threads, that the work takes until nothing of it is left to do. */
export async function cpuOf(work: () => Promise<void>): Promise<number> {
  tidy()
  const before = process.cpuUsage()
  await work()
  await sleep(SETTLING)
  const { user, system } = process.cpuUsage(before)
  return (user + system) / 1_000
}

function quantile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b)
  if (sorted.length === 0) throw new RangeError('Expected at least one value')
  const at = share * (sorted.length - 1)
  const below = sorted[Math.floor(at)]!
  const above = sorted[Math.ceil(at)]!
  return below + (above - below) * (at - Math.floor(at))
}

export const median = (values: readonly number[]): number => quantile(values, 0.5)

/** The median, and the middle half as its spread. */
export function summary(values: readonly number[]): { value: number; spread: [number, number] } {
  return { value: median(values), spread: [quantile(values, 0.25), quantile(values, 0.75)] }
}

/** The ratios of measurements that were taken side by side. */
export function ratios(values: readonly number[], floor: readonly number[]): number[] {
  return values.map((value, i) => value / floor[i]!)
}

/** The arms in an order that is another one in each round: none is always the first. */
export function rotated<T>(arms: readonly T[], round: number): T[] {
  const start = round % arms.length
  return [...arms.slice(start), ...arms.slice(0, start)]
}
