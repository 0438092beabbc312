import { Finding, HANG, timed } from './finding.ts'
import type { Target } from './target.ts'

/** Inputs that are tried to make one smaller. */
const MAX_TRIES = 2_000

/** The same finding with as few bytes as were found to do, and those as plain as may be. */
export async function smallest(target: Target, finding: Finding): Promise<Finding> {
  let best = finding
  let tries = 0
  const isNoBetter = async (input: Uint8Array): Promise<boolean> => {
    if (tries++ > MAX_TRIES) return true
    const found = await look(target, input)
    if (found === undefined || found.kind !== finding.kind) return true
    if (titleOf(found) !== titleOf(finding)) return true
    best = found
    return false
  }
  for (let size = best.input.byteLength; size >= 1; size = Math.floor(size / 2)) {
    for (let start = 0; start + size <= best.input.byteLength;) {
      const { input } = best
      const without = [...input.subarray(0, start), ...input.subarray(start + size)]
      if (await isNoBetter(Uint8Array.from(without))) start += size
    }
  }
  for (let i = 0; i < best.input.byteLength; i++) {
    for (const plain of [0, 0x61]) {
      if ((best.input[i] ?? 0) === plain) break
      if (!(await isNoBetter(best.input.with(i, plain)))) break
    }
  }
  return best
}

async function look(target: Target, input: Uint8Array): Promise<Finding | undefined> {
  try {
    const took = await timed(target, input)
    return took > HANG ? new Finding('hang', input, `${took.toFixed(1)} ms`) : undefined
  } catch (error) {
    return error as Finding
  }
}

/** The first line without what is of the input: of a hang every length is one. */
const titleOf = ({ kind, message }: Finding): string =>
  kind === 'hang' ? '' : (message.split('\n')[0] ?? '').replace(/["\d].*/, '')
