import { getHeapSpaceStatistics, setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { settled } from '../../src/testing/settled.ts'

setFlagsFromString('--expose-gc')
const gc = runInNewContext('gc') as () => void

/** What V8 compiles, it compiles more of the longer it runs: that is no growth of ours. */
const COMPILED = [
  'code_space',
  'code_large_object_space',
  'trusted_space',
  'trusted_large_object_space'
]

/** Bytes of heap that are in use when everything unreachable is gone, without compiled code. */
export async function heapInUse(): Promise<number> {
  // what finalizers and weak references let go of in one turn goes in the next
  for (let turn = 0; turn < 3; turn++) {
    await settled()
    gc()
  }
  return getHeapSpaceStatistics()
    .filter(({ space_name }) => !COMPILED.includes(space_name))
    .reduce((sum, { space_used_size }) => sum + space_used_size, 0)
}

/** The slope of the straight line that comes nearest to the values, by their index. */
export function slopeOf(values: readonly number[]): number {
  const middle = (values.length - 1) / 2
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length
  let rise = 0
  let run = 0
  for (const [i, value] of values.entries()) {
    rise += (i - middle) * (value - mean)
    run += (i - middle) ** 2
  }
  return rise / run
}
